// Terminals and pseudo-terminals: who has one, how large it is, which job is in its foreground, and what it
// does to the characters that pass through.

internal import CLinux
public import struct SystemPackage.FilePath

/// The requests of ioctl_tty(2), alike on every architecture that this library is built for.
private enum Request {
  static let getAttributes: UInt64 = 0x5401
  static let setAttributesAfterOutput: UInt64 = 0x5403
  static let getForegroundGroup: UInt64 = 0x540f
  static let setForegroundGroup: UInt64 = 0x5410
  static let getWindowSize: UInt64 = 0x5413
  static let setWindowSize: UInt64 = 0x5414
  static let bytesToRead: UInt64 = 0x541b
  static let getSession: UInt64 = 0x5429
  static let getNumber: UInt64 = 0x8004_5430
  static let setLock: UInt64 = 0x4004_5431
  static let openPeer: UInt64 = 0x5441
}

/// The size of a terminal's window.
///
/// Source: ioctl_tty(2), TIOCGWINSZ.
public struct WindowSize: Hashable, Sendable {
  /// Lines of characters; 0 when unknown.
  public var rows: Int
  /// Characters of a line; 0 when unknown.
  public var columns: Int

  /// A size in characters.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }
}

/// What a terminal does to the characters that pass through it.
///
/// Source: termios(3); the kernel's `struct termios`.
public struct TerminalAttributes: Hashable, Sendable {
  /// Flags of the input (IXON, ICRNL…).
  public var inputFlags: UInt32
  /// Flags of the output (OPOST, ONLCR…).
  public var outputFlags: UInt32
  /// Flags of the line (CSIZE, PARENB…).
  public var controlFlags: UInt32
  /// Flags of the dialogue (ECHO, ICANON, ISIG…).
  public var localFlags: UInt32
  /// The line discipline, then 19 special characters (VINTR, VEOF…).
  var rest: [UInt8]

  /// The size of the kernel's structure in bytes.
  fileprivate static let size = 36

  fileprivate init(_ memory: [UInt8]) {
    func flags(_ index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(memory[index * 4 + $1]) << UInt32(8 * $1) }
    }
    inputFlags = flags(0)
    outputFlags = flags(1)
    controlFlags = flags(2)
    localFlags = flags(3)
    rest = Array(memory[16...])
  }

  fileprivate var memory: [UInt8] {
    [inputFlags, outputFlags, controlFlags, localFlags].flatMap(bytes(of:)) + rest
  }

  /// The same terminal with every character handed over at once and unchanged, as cfmakeraw(3) sets it.
  public var raw: TerminalAttributes {
    var copy = self
    copy.inputFlags &= ~0o2753  // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
    copy.outputFlags &= ~0o1  // OPOST
    copy.localFlags &= ~0o100113  // ECHO ECHONL ICANON ISIG IEXTEN
    copy.controlFlags = copy.controlFlags & ~0o460 | 0o60  // CSIZE PARENB, CS8
    copy.rest[1 + 5] = 0  // VTIME
    copy.rest[1 + 6] = 1  // VMIN
    return copy
  }

  /// Whether what is typed is shown (ECHO).
  public var echoes: Bool { localFlags & 0o10 != 0 }
  /// Whether input is handed over by lines (ICANON).
  public var isCanonical: Bool { localFlags & 0o2 != 0 }
}

extension FileDescriptor {
  /// Whether the descriptor is a terminal.
  ///
  /// Corresponds to isatty(3).
  public var isTerminal: Bool {
    do {
      _ = try attributes()
      return true
    } catch {
      return false
    }
  }

  /// The size of the terminal's window.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` when it is no terminal.
  ///
  /// Corresponds to ioctl_tty(2) TIOCGWINSZ.
  public func windowSize() throws(SystemCallError) -> WindowSize {
    var size: [UInt16] = [0, 0, 0, 0]
    try terminalCall(Request.getWindowSize, &size, "TIOCGWINSZ")
    return WindowSize(rows: Int(size[0]), columns: Int(size[1]))
  }

  /// Sets the size of the terminal's window; its foreground process group gets SIGWINCH when it changed.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` when it is no terminal.
  ///
  /// Corresponds to ioctl_tty(2) TIOCSWINSZ.
  public func setWindowSize(_ size: WindowSize) throws(SystemCallError) {
    var memory: [UInt16] = [UInt16(clamping: size.rows), UInt16(clamping: size.columns), 0, 0]
    try terminalCall(Request.setWindowSize, &memory, "TIOCSWINSZ")
  }

  /// What the terminal does to characters.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` when it is no terminal.
  ///
  /// Corresponds to tcgetattr(3), ioctl_tty(2) TCGETS.
  public func attributes() throws(SystemCallError) -> TerminalAttributes {
    var memory = [UInt8](repeating: 0, count: TerminalAttributes.size)
    try terminalCall(Request.getAttributes, &memory, "TCGETS")
    return TerminalAttributes(memory)
  }

  /// Sets what the terminal does to characters, once what was written has left.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` when it is no terminal, `EIO` from a background process group that
  ///   ignores SIGTTOU and has no parent.
  ///
  /// Corresponds to tcsetattr(3) with TCSADRAIN, ioctl_tty(2) TCSETSW.
  public func setAttributes(_ attributes: TerminalAttributes) throws(SystemCallError) {
    var memory = attributes.memory
    try terminalCall(Request.setAttributesAfterOutput, &memory, "TCSETSW")
  }

  /// The process group in the terminal's foreground, as the caller's PID namespace numbers it.
  ///
  /// The controlling side of a pseudo-terminal may ask too. 0 stands for none, or for one that the caller cannot
  /// see.
  /// - Throws: `SystemCallError` with `ENOTTY` when it is neither.
  ///
  /// Corresponds to tcgetpgrp(3), ioctl_tty(2) TIOCGPGRP.
  public func foregroundProcessGroup() throws(SystemCallError) -> Int32 {
    var group: [Int32] = [0]
    try terminalCall(Request.getForegroundGroup, &group, "TIOCGPGRP")
    return group[0]
  }

  /// Puts a process group of the caller's session into the terminal's foreground.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` when it is not the caller's controlling terminal, `EPERM` for a group
  ///   of another session, `ESRCH` for one that does not exist.
  ///
  /// Corresponds to tcsetpgrp(3), ioctl_tty(2) TIOCSPGRP.
  public func setForegroundProcessGroup(_ group: Int32) throws(SystemCallError) {
    var memory: [Int32] = [group]
    try terminalCall(Request.setForegroundGroup, &memory, "TIOCSPGRP")
  }

  /// The session whose controlling terminal this is, by its leader's PID.
  ///
  /// The controlling side of a pseudo-terminal may ask too.
  /// - Throws: `SystemCallError` with `ENOTTY` when it is no terminal, or no session's controlling terminal.
  ///
  /// Corresponds to tcgetsid(3), ioctl_tty(2) TIOCGSID.
  public func terminalSession() throws(SystemCallError) -> Int32 {
    var session: [Int32] = [0]
    try terminalCall(Request.getSession, &session, "TIOCGSID")
    return session[0]
  }

  /// How many bytes can be read at once; of a terminal that reads by lines, those of whole lines.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` for a file that cannot say.
  ///
  /// Corresponds to ioctl(2) FIONREAD.
  public func bytesToRead() throws(SystemCallError) -> Int {
    var count: [Int32] = [0]
    try terminalCall(Request.bytesToRead, &count, "FIONREAD")
    return Int(count[0])
  }

  fileprivate func terminalCall<Element: BitwiseCopyable>(
    _ request: UInt64, _ memory: inout [Element], _ name: StaticString
  ) throws(SystemCallError) {
    let number = number
    _ = try unsafe memory.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall(
        "ioctl", __NR_ioctl, UInt64(descriptor: number), request, unsafe UInt64(address: pointer),
        on: "\(name) of descriptor \(number)")
    }
  }
}

/// A pseudo-terminal: a terminal whose other end is a program.
///
/// Source: pty(7).
@frozen
public struct PseudoTerminal: ~Copyable, Sendable {
  /// The program's end: what is written here is typed, what is read here was printed. Does not block.
  public let controller: FileDescriptor
  /// The end that a session has as its controlling terminal.
  public let terminal: FileDescriptor

  /// Makes a pseudo-terminal.
  ///
  /// The terminal's end is opened by TIOCGPTPEER (Linux 4.13), so that no name under /dev/pts is resolved and the
  /// caller's mount namespace plays no part.
  /// - Parameter device: the multiplexer to take it from; one devpts instance has one.
  /// - Throws: `SystemCallError` with `ENOENT` or `EACCES` without a usable /dev/ptmx, `ENOSPC` when there are too
  ///   many, `EIO` when the instance was unmounted.
  public init(
    device: FilePath = FilePath("/dev/ptmx"), size: WindowSize = WindowSize(rows: 24, columns: 80)
  ) throws(SystemCallError) {
    let controller = try FileDescriptor.open(device, [.readWrite, .noControllingTerminal, .nonBlocking])
    var unlocked: [Int32] = [0]
    try controller.terminalCall(Request.setLock, &unlocked, "TIOCSPTLCK")
    let terminal = try PseudoTerminal.terminal(of: controller)
    try terminal.setWindowSize(size)
    self.controller = controller
    self.terminal = terminal
  }

  /// Takes over the program's end of a pseudo-terminal, which somebody else made, and opens the other end.
  ///
  /// - Throws: `SystemCallError` with `EIO` while it is locked.
  public init(controller: consuming FileDescriptor) throws(SystemCallError) {
    terminal = try PseudoTerminal.terminal(of: controller)
    self.controller = controller
  }

  private static func terminal(of controller: borrowing FileDescriptor) throws(SystemCallError) -> FileDescriptor {
    let flags = OpenFlags([.readWrite, .noControllingTerminal]).rawValue | 0o2000000
    let peer = try systemCall(
      "ioctl", __NR_ioctl, UInt64(descriptor: controller.number), Request.openPeer,
      UInt64(UInt32(bitPattern: flags)), on: "TIOCGPTPEER of descriptor \(controller.number)")
    return FileDescriptor(owning: Int32(peer))
  }

  /// The terminal's number: N of /dev/pts/N in its devpts instance.
  ///
  /// - Throws: `SystemCallError` with `EIO` when the instance is gone.
  public func number() throws(SystemCallError) -> Int32 {
    var number: [Int32] = [0]
    try controller.terminalCall(Request.getNumber, &number, "TIOCGPTN")
    return number[0]
  }
}
