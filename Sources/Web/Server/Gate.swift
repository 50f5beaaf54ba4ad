// Who may come in: programs of this machine only, with the link that was printed, and no page of another site that
// makes the browser knock in its name.

/// The checks that each request has to pass before anything of it is looked at.
public struct Gate: Sendable {
  /// The port that the page is on.
  public let port: UInt16
  /// Where on the port, for example `/0f3c…/`: a browser sends a cookie to every port of a host, whoever listens there, so
  /// the page's own goes to this place only, which nobody knows.
  public let place: String
  /// In the link: good for one browser, which gets the session's secret in its place. nil once it is used.
  public private(set) var token: String?
  private let session: String

  /// What comes of a request.
  public enum Admission: Hashable, Sendable {
    /// It may be answered.
    case admitted
    /// It may be answered, and the answer brings the session's cookie.
    case admittedAnew(Response.Header)
    /// It is answered with this alone.
    case refused(Response)
  }

  /// A gate with secrets that nobody knows yet.
  public init(port: UInt16) {
    self.port = port
    place = "/\(Gate.secret().prefix(32))/"
    session = Gate.secret()
    token = Gate.secret()
  }

  /// 256 bits of the kernel's randomness, in hexadecimal digits.
  private static func secret() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Makes another link's token; the one before is void.
  public mutating func renewToken() {
    token = Gate.secret()
  }

  /// The link that opens the page once; nil when its token is used.
  public var link: String? { token.map { "http://127.0.0.1:\(port)\(place)?token=\($0)" } }

  private var cookieName: String { "pangaea-\(port)" }

  /// Decides over a request.
  public mutating func admit(_ request: Request) -> Admission {
    if let refusal = foreign(request) { return .refused(refusal) }
    let isInPlace = Gate.isSame(String(request.path.prefix(place.utf8.count)), place)
    if isInPlace, let cookie = request.cookie(cookieName), Gate.isSame(cookie, session) { return .admitted }
    guard request.method == "GET", request.path == place, let given = request.query["token"] else {
      return .refused(.text(403, "Open the link that the program printed: it holds the key to this page."))
    }
    guard let token, Gate.isSame(given, token) else {
      return .refused(
        .text(403, "This link was used already, or is not of this run. Press Enter where the program runs for another.")
      )
    }
    self.token = nil
    return .admittedAnew(
      Response.Header("Set-Cookie", "\(cookieName)=\(session); HttpOnly; SameSite=Strict; Path=\(place)"))
  }

  /// A request that was admitted, with its path as the page knows it: `/feed`.
  func inside(_ request: Request) -> Request {
    var request = request
    request.path = "/" + request.path.dropFirst(place.count)
    return request
  }

  /// The refusal of what another site or another name of this machine is behind.
  ///
  /// A name that somebody's DNS points at 127.0.0.1 is in `Host`; a page that is not this one is in `Origin`.
  private func foreign(_ request: Request) -> Response? {
    let hosts = ["127.0.0.1:\(port)", "localhost:\(port)"]
    guard let host = request.headers["host"], hosts.contains(host) else {
      return .text(421, "This page answers to 127.0.0.1:\(port) alone.")
    }
    if let origin = request.headers["origin"] {
      if origin != "http://\(host)" { return .text(403, "Another site may not ask this page.") }
    } else if request.asksForWebSocket || (request.method != "GET" && request.method != "HEAD") {
      return .text(403, "A request that does something must say which page it comes from.")
    }
    if let site = request.headers["sec-fetch-site"], site != "same-origin", site != "none",
      request.headers["sec-fetch-mode"] != "navigate"
    {
      return .text(403, "Another site may not ask this page.")
    }
    return nil
  }

  /// Compares in a time that does not tell how much is right.
  private static func isSame(_ given: String, _ secret: String) -> Bool {
    let given = Array(given.utf8)
    let secret = Array(secret.utf8)
    guard given.count == secret.count else { return false }
    return zip(given, secret).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
