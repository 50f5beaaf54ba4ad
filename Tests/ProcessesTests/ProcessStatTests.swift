// The parser of /proc/PID/stat on captured lines and on names that are made to mislead.

import Processes
import Testing

/// Numbers 4 to 52 of a line captured from a shell.
let capturedNumbers =
  "8067 8067 4912 34816 8072 4194304 100 2 0 3 5 6 7 8 20 0 1 0 115007 3133440 409 18446744073709551615 "
  + "94344475934720 94344475954601 140735972223232 0 0 0 0 0 0 1 0 0 17 1 0 0 0 0 0 94344475970608 94344475972224 "
  + "94344779051008 140735972227756 140735972227794 140735972227794 140735972229099 0\n"

func parseStat(_ text: some Sequence<UInt8>) -> ProcessStat? {
  ProcessStat(Array(text).span)
}

@Suite struct ProcessStatTests {
  @Test func readsEveryField() throws {
    let stat = try #require(parseStat(("8072 (cat) R " + capturedNumbers).utf8))
    #expect(stat.processID == 8072)
    #expect(stat.commandName == Array("cat".utf8))
    #expect(stat.state == UInt8(ascii: "R"))
    #expect(stat.parentID == 8067)
    #expect(stat.processGroupID == 8067)
    #expect(stat.sessionID == 4912)
    #expect(stat.terminal.name == "pts/0")
    #expect(stat.foregroundProcessGroupID == 8072)
    #expect((stat.minorFaults, stat.childMinorFaults) == (100, 2))
    #expect((stat.majorFaults, stat.childMajorFaults) == (0, 3))
    #expect((stat.userTime, stat.systemTime, stat.childUserTime, stat.childSystemTime) == (5, 6, 7, 8))
    #expect((stat.priority, stat.nice, stat.threadCount) == (20, 0, 1))
    #expect(stat.startTime == 115007)
    #expect((stat.virtualSize, stat.residentPages, stat.residentLimit) == (3_133_440, 409, .max))
    #expect((stat.exitSignal, stat.processor, stat.realTimePriority, stat.schedulingPolicy) == (17, 1, 0, 0))
    #expect(!stat.isKernelThread)
  }

  @Test(arguments: ["", ")", "(", ") R 1 1 1", "a b", "a\nb", "((()", ") S 0 0 (x"])
  func nameMayHoldAnything(name: String) throws {
    let stat = try #require(parseStat("1 (\(name)) S \(capturedNumbers)".utf8))
    #expect(stat.commandName == Array(name.utf8))
    #expect(stat.parentID == 8067)
  }

  @Test func nameNeedNotBeUTF8() {
    let text = Array("1 (".utf8) + [0xff, 0xfe, 0x80] + Array(") S \(capturedNumbers)".utf8)
    #expect(parseStat(text)?.commandName == [0xff, 0xfe, 0x80])
  }

  @Test func negativeNumbersStay() throws {
    let text = "2 (k) S 0 0 0 0 -1 2129984 0 0 0 0 0 1 0 0 -51 -20 1 0 26 0 0 18446744073709551615 0"
    let stat = try #require(parseStat(text.utf8))
    #expect((stat.priority, stat.nice, stat.foregroundProcessGroupID) == (-51, -20, -1))
    #expect(stat.isKernelThread)
    #expect(stat.terminal == .none)
  }

  @Test func cutOffAnywhereIsNoLineOrHasItsStartTime() {
    let whole = Array("8072 (cat) R \(capturedNumbers)".utf8)
    for count in 0...whole.count {
      if let stat = parseStat(whole[..<count]) {
        #expect(whole.starts(with: "8072 (cat) R".utf8))
        #expect(String(stat.startTime).utf8.elementsEqual("115007".utf8.prefix(String(stat.startTime).utf8.count)))
      }
    }
  }

  @Test(arguments: [
    (0x8800, "pts/0"), (0x8803, "pts/3"), (0x0010_8805, "pts/261"), (0x0401, "tty1"), (0x0440, "ttyS0"),
    (0x0501, "console"), (0, "?"),
  ])
  func terminalsHaveNames(number: UInt32, name: String) {
    #expect(TerminalNumber(rawValue: number).name == name)
  }
}
