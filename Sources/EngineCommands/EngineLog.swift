// What is said to the engine beside results: on standard error and in the file of --log, as text or as JSON, in the
// words of runc, since engines read both.

internal import Containers
internal import Linux
internal import struct SystemPackage.FilePath

/// Where errors and warnings go.
struct EngineLog: Sendable {
  /// How a line of the log is written.
  enum Format: String, Sendable {
    /// `time="…" level=error msg="…"`.
    case text
    /// `{"level":"error","msg":"…","time":"…"}`.
    case json
  }

  /// How much a message matters.
  enum Level: String, Sendable {
    case error
    case warning
    case debug

    /// Whether it matters as much as another one.
    func matters(asMuchAs other: Level) -> Bool { self == .error || self == other || other == .debug }
  }

  private var file: FilePath?
  private var format = Format.text
  /// What matters least of that which is told.
  private var least = Level.warning

  /// On standard error, as text.
  init() {}

  /// As the options before the verb ask for.
  ///
  /// - Throws: `EngineFailure` for a format that there is not, or a file that cannot be opened.
  init(_ options: GlobalOptions) throws(EngineFailure) {
    guard let format = Format(rawValue: options.logFormat) else {
      throw EngineFailure("invalid log-format: \(options.logFormat)")
    }
    self.format = format
    least = options.logLevel
    guard let path = options.logFile, !path.isEmpty, path != "/dev/stderr" else { return }
    file = FilePath(path)
    do throws(SystemCallError) {
      _ = try EngineLog.open(FilePath(path))
    } catch {
      throw EngineFailure(error, doing: "open the log")
    }
  }

  /// Tells of the failure that ends the program.
  func report(_ failure: EngineFailure) {
    write(.error, failure.message)
    // Who calls without reading the log sees the bare line.
    if file != nil { EngineLog.put(failure.message + "\n", on: .standardError) }
  }

  /// Tells of what was done otherwise than asked for.
  func warn(_ message: String) {
    write(.warning, message)
  }

  /// Tells what is being done; nil unless --debug asks for it.
  var tell: ((String) -> Void)? {
    least == .debug ? { write(.debug, $0) } : nil
  }

  private func write(_ level: Level, _ message: String) {
    guard level.matters(asMuchAs: least) else { return }
    let line = EngineLog.line(level, message, format, at: Timestamp(nanoseconds: realTimeNanoseconds()))
    guard let file else { return EngineLog.put(line, on: .standardError) }
    do throws(SystemCallError) {
      EngineLog.put(line, on: try EngineLog.open(file))
    } catch {
      EngineLog.put(line, on: .standardError)
    }
  }

  private static func open(_ file: FilePath) throws(SystemCallError) -> FileDescriptor {
    try FileDescriptor.open(file, [.writeOnly, .create, .append], mode: 0o644)
  }

  /// Writes a line; where nobody can be told, the exit status still says it.
  private static func put(_ line: String, on descriptor: borrowing FileDescriptor) {
    do throws(SystemCallError) { try descriptor.write(line) } catch {}
  }
}

// MARK: Lines

extension EngineLog {
  /// One line of the log.
  static func line(_ level: Level, _ message: String, _ format: Format, at time: Timestamp) -> String {
    switch format {
    case .text: return "time=\"\(time)\" level=\(level.rawValue) msg=\(textValue(message))\n"
    case .json: return #"{"level":"\#(level.rawValue)","msg":\#(quoted(message)),"time":"\#(time)"}"# + "\n"
    }
  }

  /// Bare where it is one plain word, as logrus writes it.
  private static func textValue(_ message: String) -> String {
    let isPlain = message.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-._/@^+".utf8.contains(byte)
      }
    }
    return isPlain && !message.isEmpty ? message : quoted(message)
  }

  /// In quotes, control characters escaped: right in JSON and in Go's syntax alike.
  private static func quoted(_ message: String) -> String {
    var text = "\""
    for scalar in message.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value):
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
