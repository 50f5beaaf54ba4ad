// What a browser is told from one look at the world to the next.

import Linux
import Processes
import Testing

@testable import JSON
@testable import Web

@Suite struct WorldTests {
  private func process(_ processID: Int32, start: UInt64 = 1, name: String = "sh") throws -> Inhabitant {
    let text = "\(processID) (\(name)) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 \(start) 0 0"
    let bytes = Array(text.utf8)
    let stat = ProcessStat(bytes.span)
    return Inhabitant(ProcessRecord(stat: try #require(stat)), Inhabitant.Details())
  }

  private func world(_ inhabitants: [Inhabitant]) -> WorldSnapshot {
    var world = WorldSnapshot()
    world.inhabitants = inhabitants
    return world
  }

  @Test func differencesAreWhatIsNewGoneOrChanged() throws {
    let old = world([try process(1), try process(2), try process(5)])
    let new = world([try process(1), try process(3), try process(5, name: "sleep")])
    let difference = WorldDifference(from: old, to: new)
    #expect(difference.inhabitants.map(\.identity.processID) == [3, 5])
    #expect(difference.gone.map(\.processID) == [2])
    #expect(WorldDifference(from: new, to: new).isEmpty)
    #expect(WorldDifference(from: WorldSnapshot(), to: new).inhabitants == new.inhabitants)
    #expect(WorldDifference(from: new, to: WorldSnapshot()).gone.map(\.processID) == [1, 3, 5])
  }

  @Test func aPIDInOtherHandsIsADeathAndABirth() throws {
    let difference = WorldDifference(from: world([try process(7, start: 1)]), to: world([try process(7, start: 2)]))
    #expect(difference.gone == [ProcessIdentity(processID: 7, startTime: 1)])
    #expect(difference.inhabitants.map(\.identity.startTime) == [2])
  }

  @Test(arguments: ["<script>alert(1)</script>", "\u{1b}[31m", "a\"b\\c", "\u{202e}"])
  func namesOfOthersStayStrings(name: String) throws {
    let world = world([try process(7, name: name)])
    let text = WorldDifference(from: WorldSnapshot(), to: world).json(time: 5, setting: nil)
    #expect(!text.contains(10))
    let value = try #require(JSONValue(text))
    #expect(value["processes"]?.elements.first?["name"]?.text == name)
    #expect(value["time"]?.integer == 5)
  }

  @Test func identitiesInWords() {
    #expect(ProcessIdentity(key: "12.345") == ProcessIdentity(processID: 12, startTime: 345))
    for text in ["", "12", "12.", ".1", "0.1", "-1.1", "1.1.1", "a.b"] { #expect(ProcessIdentity(key: text) == nil) }
  }

  @Test func theMachineHasInhabitantsAndContinents() throws {
    var reader = WorldReader()
    let world = try reader.read()
    let own = try #require(world.inhabitants.first { $0.identity.processID == CallingProcess.processID })
    #expect(own.namespaces?[.uts] != nil)
    #expect(!own.details.commandLine.isEmpty)
    for kind in NamespaceKind.allCases {
      let link = try #require(own.namespaces?.link(kind))
      #expect(world.continents.contains { $0.link == link && $0.isInhabited })
    }
  }

  @Test func aPageHasItsOwnFiles() throws {
    #expect(PageFile.names(of: .map).contains("page.html") && PageFile.names(of: .map).contains("map.js"))
    #expect(PageFile.names(of: .course).contains("xterm.js") && PageFile.names(of: .course).contains("map.js"))
    #expect(PageFile(named: "xterm.js", of: .map) == nil && PageFile(named: "page.html", of: .course) == nil)
    #expect(PageFile.response(to: Request("GET", "/"), of: .course).body.starts(with: Array("<!doctype html>".utf8)))
    #expect(PageFile.response(to: Request("GET", "/../x"), of: .course).status == 404)
    #expect(PageFile.response(to: Request("POST", "/"), of: .map).status == 405)
  }
}
