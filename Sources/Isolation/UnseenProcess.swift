// Why /proc has no entry of a PID. That there is no such process is only one of the reasons, and "not seen" must not
// be taken for "not there".

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

extension Diagnosis {
  /// Why /proc does not show a process; nil when there is none of that PID.
  ///
  /// The process is looked for by pidfd_open(2), from which hidepid of proc(5) hides nothing.
  public static func ofUnseen(_ processID: Int32) -> Diagnosis? {
    if let missing = ofMissingProc() { return missing }
    guard processID > 0, !exists(FilePath("/proc/\(processID)")), lives(processID) else { return nil }
    guard let option = hidingOption() else {
      return Diagnosis("it lives, but the proc that is mounted on /proc has no entry of it")
    }
    return Diagnosis("/proc is mounted with \(option), which hides the processes of other users")
  }

  /// That a process has ended, and only waits for its parent to take notice: it has no namespaces any more.
  public static func ofEnded(_ processID: Int32) -> Diagnosis? {
    do throws(SystemCallError) {
      guard try ProcessRecord.read(processID, .stat).stat.isZombie else { return nil }
    } catch {
      return nil
    }
    return Diagnosis("process \(processID) has ended, and its parent has not taken notice yet")
  }

  private static func lives(_ processID: Int32) -> Bool {
    do throws(SystemCallError) {
      _ = try PIDFD(opening: processID)
      return true
    } catch {
      return error.errno != .esrch
    }
  }

  /// `hidepid=…` as /proc is mounted with it.
  private static func hidingOption() -> String? {
    let text: [UInt8]
    do throws(SystemCallError) {
      text = try Procfs.machine.read("self/mountinfo")
    } catch {
      return nil
    }
    let mount = MountInfo.parse(text.span).last { $0.mountPoint.elementsEqual("/proc".utf8) }
    let options = mount?.superOptions.split(separator: UInt8(ascii: ",")) ?? []
    return options.first { $0.starts(with: "hidepid=".utf8) }.map { String(decoding: $0, as: UTF8.self) }
  }
}
