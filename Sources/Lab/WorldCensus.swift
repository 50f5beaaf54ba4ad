// Lists the processes of a world without a look at all others of the machine, of which there may be thousands, at
// each look at a fact.

import Linux
import Processes
import struct SystemPackage.FilePath

/// The processes of a world: all that its PID namespace, or one nested in it, numbers.
final class WorldCensus {
  private let initProcess: ProcessIdentity
  /// The world's own procfs, taken before a course lays another over it.
  let procfs: Procfs
  private let namespace: NamespaceDescriptor
  /// Whether the kernel tells the lab's PID of a process by the world's (Linux 6.11).
  private let translates: Bool

  /// - Parameter initProcess: the world's init, as the lab numbers it.
  /// - Throws: `SystemCallError` when its /proc cannot be looked at.
  init(_ initProcess: ProcessIdentity) throws(SystemCallError) {
    self.initProcess = initProcess
    let directory = FilePath("/proc/\(initProcess.processID)")
    procfs = try Procfs(at: directory.appending("root/proc"))
    namespace = try NamespaceDescriptor(opening: directory.appending("ns/pid"))
    do throws(SystemCallError) {
      translates = try namespace.callersPID(of: 1) == initProcess.processID
    } catch {
      translates = false
    }
  }

  /// Reads the processes that there are now.
  ///
  /// - Throws: `SystemCallError` when /proc cannot be listed.
  func table(_ fields: ProcessFields) throws(SystemCallError) -> ProcessTable {
    if translates { return ProcessTable(of: try processIDs(), reading: fields) }
    let machine = ProcessTree(try ProcessTable(reading: fields))
    return ProcessTable(machine.subtree(of: initProcess.processID), fields: fields)
  }

  /// The world's processes as the lab numbers them.
  private func processIDs() throws(SystemCallError) -> [Int32] {
    var numbers: [Int32] = []
    var reader = DirectoryReader(bufferSize: 4096)
    let directory = try procfs.directory.open(NumberedPath("."), [.directory])
    try reader.readNumbers(of: directory, into: &numbers)
    var processIDs: [Int32] = []
    for number in numbers {
      do throws(SystemCallError) {
        processIDs.append(try namespace.callersPID(of: number))
      } catch {
        // ESRCH: it has ended since.
        if error.errno != .esrch { throw error }
      }
    }
    return processIDs.sorted()
  }
}
