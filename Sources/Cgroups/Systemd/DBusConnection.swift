// A connection to a bus, or to systemd itself, which speaks the same on a socket of its own.

internal import Linux
internal import struct SystemPackage.FilePath

/// A connection, over which calls are made one at a time.
///
/// Source: D-Bus Specification, "Authentication Protocol".
struct DBusConnection: ~Copyable {
  private let socket: FileDescriptor
  private var received: [UInt8] = []
  private var serial: UInt32 = 0
  /// Signals that came while an answer was awaited.
  private var signals: [DBusMessage] = []
  /// How long an answer may take.
  private let patience: UInt64 = 30_000_000_000

  private init(_ socket: consuming FileDescriptor) {
    self.socket = socket
  }

  /// Connects and says who this is, which the kernel confirms.
  ///
  /// - Parameter isBus: whether others are reached through it: then it wants to be greeted.
  /// - Throws: `SystemdError.unreachable` where nobody listens or answers, `.refused` when who this is was not believed.
  static func open(_ path: FilePath, isBus: Bool) throws(SystemdError) -> DBusConnection {
    try greet(try connect(path), isBus: isBus)
  }

  /// Says who this is over a socket that leads to the other end.
  static func greet(_ socket: consuming FileDescriptor, isBus: Bool) throws(SystemdError) -> DBusConnection {
    var connection = DBusConnection(socket)
    try connection.authenticate()
    if isBus {
      let bus = "org.freedesktop.DBus"
      _ = try connection.call("/org/freedesktop/DBus", bus, "Hello", [], to: bus)
    }
    return connection
  }

  /// Without a name the other end takes the user that the kernel tells: the right one in any user namespace.
  ///
  /// All of it is sent at once, and the first message only when the other end has agreed: systemd, as it reads
  /// `BEGIN`, leaves a message that came right behind it lying until more comes.
  private mutating func authenticate() throws(SystemdError) {
    try send([0] + Array("AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8))
    var answer = try line()
    if answer.hasPrefix("DATA") { answer = try line() }
    guard answer.hasPrefix("OK ") else { throw .refused("authentication", answer) }
  }

  private static func connect(_ path: FilePath) throws(SystemdError) -> FileDescriptor {
    do throws(SystemCallError) {
      return try UnixStream(connectingTo: path.string).release()
    } catch {
      throw .unreachable(error)
    }
  }

  /// Makes a call and waits for its answer.
  ///
  /// - Throws: `SystemdError.refused` with the error's name and text.
  mutating func call(
    _ path: String, _ interface: String, _ member: String, _ body: [DBusValue], to destination: String
  ) throws(SystemdError) -> [DBusValue] {
    serial += 1
    var message = DBusMessage(kind: .call)
    message.serial = serial
    message.path = path
    message.interface = interface
    message.member = member
    message.destination = destination
    message.body = body
    try send(message.bytes)
    while true {
      let answer = try receive()
      if answer.kind == .signal { signals.append(answer) }
      guard answer.replySerial == serial else { continue }
      if answer.kind == .error {
        throw .refused(answer.errorName ?? member, answer.body.first?.text ?? member)
      }
      return answer.body
    }
  }

  /// Waits for a signal; others are passed over.
  mutating func signal<Result>(_ accept: (DBusMessage) -> Result?) throws(SystemdError) -> Result {
    while true {
      let message = signals.isEmpty ? try receive() : signals.removeFirst()
      if message.kind == .signal, let result = accept(message) { return result }
    }
  }

  private func send(_ bytes: [UInt8]) throws(SystemdError) {
    do throws(SystemCallError) {
      // A peer that is gone is an error, not a signal.
      try UnixSocket(FileDescriptor(borrowing: socket.number)).send(bytes)
    } catch {
      throw .unreachable(error)
    }
  }

  private mutating func receive() throws(SystemdError) -> DBusMessage {
    while received.count < 16 { try readMore() }
    guard let size = DBusMessage.size(received) else { throw .refused("protocol", "no message of D-Bus") }
    while received.count < size { try readMore() }
    let bytes = Array(received[..<size])
    received.removeFirst(size)
    guard let message = DBusMessage(bytes) else { throw .refused("protocol", "no message of D-Bus") }
    return message
  }

  /// A line of the authentication, without its end.
  private mutating func line() throws(SystemdError) -> String {
    while true {
      if let end = received.firstIndex(of: 10) {
        defer { received.removeFirst(end + 1) }
        return String(decoding: received[..<end].filter { $0 != 13 }, as: UTF8.self)
      }
      guard received.count < 16384 else { throw .refused("protocol", "no line of D-Bus") }
      try readMore()
    }
  }

  private mutating func readMore() throws(SystemdError) {
    do throws(SystemCallError) {
      var requests = [PollRequest(socket)]
      guard try poll(&requests, timeout: patience) > 0 else {
        throw SystemCallError(call: "poll", errno: .etimedout, object: "systemd")
      }
      var chunk = [UInt8](repeating: 0, count: 16384)
      let count = try socket.read(into: &chunk)
      guard count > 0 else { throw SystemCallError(call: "read", errno: .econnreset, object: "systemd") }
      received += chunk[..<count]
    } catch {
      throw .unreachable(error)
    }
  }
}
