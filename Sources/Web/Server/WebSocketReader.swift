// The frames of a WebSocket: what the browser sends is put together into messages, and refused when it breaks the rules.

/// What came over a WebSocket.
public enum WebSocketMessage: Hashable, Sendable {
  /// UTF-8.
  case text([UInt8])
  /// Bytes.
  case binary([UInt8])
  /// To be answered with a pong of the same content.
  case ping([UInt8])
  /// The other end closes.
  case close
}

/// Takes bytes as they come and gives messages as they are complete.
///
/// Source: RFC 6455 §5.
public struct WebSocketReader: Sendable {
  /// How long a message may be, in bytes.
  public static let maximumMessage = 1 << 20

  private var bytes: [UInt8] = []
  /// The frames of a message so far, and the opcode of its first.
  private var message: [UInt8] = []
  private var opcode: UInt8?

  /// Nothing read yet.
  public init() {}

  /// Takes bytes.
  public mutating func append(_ more: ArraySlice<UInt8>) {
    bytes += more
  }

  /// The next message; nil while it is not complete. Pongs, which nobody asked for, are passed over.
  ///
  /// - Throws: `WebSocketError` when the other end breaks the protocol, after which the connection must end.
  public mutating func next() throws(WebSocketError) -> WebSocketMessage? {
    while let frame = try nextFrame() {
      switch frame.opcode {
      case 0x8: return .close
      case 0x9: return .ping(frame.content)
      case 0xa: continue
      default: if let message = try add(frame) { return message }
      }
    }
    return nil
  }

  private struct Frame {
    let isLast: Bool
    let opcode: UInt8
    let content: [UInt8]
  }

  private mutating func nextFrame() throws(WebSocketError) -> Frame? {
    guard bytes.count >= 2 else { return nil }
    let (opcode, isMasked) = (bytes[0] & 0x0f, bytes[1] & 0x80 != 0)
    guard bytes[0] & 0x70 == 0, isMasked, [0, 1, 2, 8, 9, 10].contains(opcode) else { throw .protocolError }
    var length = UInt64(bytes[1] & 0x7f)
    var offset = 2
    if length >= 126 {
      let size = length == 126 ? 2 : 8
      guard opcode < 8 else { throw .protocolError }
      guard bytes.count >= 2 + size else { return nil }
      length = bytes[2..<(2 + size)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      offset += size
    }
    guard length <= UInt64(Self.maximumMessage) else { throw .messageTooBig }
    let end = offset + 4 + Int(length)
    guard bytes.count >= end else { return nil }
    let mask = Array(bytes[offset..<(offset + 4)])
    var content = Array(bytes[(offset + 4)..<end])
    for index in content.indices { content[index] ^= mask[index & 3] }
    let frame = Frame(isLast: bytes[0] & 0x80 != 0, opcode: opcode, content: content)
    guard opcode < 8 || frame.isLast else { throw .protocolError }
    bytes.removeFirst(end)
    return frame
  }

  private mutating func add(_ frame: Frame) throws(WebSocketError) -> WebSocketMessage? {
    guard (frame.opcode == 0) == (opcode != nil) else { throw .protocolError }
    if frame.opcode != 0 { opcode = frame.opcode }
    message += frame.content
    guard message.count <= Self.maximumMessage else { throw .messageTooBig }
    guard frame.isLast else { return nil }
    defer {
      message = []
      opcode = nil
    }
    return opcode == 1 ? .text(message) : .binary(message)
  }
}

/// How a browser broke the protocol, by the code that closes the connection.
public enum WebSocketError: UInt16, Error, Hashable, Sendable {
  /// A frame that may not be.
  case protocolError = 1002
  /// Longer than is read here.
  case messageTooBig = 1009
}

/// Frames that go to the browser: whole, and without a mask.
enum WebSocketFrame {
  /// A message in one frame.
  static func bytes(_ message: WebSocketMessage) -> [UInt8] {
    switch message {
    case .text(let content): frame(1, content)
    case .binary(let content): frame(2, content)
    case .ping(let content): frame(9, content)
    case .close: frame(8, [])
    }
  }

  /// The answer to a ping.
  static func pong(_ content: [UInt8]) -> [UInt8] { frame(10, content) }

  /// The frame that ends a connection and says why.
  static func close(_ error: WebSocketError) -> [UInt8] {
    frame(8, [UInt8(error.rawValue >> 8), UInt8(error.rawValue & 0xff)])
  }

  private static func frame(_ opcode: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    var head: [UInt8] = [0x80 | opcode]
    if count < 126 {
      head.append(UInt8(count))
    } else {
      let size = count < 65536 ? 2 : 8
      head.append(size == 2 ? 126 : 127)
      head += (0..<size).reversed().map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    }
    return head + content
  }
}
