// A conversation with criu: a process of its own, `criu swrk`, over a socket that keeps messages apart. It is asked one
// thing, tells on the way what it has come to and waits for leave to go on, and answers.

internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// What is called with each thing that criu has come to, and with the descriptor that came along, of number -1 where none
/// did; criu goes on when it returns, and gives up when it throws.
typealias CriuNotified = (CriuResponse.Notification, borrowing FileDescriptor) throws(ContainerError) -> Void

/// The exchange of messages, whoever answers.
struct CriuConversation: ~Copyable {
  private let socket: UnixSocket
  /// What criu says elsewhere than in its answer; empty when it says nothing.
  private let complaints: () -> String

  init(_ socket: consuming UnixSocket, complaints: @escaping () -> String) {
    self.socket = socket
    self.complaints = complaints
  }

  /// Asks, and hears until the answer.
  ///
  /// - Throws: `ContainerError.refused` with what criu says when it fails, and when it ends without an answer; what
  ///   `notified` throws.
  func ask(
    _ request: CriuRequest, notified: CriuNotified = { (_, _) throws(ContainerError) in }
  ) throws(ContainerError) -> CriuResponse {
    try send(request.bytes)
    var failure: ContainerError?
    while true {
      var message = try receive()
      guard !message.bytes.isEmpty else { throw failure ?? hasEnded }
      guard let response = CriuResponse(message.bytes) else { throw .refused("criu answers what is no answer") }
      guard response.task == CriuTask.notify.rawValue, let notification = response.notification else {
        if let failure { throw failure }
        if response.isSuccess, response.task == request.task.rawValue { return response }
        throw .refused(said("criu failed: type \(request.task.name) errno \(response.errorNumber)"))
      }
      do throws(ContainerError) {
        let attached = message.attachment.take() ?? FileDescriptor(borrowing: -1)
        if failure == nil { try notified(notification, attached) }
      } catch {
        failure = error
      }
      try send(CriuRequest.acknowledgement(isSuccess: failure == nil))
    }
  }

  private func send(_ bytes: [UInt8]) throws(ContainerError) {
    do throws(SystemCallError) {
      try socket.send(bytes)
    } catch {
      // It may have ended before it was asked.
      throw error.errno == .epipe ? hasEnded : .failed(purpose: "ask criu", error)
    }
  }

  private func receive() throws(ContainerError) -> UnixSocket.Message {
    do throws(SystemCallError) {
      return try socket.receive()
    } catch {
      // It may have ended before it heard.
      throw error.errno == .econnreset ? hasEnded : .failed(purpose: "hear from criu", error)
    }
  }

  private var hasEnded: ContainerError { .refused(said("criu ended without an answer")) }

  private func said(_ failure: String) -> String {
    let complaints = complaints().split(separator: "\n").joined(separator: "; ")
    return complaints.isEmpty ? failure : "\(failure): \(complaints)"
  }
}

/// What criu writes to its log, or to its standard error.
enum CriuLog {
  /// What is told of it at most, in bytes.
  private static let shown = 800

  /// The errors in it, without times and places of criu's source; empty without any.
  static func errors(in text: [UInt8]) -> String {
    let errors = text.split(separator: UInt8(ascii: "\n")).compactMap { line -> Substring? in
      let line = String(decoding: line, as: UTF8.self)[...]
      guard let start = line.firstRange(of: "Error (")?.upperBound else { return nil }
      let rest = line[start...]
      return rest.firstRange(of: "): ").map { rest[$0.upperBound...] } ?? rest
    }
    return String(decoding: errors.joined(separator: "; ").utf8.prefix(shown), as: UTF8.self)
  }
}

/// How a process of criu is started.
struct CriuProcess {
  /// The program's name or path.
  let name: String
  /// Descriptors that it gets, from `firstDescriptor` on.
  var descriptors: [Int32] = []
  /// Where its standard error goes, while the other two streams lead nowhere; nil: it gets the caller's three.
  var errors: Int32?

  /// A mount namespace for criu and those that it starts alone, in which the root file system is mounted, and
  /// directories are opened for the caller: criu mounts in them, and nothing of that can be left outside.
  var apart: (rootDirectory: FilePath, mountedOn: FilePath, opened: [FilePath])?

  private static let socket: Int32 = 3
  /// The number of the first of the descriptors.
  static let firstDescriptor: Int32 = 4

  /// - Parameters:
  ///   - descriptors: the socket and the descriptors, under none of the numbers that they get.
  ///   - channel: a socket for the directories that are opened.
  fileprivate func program(_ descriptors: [Int32], channel: Int32) -> SystemCallProgram {
    var program = SystemCallProgram()
    program.begin("start criu")
    if let apart {
      program.append(.unshare(.newMount))
      program.append(.mount("none", on: "/", [.recursive, .slave]))
      program.append(.mount(apart.rootDirectory, on: apart.mountedOn, [.bind, .recursive]))
      for path in apart.opened {
        let directory = program.appendKeepingResult(.open(path, [.directory]))
        program.append(.send(.register(directory), path.string, through: .descriptor(channel)))
        program.appendClose(directory)
      }
    }
    if let errors {
      let nothing = program.appendKeepingResult(.open("/dev/null", .readWrite))
      for stream: Int32 in [0, 1] { program.append(.duplicate(.register(nothing), as: stream)) }
      program.append(.duplicate(.descriptor(errors), as: 2))
    }
    for (index, number) in descriptors.enumerated() {
      program.append(.duplicate(.descriptor(number), as: Self.socket + Int32(index)))
    }
    program.append(.closeOnExecute(from: Self.socket + Int32(descriptors.count)))
    let command = IsolatedCommand(
      arguments: [name, "swrk", "\(Self.socket)"].map { Array($0.utf8) }, environment: CallersEnvironment.entries)
    program.append(.execute(command.candidates, command.arguments, environment: command.environment))
    return program
  }
}

/// A running criu.
struct CriuSession: ~Copyable {
  private var conversation: CriuConversation?
  private let child: ProgramChild
  /// The numbers of the directories that were opened apart; they are closed with the session.
  let directories: [Int32]

  /// Numbers below this are none of those that are handed on.
  private static let lowestDescriptor: Int32 = 128

  /// - Parameter log: where criu writes what it does once it is asked; nil: nowhere.
  init(_ process: CriuProcess, log: FilePath? = nil) throws(ContainerError) {
    let pair = try attempt("make a socket for criu") { () throws(SystemCallError) in try UnixSocketPair() }
    let numbers = [pair.second.descriptor.number] + process.descriptors
    var opened: [Int32] = []
    child = try attempt("start criu") { () throws(SystemCallError) in try Self.start(process, numbers, &opened) }
    directories = opened
    let errors = process.errors
    conversation = CriuConversation(pair.first) { Self.complaints(errors, log) }
  }

  deinit { for number in directories { _ = FileDescriptor(owning: number) } }

  private static func start(
    _ process: CriuProcess, _ numbers: [Int32], _ directories: inout [Int32]
  ) throws(SystemCallError) -> ProgramChild {
    var copies: [Int32] = []
    defer { for number in copies { _ = FileDescriptor(owning: number) } }
    for number in numbers {
      copies.append(try FileDescriptor(borrowing: number).duplicate(atLeast: lowestDescriptor).release())
    }
    let channel = try UnixSocketPair()
    let child = try process.program(copies, channel: channel.second.descriptor.number).start(signalMask: [])
    if let failure = try child.report.awaitOutcome() {
      _ = try child.pidfd.wait()
      throw failure.error
    }
    for _ in process.apart?.opened ?? [] {
      var message = try channel.first.receive(limit: 64)
      if let directory = message.attachment.take() { directories.append(directory.release()) }
    }
    return child
  }

  /// Its PID.
  var processID: Int32 { child.processID }

  private static func complaints(_ errors: Int32?, _ log: FilePath?) -> String {
    do throws(SystemCallError) {
      if let log {
        let text = CriuLog.errors(in: try FileDescriptor.open(log).readAll())
        return text.isEmpty ? "see \(log)" : "\(text) (see \(log))"
      }
      guard let errors else { return "" }
      let file = FileDescriptor(borrowing: errors)
      try file.seek(to: 0)
      return CriuLog.errors(in: try file.readAll())
    } catch {
      return ""
    }
  }

  /// Asks for one thing, as a conversation does, then lets criu go and waits until it has.
  mutating func ask(
    _ request: CriuRequest, notified: CriuNotified = { (_, _) throws(ContainerError) in }
  ) throws(ContainerError) -> CriuResponse {
    var failure: ContainerError?
    var response: CriuResponse?
    do throws(ContainerError) {
      response = try conversation?.ask(request, notified: notified)
    } catch {
      failure = error
    }
    try end()
    guard let response else { throw failure ?? .refused("criu was let go already") }
    return response
  }

  /// Lets criu go, and waits until it has.
  mutating func end() throws(ContainerError) {
    conversation = nil
    _ = try attempt("wait for criu") { () throws(SystemCallError) in try child.pidfd.wait() }
  }
}

/// A criu that is there and new enough.
struct Criu {
  /// The program's name or path.
  let name: String
  /// The oldest with all that is asked of it: 3.16.
  static let oldestVersion = 31600

  /// - Throws: `ContainerError.failed` without the program, `.refused` with what it says when it does not work here.
  init(_ name: String) throws(ContainerError) {
    self.name = name
    let version = try ask(CriuRequest(.version)).version ?? 0
    guard version >= Self.oldestVersion else {
      throw .refused("criu \(version / 10000).\(version / 100 % 100) is too old: 3.16 is needed")
    }
  }

  /// - Throws: `ContainerError.refused` where the kernel cannot tell which pages were written to.
  func requireMemoryTracking() throws(ContainerError) {
    guard try ask(CriuRequest(.featureCheck)).tracksMemory else {
      throw .refused("this kernel cannot track memory (CONFIG_MEM_SOFT_DIRTY), which pre-dump needs")
    }
  }

  /// - Throws: `ContainerError.refused` where the kernel cannot fetch pages late.
  func requireLazyPages() throws(ContainerError) {
    guard try ask(CriuRequest(.featureCheck)).canBeLazy else {
      throw .refused("this kernel cannot fetch pages lazily (CONFIG_USERFAULTFD)")
    }
  }

  /// Asks a criu of its own.
  private func ask(_ request: CriuRequest) throws(ContainerError) -> CriuResponse {
    let errors = try attempt("keep what criu says") { () throws(SystemCallError) in
      try FileDescriptor.inMemory(named: "criu-errors")
    }
    var process = CriuProcess(name: name)
    process.errors = errors.number
    var session = try CriuSession(process)
    return try session.ask(request)
  }
}
