// A terminal of a course: a shell on a pseudo-terminal, typed at and watched from outside. That a command has
// ended is told by what the kernel says of the foreground process, never by what is printed.

import Linux
import Processes
import struct SystemPackage.FilePath

/// One of the two terminals.
final class LabTerminal {
  let name: TerminalName
  /// The shell that leads the terminal's session.
  let shell: ProcessIdentity
  private let pty: PseudoTerminal
  /// Everything that was printed, as a person would have seen it.
  private(set) var transcript: [UInt8] = []
  /// The end of everything that was printed, also when the transcript has been taken.
  private(set) var latest: [UInt8] = []
  private static let latestLimit = 4096
  private var buffer = [UInt8](repeating: 0, count: 4096)
  /// How much is read at a time: more than a terminal holds, so that who prints without end is left again.
  private static let drainLimit = 1 << 17
  /// What a learner typed and the terminal has not taken yet.
  private var waiting: [UInt8] = []
  /// How much of that is kept; more is not typed.
  private static let waitingLimit = 1 << 21

  /// A dumb terminal cannot go up a line: the shell would scroll a command that is longer than this sideways.
  static let unseen = WindowSize(rows: 24, columns: 400)

  /// Opens a terminal in a world and starts a shell on it.
  ///
  /// - Throws: `SystemCallError` of the step that failed.
  init(
    _ name: TerminalName, in world: borrowing LabWorld, shell: FilePath, environment: [String],
    size: WindowSize = LabTerminal.unseen
  ) throws(SystemCallError) {
    self.name = name
    let pty = try PseudoTerminal(size: size)
    let processID = try world.startShell(
      shell, ["bash", "--noprofile", "--norc", "-i"], environment: environment + ["PS1=\(name.rawValue)$ "], on: pty)
    self.pty = pty
    self.shell = try ProcessRecord.read(processID, .stat).identity
  }

  /// The process that reads what is typed now: the leader of the terminal's foreground process group; nil when it
  /// has gone.
  func foreground() throws(SystemCallError) -> ProcessIdentity? {
    let group = try pty.controller.foregroundProcessGroup()
    if group == 0 { return nil }
    do throws(SystemCallError) {
      return try ProcessRecord.read(group, .stat).identity
    } catch {
      if error.errno == .esrch { return nil }
      throw error
    }
  }

  /// The PID of the foreground process group's leader; 0 when there is none.
  func foregroundGroup() throws(SystemCallError) -> Int32 {
    try pty.controller.foregroundProcessGroup()
  }

  /// Types a text.
  ///
  /// - Returns: what the foreground process had done until then, for `hasTaken`.
  /// - Throws: `SystemCallError` with `EIO` when the shell has ended.
  func type(_ bytes: [UInt8]) throws(SystemCallError) -> Progress {
    let before = try progress()
    try pty.controller.write(bytes)
    return before
  }

  /// How far a process has come: it has slept so many times.
  struct Progress: Equatable {
    let process: ProcessIdentity?
    let sleeps: UInt64
  }

  private func progress() throws(SystemCallError) -> Progress {
    guard let process = try foreground() else { return Progress(process: nil, sleeps: 0) }
    let status = try ProcessRecord.read(process, .status).status.value
    return Progress(process: process, sleeps: status?.voluntarySwitches ?? 0)
  }

  /// Whether a process sleeps in the foreground until something is typed, and all that was typed has been taken.
  ///
  /// - Parameter before: what `type` gave; nil when nothing was typed.
  /// - Throws: `SystemCallError` with `EACCES` or `EPERM` when the kernel does not tell which system call it is in.
  func isWaiting(since before: Progress?) throws(SystemCallError) -> Bool {
    try drain()
    guard let process = try foreground() else { return false }
    do throws(SystemCallError) {
      guard try awaitsInput(process), try pty.terminal.bytesToRead() == 0 else { return false }
      guard let before else { return true }
      if try progress() == before { return false }
      return try awaitsInput(process)
    } catch {
      if error.errno == .esrch || error.errno == .enoent { return false }
      throw error
    }
  }

  private func awaitsInput(_ process: ProcessIdentity) throws(SystemCallError) -> Bool {
    let record = try ProcessRecord.read(process, .stat)
    guard record.state == UInt8(ascii: "S") else { return false }
    let text = try FileDescriptor.workingDirectory.readFile(FilePath("/proc/\(process.processID)/syscall"))
    return CurrentSystemCall(text)?.awaitsInput ?? false
  }

  /// Takes what was printed into the transcript, so that nothing that prints is held up.
  ///
  /// - Throws: `SystemCallError` with any errno of read(2) other than those of an end.
  func drain() throws(SystemCallError) {
    do throws(SystemCallError) {
      var taken = 0
      while taken < LabTerminal.drainLimit {
        let count = try pty.controller.read(into: &buffer)
        if count == 0 { return }
        taken += count
        transcript += buffer[..<count]
        latest = Array((latest + buffer[..<count]).suffix(LabTerminal.latestLimit))
      }
    } catch {
      // EIO: nobody has the terminal open.
      if error.errno != .eagain && error.errno != .eio { throw error }
    }
  }

  /// Whether something that a learner typed has not been taken yet.
  var hasInputWaiting: Bool { !waiting.isEmpty }

  /// Hands on what a learner typed, as much as the terminal takes; the rest goes with the next call.
  ///
  /// - Throws: `SystemCallError` with any errno of write(2).
  func send(_ bytes: [UInt8]) throws(SystemCallError) {
    if waiting.count + bytes.count <= LabTerminal.waitingLimit { waiting += bytes }
    do throws(SystemCallError) {
      while !waiting.isEmpty { waiting.removeFirst(try pty.controller.writeSome(waiting)) }
    } catch {
      if error.errno == .eagain { return }
      waiting = []
      throw error
    }
  }

  /// Lets the controlling side be looked at, to be watched for instance.
  func withController(
    _ use: (borrowing FileDescriptor) throws(SystemCallError) -> Void
  ) throws(SystemCallError) {
    try use(pty.controller)
  }

  /// Changes the window's size.
  ///
  /// - Throws: `SystemCallError` with any errno of ioctl(2).
  func resize(_ size: WindowSize) throws(SystemCallError) {
    try pty.terminal.setWindowSize(size)
  }

  /// The transcript since it was last taken.
  func takeTranscript() -> [UInt8] {
    defer { transcript = [] }
    return transcript
  }
}
