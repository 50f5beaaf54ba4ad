// The environment block: byte-exact, with all that execve(2) lets through.

import Processes
import Testing

private func environment(_ text: String) -> Environment { Environment(Array(text.utf8).span) }
private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite struct EnvironmentTests {
  @Test func keepsDuplicatesMalformedAndEmptyEntries() {
    let block = "A=1\0no equals sign\0A=2\0\0=odd\0B=x=y\0"
    let environment = environment(block)
    #expect(environment.entries.count == 6)
    #expect(environment.value(of: bytes("A")) == bytes("1"))
    #expect(environment.values(of: bytes("A")) == [bytes("1"), bytes("2")])
    #expect(environment.value(of: bytes("B")) == bytes("x=y"))
    #expect(environment.entries[1].name == nil)
    #expect(environment.value(of: bytes("no equals sign")) == nil)
    #expect(environment.block == bytes(block))
    #expect(!environment.isUnterminated)
  }

  @Test(arguments: ["", "\0", "\0\0", "A", "A=", "A=\0", "A=1\0B", "=\0="])
  func theBlockComesBackByteForByte(text: String) {
    #expect(environment(text).block == bytes(text))
  }

  @Test func bytesNeedNotBeUTF8() {
    let block: [UInt8] = [0xff, UInt8(ascii: "="), 0xfe, 0]
    let environment = Environment(block.span)
    #expect(environment.value(of: [0xff]) == [0xfe])
    #expect(environment.block == block)
  }

  @Test func differenceGoesByName() {
    let parent = environment("KEEP=1\0CHANGE=old\0GONE=1\0stray\0DOUBLE=a\0DOUBLE=b\0")
    let child = environment("NEW=1\0CHANGE=new\0KEEP=1\0other\0DOUBLE=a\0")
    let difference = child.difference(from: parent)
    #expect(difference.added.map(\.bytes) == [bytes("NEW=1"), bytes("other")])
    #expect(difference.removed.map(\.bytes) == [bytes("GONE=1"), bytes("stray")])
    #expect(difference.changed.map(\.after.bytes) == [bytes("CHANGE=new")])
    #expect(child.difference(from: child).isEmpty)
  }

  @Test func ancestryNamesEachStep() {
    let line = ["A=1\0", "A=1\0", "A=2\0", "B=1\0", "A=3\0"].map { Optional(environment($0)) }
    let steps = Environment.ancestry(of: bytes("A"), along: line + [nil, environment("A=3\0")])
    #expect(
      steps.map { $0?.origin } == [.unknown, .inherited, .changed, .dropped, .introduced, nil, .unknown])
    #expect(steps[2]?.value == bytes("2"))
  }

  @Test func aHundredThousandEntries() {
    let block = (0..<100_000).map { "VARIABLE_\($0)=\($0)\0" }.joined()
    let environment = environment(block)
    #expect(environment.entries.count == 100_000)
    #expect(environment.value(of: bytes("VARIABLE_99999")) == bytes("99999"))
    #expect(environment.block == bytes(block))
  }
}
