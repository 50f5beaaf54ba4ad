// The protocol's own example of the handshake, and frames of every length, whole, in pieces and broken.

import Testing

@testable import Web

@Suite struct WebSocketTests {
  @Test func handshakeOfTheStandard() {
    #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(WebSocketHandshake.base64(Array("a".utf8)) == "YQ==")
    #expect(WebSocketHandshake.base64(Array("ab".utf8)) == "YWI=")
    #expect(WebSocketHandshake.base64([]) == "")
  }

  /// A frame as a browser sends it.
  private func frame(_ first: UInt8, _ content: [UInt8]) -> [UInt8] {
    let mask: [UInt8] = [1, 2, 3, 4]
    var bytes = [first]
    switch content.count {
    case ..<126: bytes.append(0x80 | UInt8(content.count))
    case ..<65536: bytes += [0x80 | 126, UInt8(content.count >> 8), UInt8(content.count & 255)]
    default:
      bytes += [0x80 | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) }
    }
    return bytes + mask + content.enumerated().map { $1 ^ mask[$0 & 3] }
  }

  @Test(arguments: [0, 1, 125, 126, 65535, 65536, 1 << 20])
  func readsEveryLength(count: Int) throws {
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    var reader = WebSocketReader()
    let bytes = frame(0x82, content)
    reader.append(bytes.dropLast())
    #expect(try reader.next() == nil)
    reader.append(bytes.suffix(1))
    #expect(try reader.next() == .binary(content))
  }

  @Test func putsFragmentsTogether() throws {
    var reader = WebSocketReader()
    reader.append((frame(0x01, [97]) + frame(0x89, [1]) + frame(0x8a, []) + frame(0x00, [98]) + frame(0x80, [99]))[...])
    #expect(try reader.next() == .ping([1]))
    #expect(try reader.next() == .text([97, 98, 99]))
    #expect(try reader.next() == nil)
  }

  @Test(arguments: [
    [0x81, 0x01, 97], [0xc1, 0x80], [0x83, 0x80], [0x80, 0x80, 0, 0, 0, 0], [0x09, 0x80, 0, 0, 0, 0],
  ])
  func refusesWhatBreaksTheRules(bytes: [UInt8]) {
    var reader = WebSocketReader()
    reader.append(bytes[...])
    #expect(throws: WebSocketError.protocolError) { try reader.next() }
  }

  @Test func refusesWhatIsTooLong() {
    var reader = WebSocketReader()
    reader.append([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0][...])
    #expect(throws: WebSocketError.messageTooBig) { try reader.next() }
  }

  @Test func writesEveryLength() {
    #expect(WebSocketFrame.bytes(.text([97])) == [0x81, 1, 97])
    #expect(WebSocketFrame.bytes(.binary(Array(repeating: 0, count: 300))).prefix(4) == [0x82, 126, 1, 44])
    #expect(
      WebSocketFrame.bytes(.binary(Array(repeating: 0, count: 70000))).prefix(10) == [
        0x82, 127, 0, 0, 0, 0, 0, 1, 17, 112,
      ])
    #expect(WebSocketFrame.close(.messageTooBig) == [0x88, 2, 3, 241])
  }
}
