// Who gets in: the one with the link, on this machine's own address, and no other page in the browser's name.

import Testing
import Web

@Suite struct GateTests {
  static let host = ["host": "127.0.0.1:8080"]

  private func status(_ admission: Gate.Admission) -> Int {
    switch admission {
    case .admitted, .admittedAnew: 200
    case .refused(let response): response.status
    }
  }

  /// A gate that somebody has passed, and that one's cookie.
  private func entered() throws -> (Gate, String) {
    var gate = Gate(port: 8080)
    let token = try #require(gate.token)
    let request = Request("GET", gate.place, query: ["token": token], headers: Self.host)
    guard case .admittedAnew(let header) = gate.admit(request) else { throw Refused() }
    let value = "\(header)".split(separator: "\"").first { $0.hasPrefix("pangaea-8080=") }
    return (gate, String(try #require(value).prefix { $0 != ";" }))
  }

  private struct Refused: Error {}

  @Test func linkWorksOnce() throws {
    var (gate, cookie) = try entered()
    #expect(gate.token == nil)
    #expect(gate.link == nil)
    #expect(status(gate.admit(Request("GET", gate.place, query: ["token": ""], headers: Self.host))) == 403)
    let headers = Self.host.merging(["cookie": cookie]) { $1 }
    #expect(gate.admit(Request("GET", gate.place + "feed", headers: headers)) == .admitted)
  }

  @Test func anotherLinkVoidsTheOne() throws {
    var gate = Gate(port: 8080)
    let first = try #require(gate.token)
    gate.renewToken()
    #expect(first != gate.token)
    #expect(status(gate.admit(Request("GET", gate.place, query: ["token": first], headers: Self.host))) == 403)
    #expect(gate.token != nil)
  }

  @Test func theCookieGoesToThePlaceAlone() throws {
    var (gate, cookie) = try entered()
    #expect(gate.place.count == 34 && gate.place != Gate(port: 8080).place)
    let headers = Self.host.merging(["cookie": cookie]) { $1 }
    for path in ["/", "/feed", "/" + gate.place.dropFirst().uppercased() + "feed", String(gate.place.dropLast()), "//"]
    {
      #expect(status(gate.admit(Request("GET", path, headers: headers))) == 403)
    }
    var another = Gate(port: 8080)
    let token = try #require(another.token)
    let request = Request("GET", another.place, query: ["token": token], headers: Self.host)
    guard case .admittedAnew(let header) = another.admit(request) else { throw Refused() }
    #expect("\(header)".contains("Path=\(another.place)"))
  }

  @Test func nothingWithoutTheKey() {
    var gate = Gate(port: 8080)
    for path in ["/", "/feed", "/map.js", "/process", "/environment"] {
      #expect(status(gate.admit(Request("GET", gate.place + path.dropFirst(), headers: Self.host))) == 403)
    }
    let forged = Self.host.merging(["cookie": "pangaea-8080=0"]) { $1 }
    #expect(status(gate.admit(Request("GET", gate.place, headers: forged))) == 403)
  }

  @Test(arguments: ["evil.example", "127.0.0.1", "127.0.0.1:80", "evil.example:8080", "[::1]:8080", ""])
  func otherNamesAreRefused(host: String) throws {
    var (gate, cookie) = try entered()
    #expect(status(gate.admit(Request("GET", gate.place, headers: ["host": host, "cookie": cookie]))) == 421)
  }

  @Test(arguments: ["http://evil.example", "null", "https://127.0.0.1:8080", "http://localhost:8080"])
  func otherSitesAreRefused(origin: String) throws {
    var (gate, cookie) = try entered()
    let headers = Self.host.merging(["cookie": cookie, "origin": origin]) { $1 }
    #expect(status(gate.admit(Request("GET", gate.place + "feed", headers: headers))) == 403)
  }

  @Test func whatDoesSomethingNamesItsPage() throws {
    var (gate, cookie) = try entered()
    var headers = Self.host.merging(["cookie": cookie]) { $1 }
    #expect(status(gate.admit(Request("POST", gate.place + "signal", headers: headers))) == 403)
    headers["upgrade"] = "websocket"
    headers["connection"] = "keep-alive, Upgrade"
    #expect(status(gate.admit(Request("GET", gate.place + "terminal", headers: headers))) == 403)
    headers["origin"] = "http://127.0.0.1:8080"
    #expect(gate.admit(Request("POST", gate.place + "signal", headers: headers)) == .admitted)
    headers["sec-fetch-site"] = "cross-site"
    #expect(status(gate.admit(Request("POST", gate.place + "signal", headers: headers))) == 403)
  }
}
