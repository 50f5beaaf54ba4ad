// Requests as browsers send them, in pieces, and as nobody should.

import Testing
import Web

@Suite struct RequestTests {
  private func read(_ text: String) throws(RequestError) -> Request? {
    var reader = RequestReader()
    reader.append(Array(text.utf8)[...])
    return try reader.next()
  }

  private func status(_ text: String) -> Int? {
    do throws(RequestError) {
      return try read(text) == nil ? nil : 200
    } catch {
      return error.status
    }
  }

  @Test func readsARequest() throws {
    let request = try #require(
      try read("GET /process?key=7.42&x=a%20b+c HTTP/1.1\r\nHost: 127.0.0.1:80\r\nCookie: a=1; pangaea=2\r\n\r\n"))
    #expect(request.method == "GET")
    #expect(request.path == "/process")
    #expect(request.query == ["key": "7.42", "x": "a b c"])
    #expect(request.headers["host"] == "127.0.0.1:80")
    #expect(request.cookie("pangaea") == "2")
    #expect(request.cookie("a") == "1")
    #expect(request.cookie("b") == nil)
  }

  @Test func readsWhatComesByteByByte() throws {
    var reader = RequestReader()
    for byte in Array("POST /signal HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc".utf8) {
      #expect(try reader.next() == nil)
      reader.append([byte][...])
    }
    #expect(try reader.next()?.body == Array("abc".utf8))
    #expect(!reader.isAmidst)
  }

  @Test func readsOneAfterTheOther() throws {
    var reader = RequestReader()
    reader.append(Array("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n".utf8)[...])
    #expect(try reader.next()?.path == "/a")
    #expect(try reader.next()?.path == "/b")
    #expect(try reader.next() == nil)
  }

  static let odd: [(String, Int)] = [
    ("GET http://other/ HTTP/1.1\r\n\r\n", 400), ("get / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2\r\n\r\n", 400),
    ("GET /  HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400), ("GET / HTTP/1.1\r\n folded: x\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400), ("POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501), ("GET /\u{0} HTTP/1.1\r\n\r\n", 400),
    ("GET /é HTTP/1.1\r\n\r\n", 400),
  ]

  @Test(arguments: odd) func refusesWhatIsOdd(text: String, expected: Int) {
    #expect(status(text) == expected)
  }

  @Test func refusesAHeadWithoutEnd() {
    #expect(status("GET /" + String(repeating: "a", count: 20000)) == 431)
    #expect(status("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: 20000) + "\r\n\r\n") == 431)
  }
}
