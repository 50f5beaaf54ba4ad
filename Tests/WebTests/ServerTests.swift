// The server over real connections: the link, the feed, a browser that goes away, a port that is taken.

import Linux
import Testing

@testable import Web

/// A server and the one who talks to it, by turns on one thread.
private final class Served {
  let server: PageServer

  /// A page that answers every path, and opens feeds and WebSockets.
  final class Page: PageApplication {
    var closings = 0

    func answer(_ request: Request, on connection: ConnectionID, _ server: PageServer) -> Answer {
      switch request.path {
      case "/feed": .events
      case "/socket": .webSocket
      default: .response(.text(200, request.path))
      }
    }

    func opened(_ connection: ConnectionID, _ server: PageServer) {
      server.send(.text(Array("hello".utf8)), to: connection)
    }

    func received(_ message: WebSocketMessage, from connection: ConnectionID, _ server: PageServer) {
      server.send(message, to: connection)
    }

    func closed(_ connection: ConnectionID, _ server: PageServer) { closings += 1 }
  }

  let page = Page()

  init() throws {
    server = try PageServer(page)
  }

  var port: UInt16 { server.gate.port }

  /// Sends bytes and gives what comes until `isEnough`, or until the other end closes.
  func talk(_ bytes: [UInt8], until isEnough: (String) -> Bool = { _ in false }) throws -> String {
    let stream = try LoopbackStream(connectingTo: port)
    _ = try stream.send(bytes)
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !isEnough(String(decoding: answer, as: UTF8.self)) {
      try server.turn(milliseconds: 10)
      var requests = [PollRequest(stream.descriptor)]
      guard try poll(&requests, timeout: 0) > 0 else { continue }
      guard let count = try stream.receive(into: &buffer), count > 0 else { break }
      answer += buffer[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  func get(_ path: String, _ headers: String = "") throws -> String {
    let text =
      "GET \(server.gate.place)\(path.dropFirst()) HTTP/1.1\r\n"
      + "Host: 127.0.0.1:\(port)\r\nConnection: close\r\n\(headers)\r\n"
    return try talk(Array(text.utf8))
  }

  /// Comes in by the link, and gives the cookie's header.
  func enter() throws -> String {
    let answer = try get("/" + (server.gate.link?.split(separator: "/").last ?? ""))
    let line = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("Set-Cookie: ") })
    return "Cookie: \(line.dropFirst(12).prefix { $0 != ";" })\r\n"
  }
}

@Suite(.timeLimit(.minutes(1))) struct ServerTests {
  @Test func answersWhoHasTheKey() throws {
    let served = try Served()
    #expect(try served.get("/x").hasPrefix("HTTP/1.1 403"))
    let cookie = try served.enter()
    let answer = try served.get("/x", cookie)
    #expect(answer.hasPrefix("HTTP/1.1 200"))
    #expect(answer.hasSuffix("\r\n\r\n/x\n"))
    for header in ["Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff"] {
      #expect(answer.contains(header))
    }
  }

  @Test func feedsAndSurvivesABrowserThatGoes() throws {
    let served = try Served()
    let cookie = try served.enter()
    let place = served.server.gate.place
    let request = Array("GET \(place)feed HTTP/1.1\r\nHost: 127.0.0.1:\(served.port)\r\n\(cookie)\r\n".utf8)
    for _ in 0..<100 {
      let answer = try served.talk(request) { $0.hasSuffix("\n\n") }
      #expect(answer.hasSuffix("data: hello\n\n"))
    }
    while served.page.closings < 100 { try served.server.turn(milliseconds: 10) }
  }

  @Test func speaksWebSocket() throws {
    let served = try Served()
    let cookie = try served.enter()
    let request =
      "GET \(served.server.gate.place)socket HTTP/1.1\r\n"
      + "Host: 127.0.0.1:\(served.port)\r\nOrigin: http://127.0.0.1:\(served.port)\r\n"
      + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(cookie)\r\n"
    // With the handshake comes a masked frame that says "hi".
    let answer = try served.talk(Array(request.utf8) + [0x81, 0x82, 0, 0, 0, 0, 104, 105]) { $0.hasSuffix("hi") }
    #expect(answer.hasPrefix("HTTP/1.1 101"))
    #expect(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    #expect(answer.contains("hello"))
  }

  @Test func aPortCanBeTakenOnce() throws {
    let first = try PageServer(Served.Page())
    #expect(throws: SystemCallError.self) { try PageServer(port: first.gate.port, Served.Page()) }
  }

  @Test func moreConnectionsThanItKeeps() throws {
    let served = try Served()
    let cookie = try served.enter()
    var idle: [Int32] = []
    for _ in 0..<(PageServer.maximumConnections + 20) {
      idle.append(try LoopbackStream(connectingTo: served.port).release().release())
      try served.server.turn(milliseconds: 0)
    }
    #expect(try served.get("/x", cookie).hasPrefix("HTTP/1.1 200"))
    for number in idle { _ = FileDescriptor(owning: number) }
  }
}
