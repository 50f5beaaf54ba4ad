// How the kernel tests start the built program, as root or as an ordinary user, and gather what it says.

import Linux
import Testing
import struct SystemPackage.FilePath

/// Who starts a program.
enum Caller: String, CaseIterable {
  case root
  case ordinary

  static let nobody: UInt32 = 65534

  /// Whether the tests can be that user: root can be both.
  var isPossible: Bool {
    let isRoot = UserIDs.current.effective == 0
    return switch self {
    case .root: isRoot
    case .ordinary: !isRoot || ordinaryReachesProgram
    }
  }

  /// Those that the tests can be.
  static var possible: [Caller] { allCases.filter(\.isPossible) }

  /// A clone below /root is out of an ordinary user's reach.
  private var ordinaryReachesProgram: Bool {
    var path = FilePath("/")
    for component in FilePath(pangaeaPath).components {
      path.append(component)
      guard let status = try? FileDescriptor.workingDirectory.status(of: path), status.permissions & 0o1 != 0 else {
        return false
      }
    }
    return true
  }
}

/// The built program, beside the tests' own.
let pangaeaPath: String = {
  let own = CommandLine.arguments[0]
  return own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "pangaea"
}()

/// What a program did.
struct Outcome {
  let output: String
  let error: String
  let status: Linux.ExitStatus

  var lines: [String] { output.split(whereSeparator: \.isNewline).map(String.init) }
}

/// A program that was started, with pipes to it.
struct StartedProgram: ~Copyable {
  let processID: Int32
  let pidfd: PIDFD
  private let input: FileDescriptor
  private let output: FileDescriptor
  private let error: FileDescriptor
  private var printed: [UInt8] = []

  /// - Parameter closing: a standard stream that is closed at the start.
  init(
    _ command: [String], as caller: Caller? = nil, environment: [String] = [], closing: [Int32] = []
  ) throws {
    let input = try Pipe()
    let output = try Pipe()
    let error = try Pipe()
    var program = SystemCallProgram()
    for (end, stream) in [(input.reading.number, 0), (output.writing.number, 1), (error.writing.number, 2)]
      as [(Int32, Int32)]
    {
      program.append(.duplicate(.descriptor(end), as: stream))
    }
    for stream in closing { program.append(.close(.descriptor(stream))) }
    if caller == .ordinary, UserIDs.current.effective == 0 {
      program.append(.setGroups([]))
      program.append(.setGroupID(Caller.nobody))
      program.append(.setUserID(Caller.nobody))
    }
    let paths = command[0].contains("/") ? [command[0]] : ["/usr/bin/", "/bin/", "/usr/sbin/"].map { $0 + command[0] }
    program.append(
      .execute(
        paths.map { FilePath($0) }, command.map { Array($0.utf8) },
        environment: (["PATH=/usr/bin:/bin:/usr/sbin:/sbin"] + environment).map { Array($0.utf8) }))
    let child = try program.start(signalMask: SignalSet())
    try child.report.awaitExecution()
    processID = child.processID
    pidfd = child.pidfd
    self.input = input.writing
    self.output = output.reading
    self.error = error.reading
  }

  /// Types.
  func type(_ text: String) throws { try input.write(text) }

  /// Closes the program's input, waits for its end and gathers what it said.
  consuming func finish(within seconds: Double = 30) throws -> Outcome {
    close(input)
    var printed = printed
    var complained: [UInt8] = []
    let deadline = monotonicNanoseconds() + UInt64(seconds * 1e9)
    var isOpen = (true, true)
    while isOpen != (false, false) {
      guard monotonicNanoseconds() < deadline else {
        try pidfd.sendIfAlive(.kill)
        Issue.record("not ended in time; it said: \(String(decoding: printed + complained, as: UTF8.self))")
        break
      }
      let nothing = FileDescriptor(borrowing: -1)
      var requests = [
        isOpen.0 ? PollRequest(output) : PollRequest(nothing), isOpen.1 ? PollRequest(error) : PollRequest(nothing),
      ]
      _ = try poll(&requests, timeout: 100_000_000)
      if !requests[0].ready.isEmpty { isOpen.0 = try read(output, into: &printed) }
      if !requests[1].ready.isEmpty { isOpen.1 = try read(error, into: &complained) }
    }
    return Outcome(
      output: String(decoding: printed, as: UTF8.self), error: String(decoding: complained, as: UTF8.self),
      status: try pidfd.wait())
  }

  /// Waits until the program has printed a text.
  mutating func awaitOutput(_ text: String, within seconds: Double = 20) throws {
    let deadline = monotonicNanoseconds() + UInt64(seconds * 1e9)
    while !String(decoding: printed, as: UTF8.self).contains(text) {
      try #require(monotonicNanoseconds() < deadline, "it has not printed '\(text)'")
      var requests = [PollRequest(output)]
      _ = try poll(&requests, timeout: 100_000_000)
      if !requests[0].ready.isEmpty, try !read(output, into: &printed) {
        try #require(String(decoding: printed, as: UTF8.self).contains(text), "it ended without '\(text)'")
      }
    }
  }
}

/// Reads what is there; false at the end.
private func read(_ source: borrowing FileDescriptor, into bytes: inout [UInt8]) throws -> Bool {
  var buffer = [UInt8](repeating: 0, count: 65536)
  let count = try source.read(into: &buffer)
  bytes += buffer[..<count]
  return count > 0
}

private func close(_ descriptor: consuming FileDescriptor) {}

/// Runs the built program to its end.
func pangaea(
  _ arguments: String..., as caller: Caller? = nil, input: String = "", environment: [String] = []
) throws -> Outcome {
  let started = try StartedProgram([pangaeaPath] + arguments, as: caller, environment: environment)
  if !input.isEmpty { try started.type(input) }
  return try started.finish()
}

/// Runs another program to its end.
func run(_ command: String..., as caller: Caller? = nil) throws -> Outcome {
  try StartedProgram(command, as: caller).finish()
}

/// Waits for what comes about soon.
func eventually(within seconds: Double = 10, _ isTrue: () throws -> Bool) rethrows -> Bool {
  let deadline = monotonicNanoseconds() + UInt64(seconds * 1e9)
  while try !isTrue() {
    if monotonicNanoseconds() > deadline { return false }
    pause(nanoseconds: 10_000_000)
  }
  return true
}

/// The target of a link of /proc/PID/ns, or nil.
func namespace(_ kind: String, of process: String = "self") throws -> String {
  try run("readlink", "/proc/\(process)/ns/\(kind)").output.trimmed
}

extension String {
  /// Without spaces and newlines at its ends.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return String(text)
  }
}

/// A directory of the test's own that everybody can enter; removed at its end.
struct TemporaryDirectory: ~Copyable {
  let path: String

  init(_ name: String = #function) throws {
    let path = "/tmp/pangaea-test-\(name.prefix { $0 != "(" })-\(monotonicNanoseconds())"
    try makeDirectory(FilePath(path), mode: 0o755)
    self.path = path
  }

  /// Makes a directory in it.
  func directory(_ name: String) throws -> String {
    _ = try #require(run("mkdir", "-p", "\(path)/\(name)").status == .exited(0))
    return "\(path)/\(name)"
  }

  /// Makes a file in it.
  func file(_ name: String, _ content: String) throws -> String {
    let file = try FileDescriptor.open(FilePath("\(path)/\(name)"), [.writeOnly, .create, .truncate], mode: 0o644)
    try file.write(content)
    return "\(path)/\(name)"
  }

  deinit {
    do { _ = try run("rm", "-rf", "--one-file-system", path) } catch { Issue.record("\(path) is left: \(error)") }
  }
}

/// A root directory with nothing but busybox in it.
struct BusyboxRoot: ~Copyable {
  static let busybox = "/bin/busybox"

  /// Whether there is a busybox that needs no library.
  static let isPossible: Bool = {
    guard let outcome = try? run("ldd", busybox) else { return false }
    return (outcome.output + outcome.error).contains("not a dynamic executable")
  }()

  let directory: TemporaryDirectory
  var path: String { directory.path }

  init(_ name: String = #function, directories: [String] = ["proc", "dev", "tmp", "etc", "mnt"]) throws {
    let directory = try TemporaryDirectory(name)
    for name in directories + ["bin"] { _ = try directory.directory(name) }
    _ = try #require(run("cp", Self.busybox, "\(directory.path)/bin/busybox").status == .exited(0))
    for name in ["sh", "ls", "cat", "id", "pwd", "touch", "mount", "sleep", "readlink", "true", "stat"] {
      _ = try run("ln", "-s", "busybox", "\(directory.path)/bin/\(name)")
    }
    self.directory = directory
  }
}
