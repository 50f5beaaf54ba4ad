// HTTP/1.1 as browsers send it: bytes that come in pieces become requests. What is odd is refused, not interpreted,
// since two readers that differ over one request are how requests get smuggled.

/// A request of a browser.
///
/// Source: RFC 9112.
public struct Request: Hashable, Sendable {
  /// In capitals, for example `GET`.
  public var method: String
  /// Without the query, for example `/`; percent signs are left as they came.
  public var path: String
  /// The query's fields, decoded; of several with one name the first counts.
  public var query: [String: String]
  /// Values by name in small letters.
  public var headers: [String: String]
  /// What follows the headers.
  public var body: [UInt8]

  /// A request from its parts.
  public init(
    _ method: String, _ path: String, query: [String: String] = [:], headers: [String: String] = [:],
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  /// The value of a cookie; nil where the browser sent none of that name.
  public func cookie(_ name: String) -> String? {
    for pair in (headers["cookie"] ?? "").split(separator: ";") {
      let trimmed = pair.drop { $0 == " " }
      if trimmed.hasPrefix(name + "=") { return String(trimmed.dropFirst(name.utf8.count + 1)) }
    }
    return nil
  }

  /// Whether the connection is to become a WebSocket.
  public var asksForWebSocket: Bool {
    headers["upgrade"]?.lowercased() == "websocket"
      && headers["connection"]?.lowercased().contains("upgrade") == true
  }
}

/// Why bytes are no request that is answered.
public struct RequestError: Error, Hashable, Sendable {
  /// The status that says it, for example 400.
  public let status: Int
  /// A sentence for a person.
  public let problem: String
}

/// Takes bytes as they come and gives requests as they are complete.
public struct RequestReader: Sendable {
  /// How long a request's head may be, in bytes.
  public static let maximumHead = 16 << 10
  /// How long a body may be, in bytes.
  public static let maximumBody = 64 << 10

  private var bytes: [UInt8] = []
  /// How far the end of the head was looked for.
  private var searched = 0

  /// Nothing read yet.
  public init() {}

  /// Whether part of a request waits for its rest.
  public var isAmidst: Bool { !bytes.isEmpty }

  /// Takes bytes.
  public mutating func append(_ more: ArraySlice<UInt8>) {
    bytes += more
  }

  /// What came after the last request, as the first bytes of another protocol.
  public mutating func takeRest() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  /// The next request; nil while it is not complete.
  ///
  /// - Throws: `RequestError` for what is no request, or too long; nothing more can be read then.
  public mutating func next() throws(RequestError) -> Request? {
    guard let end = endOfHead() else {
      if bytes.count > Self.maximumHead { throw RequestError(status: 431, problem: "The head is too long.") }
      return nil
    }
    guard end <= Self.maximumHead else { throw RequestError(status: 431, problem: "The head is too long.") }
    var request = try RequestReader.parse(bytes[..<(end - 4)])
    let length = try RequestReader.bodyLength(request.headers)
    guard bytes.count >= end + length else { return nil }
    request.body = Array(bytes[end..<(end + length)])
    bytes.removeFirst(end + length)
    searched = 0
    return request
  }

  /// The index after the empty line.
  private mutating func endOfHead() -> Int? {
    let mark: [UInt8] = [13, 10, 13, 10]
    var index = searched
    while index + 4 <= bytes.count {
      if bytes[index] == 13, bytes[index..<(index + 4)].elementsEqual(mark) { return index + 4 }
      index += 1
    }
    searched = index
    return nil
  }

  private static func bodyLength(_ headers: [String: String]) throws(RequestError) -> Int {
    if headers["transfer-encoding"] != nil {
      throw RequestError(status: 501, problem: "A body must have a Content-Length.")
    }
    guard let text = headers["content-length"] else { return 0 }
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(text) else {
      throw RequestError(status: 400, problem: "The Content-Length is no number.")
    }
    guard length <= maximumBody else { throw RequestError(status: 413, problem: "The body is too long.") }
    return length
  }

  private static func parse(_ head: ArraySlice<UInt8>) throws(RequestError) -> Request {
    guard !head.contains(0), !head.contains(where: { $0 >= 0x80 }) else {
      throw RequestError(status: 400, problem: "The head has bytes that are not ASCII.")
    }
    var lines = head.split(separator: 10, omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
    }[...]
    let words = (lines.popFirst() ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0", words[1].hasPrefix("/"),
      !words[0].isEmpty, words[0].utf8.allSatisfy({ (65...90).contains($0) })
    else { throw RequestError(status: 400, problem: "The first line is no request of HTTP/1.1.") }
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return Request(
      String(words[0]), String(target[0]), query: query(target.count > 1 ? target[1] : ""),
      headers: try headers(lines))
  }

  private static func headers(_ lines: ArraySlice<String>) throws(RequestError) -> [String: String] {
    var headers: [String: String] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":"), colon != line.startIndex,
        !line[..<colon].contains(where: { $0 == " " || $0 == "\t" })
      else { throw RequestError(status: 400, problem: "A header is malformed.") }
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      guard headers.updateValue(String(value), forKey: name) == nil else {
        throw RequestError(status: 400, problem: "A header is given twice.")
      }
    }
    return headers
  }

  private static func query(_ text: Substring) -> [String: String] {
    var fields: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = decoded(parts[0])
      if fields[name] == nil { fields[name] = parts.count > 1 ? decoded(parts[1]) : "" }
    }
    return fields
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
