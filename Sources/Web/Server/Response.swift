// What the page's server answers, with the headers that keep other sites and injected text out.

/// An answer to a request.
///
/// Source: RFC 9112.
public struct Response: Hashable, Sendable {
  /// For example 200.
  public var status: Int
  /// What the body is, for example `text/html; charset=utf-8`.
  public var contentType: String
  /// What is sent.
  public var body: [UInt8]
  /// Headers beside those that every answer has.
  public var headers: [Header] = []

  /// A header's name and value.
  public struct Header: Hashable, Sendable {
    let name: String
    let value: String

    /// A header; neither part may come from outside.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// An answer from its parts.
  public init(_ status: Int = 200, _ contentType: String, _ body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  /// A sentence.
  public static func text(_ status: Int, _ text: String) -> Response {
    Response(status, "text/plain; charset=utf-8", Array((text + "\n").utf8))
  }

  /// A JSON text.
  public static func json(_ bytes: [UInt8], status: Int = 200) -> Response {
    Response(status, "application/json", bytes)
  }

  static let reasons: [Int: String] = [
    101: "Switching Protocols", 200: "OK", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 413: "Content Too Large", 421: "Misdirected Request",
    426: "Upgrade Required", 431: "Request Header Fields Too Large", 501: "Not Implemented",
    503: "Service Unavailable",
  ]

  /// What a page may load: what this server sends, and nothing else.
  ///
  /// Source: Content Security Policy Level 3.
  public static let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  /// The bytes on the wire.
  ///
  /// - Parameters:
  ///   - policy: the page's Content-Security-Policy.
  ///   - closes: whether the connection ends with this answer.
  ///   - isHead: only the head is sent, as HEAD asks.
  func bytes(policy: String, closes: Bool = false, isHead: Bool = false) -> [UInt8] {
    let head = Response.head(
      status,
      [
        Header("Content-Type", contentType), Header("Content-Length", String(body.count)),
        Header("Connection", closes ? "close" : "keep-alive"),
      ] + headers, policy: policy)
    return isHead ? head : head + body
  }

  /// The head of an answer with the headers that every answer has.
  static func head(_ status: Int, _ headers: [Header], policy: String) -> [UInt8] {
    let always = [
      Header("Content-Security-Policy", policy), Header("X-Content-Type-Options", "nosniff"),
      Header("X-Frame-Options", "DENY"), Header("Referrer-Policy", "no-referrer"), Header("Cache-Control", "no-store"),
      Header("Cross-Origin-Opener-Policy", "same-origin"), Header("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    var text = "HTTP/1.1 \(status) \(reasons[status] ?? "Status")\r\n"
    for header in headers + always { text += "\(header.name): \(header.value)\r\n" }
    return Array((text + "\r\n").utf8)
  }
}
