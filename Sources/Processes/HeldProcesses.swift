// Processes held by pidfd, where the kernel announces nothing: who is held cannot end unheard, whoever waits for it.

internal import Linux
internal import struct SystemPackage.FilePath

/// Who a process acts as, of its user and group IDs those that the kernel announces changes of.
struct ProcessCredentials: Hashable, Sendable {
  /// The real and the effective ID.
  struct IDs: Hashable, Sendable {
    var real: UInt32
    var effective: UInt32
  }

  var user: IDs
  var group: IDs
}

/// Processes that are held.
struct HeldProcesses: ~Copyable {
  /// The end of one.
  struct End: Hashable {
    let identity: ProcessIdentity
    let parentID: Int32
    /// As wait(2) has it; nil where the kernel does not tell this program.
    let waitStatus: Int32?
  }

  private final class Holding: Sendable {
    let identity: ProcessIdentity
    let parentID: Int32
    let pidfd: PIDFD

    init(_ record: ProcessRecord, _ pidfd: consuming PIDFD) {
      identity = record.identity
      parentID = record.parentID
      self.pidfd = pidfd
    }

    func end(_ waitStatus: Int32?) -> End { End(identity: identity, parentID: parentID, waitStatus: waitStatus) }
  }

  /// Descriptors that are left for everything else.
  private static let reserve: UInt64 = 32
  private let watch: EventPoll
  private let source: Procfs
  private let room: Int
  private var held: [Int32: Holding] = [:]
  /// Those that have ended and were not told of yet, since nobody may know how before they are reaped.
  private var departed: [Holding] = []
  private var stats = StatReader()

  /// - Throws: `SystemCallError` with `EMFILE` when not even one descriptor more may be open.
  init(of source: Procfs) throws(SystemCallError) {
    // Numbers of another PID namespace would be those of other processes here.
    let soft = try source.showsOwnNamespace() ? Resource.openFiles.limits().soft : 0
    let watch = try EventPoll()
    self.watch = consume watch
    self.source = source
    room = Int(clamping: soft - min(soft, Self.reserve))
  }

  /// Readable (poll) once one of them has ended.
  var descriptor: FileDescriptor { FileDescriptor(borrowing: watch.descriptor.number) }

  func isHeld(_ identity: ProcessIdentity) -> Bool { held[identity.processID]?.identity == identity }

  /// Those that have ended and are not told of yet.
  var departedIdentities: Set<ProcessIdentity> { Set(departed.map(\.identity)) }

  /// Holds a process.
  ///
  /// - Returns: false where no more descriptors may be open. One that is gone already counts as held: it has ended.
  mutating func hold(_ record: ProcessRecord) -> Bool {
    guard held.count + departed.count < room else { return false }
    do throws(SystemCallError) {
      let pidfd = try PIDFD(opening: record.processID)
      // Read after it was opened: the number was never another's in between.
      guard try stats.read(record.processID, in: source.directory)?.identity == record.identity else { return true }
      release(record.processID)
      try watch.add(pidfd.descriptor, .readable, tag: UInt64(record.processID))
      held[record.processID] = Holding(record, pidfd)
      return true
    } catch {
      return error.errno == .esrch
    }
  }

  /// Those that have ended since the last call.
  ///
  /// - Parameter isLook: whether to tell also of those whose end is known since the look before, and nothing more.
  /// - Throws: `SystemCallError` with any errno of epoll_wait(2).
  mutating func ended(isLook: Bool) throws(SystemCallError) -> [End] {
    var ends: [End] = []
    for former in departed {
      let status = waitStatus(of: former)
      if status != nil || isLook { ends.append(former.end(status)) }
    }
    departed.removeAll { former in ends.contains { $0.identity == former.identity } }
    var isMore = true
    while isMore {
      let events = try watch.wait(milliseconds: 0)
      isMore = events.count == EventPoll.most
      for event in events {
        guard let one = release(Int32(truncatingIfNeeded: event.tag)) else { continue }
        if let status = waitStatus(of: one) { ends.append(one.end(status)) } else { departed.append(one) }
      }
    }
    return ends
  }

  /// Whom a process acts as; nil where it is gone.
  func credentials(of identity: ProcessIdentity) -> ProcessCredentials? {
    do throws(SystemCallError) {
      if let one = held[identity.processID], one.identity == identity {
        let information = try one.pidfd.information()
        let (user, group) = (information.userIDs, information.groupIDs)
        return ProcessCredentials(
          user: .init(real: user.real, effective: user.effective),
          group: .init(real: group.real, effective: group.effective))
      }
    } catch {
      if error.errno == .esrch { return nil }
    }
    do throws(SystemCallError) {
      return try ProcessRecord.read(identity, .status, from: source).status.value.map { status in
        let (user, group) = (status.userIDs, status.groupIDs)
        return ProcessCredentials(
          user: .init(real: user.real, effective: user.effective),
          group: .init(real: group.real, effective: group.effective))
      }
    } catch {
      return nil
    }
  }

  @discardableResult
  private mutating func release(_ processID: Int32) -> Holding? {
    guard let one = held.removeValue(forKey: processID) else { return nil }
    // Closing is not enough while a child that is about to execute has it, too.
    do throws(SystemCallError) { try watch.remove(one.pidfd.descriptor) } catch {}
    return one
  }

  /// How one ended: once it is reaped its pidfd says so, and before that /proc does to who may trace it.
  private mutating func waitStatus(of one: Holding) -> Int32? {
    if let status = statusOfReaped(one) { return status }
    do throws(SystemCallError) {
      guard mayTrace(one.identity.processID) else { return nil }
      if let stat = try stats.read(one.identity.processID, in: source.directory), stat.identity == one.identity {
        return stat.waitStatus
      }
    } catch {}  // It is reaped.
    return statusOfReaped(one)
  }

  private func statusOfReaped(_ one: Holding) -> Int32? {
    do throws(SystemCallError) { return try one.pidfd.waitStatusOfReaped() } catch { return nil }
  }

  /// Of who has ended there is no file, and that is told only to who might have read its name.
  private func mayTrace(_ processID: Int32) -> Bool {
    do throws(SystemCallError) {
      _ = try source.directory.readLink(FilePath("\(processID)/exe"))
      return true
    } catch {
      return error.errno != .eacces
    }
  }
}

extension HeldProcesses.End {
  /// What the kernel would have announced.
  func events(at time: UInt64) -> [ProcessEvent] {
    func event(_ kind: ProcessEvent.Kind) -> ProcessEvent {
      ProcessEvent(time: time, processID: identity.processID, threadID: identity.processID, kind: kind)
    }
    let end = event(.exit(waitStatus.map { ExitStatus(waitStatus: $0) }, parentID: parentID))
    // The bit that says that its memory was written down.
    return (waitStatus ?? 0) & 0x80 == 0 ? [end] : [event(.coreDump), end]
  }
}
