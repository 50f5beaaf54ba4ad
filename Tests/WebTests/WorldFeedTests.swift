// The feed of the map: what the kernel announces reaches who listens, and nothing is done while nothing happens.

import Linux
import Processes
import Testing
import struct SystemPackage.FilePath

@testable import JSON
@testable import Web

/// A map that is served, and one who listens to its feed, by turns on one thread.
private final class FollowedMap {
  let server: PageServer
  private let stream: LoopbackStream
  private var text: [UInt8] = []
  /// The events that were told, in order.
  private(set) var events: [JSONValue] = []

  init() throws {
    server = try PageServer(MapApplication())
    let link = try #require(server.gate.link)
    let opening = try LoopbackStream(connectingTo: server.gate.port)
    let host = "Host: 127.0.0.1:\(server.gate.port)\r\n"
    let path = link.drop { $0 != "?" }
    _ = try opening.send(Array("GET \(server.gate.place)\(path) HTTP/1.1\r\n\(host)\r\n".utf8))
    stream = try LoopbackStream(connectingTo: server.gate.port)
    var answer = ""
    for _ in 0..<100 where !answer.contains("\r\n\r\n") {
      try server.turn(milliseconds: 10)
      answer += String(decoding: try Self.read(opening), as: UTF8.self)
    }
    let cookie = answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("set-cookie: ") }
    let value = try #require(cookie).dropFirst("set-cookie: ".count).prefix { $0 != ";" }
    _ = try stream.send(
      Array("GET \(server.gate.place)feed HTTP/1.1\r\n\(host)Cookie: \(value)\r\n\r\n".utf8))
  }

  private static func read(_ stream: borrowing LoopbackStream) throws -> [UInt8] {
    var requests = [PollRequest(stream.descriptor)]
    guard try poll(&requests, timeout: 0) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    guard let count = try stream.receive(into: &buffer) else { return [] }
    return Array(buffer[..<count])
  }

  /// Serves until something was told, or for so long.
  ///
  /// - Returns: whether it was.
  func follow(milliseconds: UInt64, until isTold: () -> Bool = { false }) throws -> Bool {
    let end = monotonicNanoseconds() + milliseconds * 1_000_000
    while !isTold() {
      if monotonicNanoseconds() > end { return false }
      try server.turn(milliseconds: 5)
      text += try Self.read(stream)
      while let end = text.firstIndex(of: 10) {
        let line = text[..<end]
        if line.starts(with: Array("data: ".utf8)) {
          events.append(try #require(JSONValue(Array(line.dropFirst(6)))))
        }
        text.removeSubrange(...end)
      }
    }
    return true
  }

  func tells(_ processID: Int32, named name: String) -> Bool {
    events.contains { event in
      event["processes"]?.elements.contains {
        $0["pid"]?.integer == UInt64(processID) && $0["name"]?.text == name
      } ?? false
    }
  }
}

@Suite(.serialized) struct WorldFeedTests {
  static let hears = (try? ProcessEventSocket.listen()) != nil

  private func start(_ command: String) throws -> ProgramChild {
    var program = SystemCallProgram()
    program.append(
      .execute(
        ["/bin/sh"], ["sh", "-c", command].map { Array($0.utf8) }, environment: [Array("PATH=/usr/bin:/bin".utf8)]))
    let child = try program.start(signalMask: SignalSet())
    try child.report.awaitExecution()
    return child
  }

  /// Each ends long before the next look that is due by the clock alone, a second after the last at the earliest.
  @Test(.enabled(if: hears, "the kernel does not announce events here"))
  func tellsOfTheShortLived() throws {
    let map = try FollowedMap()
    #expect(try map.follow(milliseconds: 20_000) { !map.events.isEmpty })
    #expect(map.events.first?["setting"]?["refusal"] == .null)
    for _ in 0..<5 {
      let child = try start("exec sleep 0.4")
      let processID = child.processID
      #expect(try map.follow(milliseconds: 5_000) { map.tells(processID, named: "sleep") })
      #expect(try child.pidfd.wait() == .exited(0))
      #expect(
        try map.follow(milliseconds: 5_000) {
          map.events.contains { event in
            event["gone"]?.elements.contains { $0.text?.hasPrefix("\(processID).") == true } ?? false
          }
        })
    }
  }

  @Test func readsSomeAgainAndLeavesTheOthers() throws {
    var reader = WorldReader()
    let before = try reader.read()
    let child = try start("exec sleep 60")
    let other = try start("exec sleep 60")
    let after = try reader.read(again: [child.processID])
    #expect(after.inhabitants.contains { $0.identity.processID == child.processID })
    #expect(!after.inhabitants.contains { $0.identity.processID == other.processID })
    #expect(after.inhabitants.count == before.inhabitants.count + 1)
    #expect(after.inhabitants.map(\.identity.processID) == after.inhabitants.map(\.identity.processID).sorted())
    for one in [child.processID, other.processID] {
      #expect(try reader.read(again: [one]).inhabitants.contains { $0.identity.processID == one })
    }
    try child.pidfd.end()
    try other.pidfd.end()
    let last = try reader.read(again: [child.processID, other.processID].sorted())
    #expect(last.inhabitants == before.inhabitants)
  }
}

@Suite struct WorldDifferenceOfLossesTests {
  @Test func aLossIsTold() throws {
    var after = WorldSnapshot()
    after.lost = 7
    let difference = WorldDifference(from: WorldSnapshot(), to: after)
    #expect(!difference.isEmpty)
    #expect(JSONValue(difference.json(time: 1, setting: nil))?["lost"]?.integer == 7)
    #expect(WorldDifference(from: after, to: after).isEmpty)
  }
}
