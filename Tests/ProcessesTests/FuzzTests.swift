// No text of any sort makes a parser trap: captured texts are cut, shuffled, repeated and overwritten, always in the
// same way, so that a failure can be repeated.

import Processes
import Testing

/// A repeatable source of chance (SplitMix64).
struct RepeatableChance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

@Suite struct FuzzTests {
  static let corpus: [String] = [
    "8072 (cat) R \(capturedNumbers)", "1 () ) S \(capturedNumbers)", ProcessStatusTests.captured,
    "12:cpu,cpuacct:/docker/0123\n1:name=systemd:/\n0::/user.slice/user@0.service\n",
    "36 35 98:0 /a /b\\040c rw shared:1 - ext4 /dev/sda rw\n22 1 0:2 net:[4] /x rw - nsfs nsfs rw\n",
    "Limit                     Soft Limit           Hard Limit           Units     \n"
      + "Max open files            1024                 unlimited            files     \n",
    "A=1\0B=\0\0=\0malformed\0C=18446744073709551616\0", "uts:[18446744073709551615]", "pid:[4026531836]", "",
    String(repeating: "9", count: 400), String(repeating: ":", count: 100), String(repeating: "\n", count: 100),
  ]

  @Test(arguments: corpus.indices)
  func noTextMakesAParserTrap(index: Int) {
    var chance = RepeatableChance(state: UInt64(index))
    let seed = Array(Self.corpus[index].utf8)
    for round in 0..<300 {
      parseInEveryWay(round == 0 ? seed : mutate(seed, &chance))
    }
  }

  private func mutate(_ seed: [UInt8], _ chance: inout RepeatableChance) -> [UInt8] {
    var text = seed
    for _ in 0..<Int.random(in: 1...4, using: &chance) {
      let place = Int.random(in: 0...text.count, using: &chance)
      switch Int.random(in: 0..<5, using: &chance) {
      case 0: text.removeSubrange(place...)
      case 1: text.insert(UInt8.random(in: 0...255, using: &chance), at: place)
      case 2: if place < text.count { text[place] = UInt8.random(in: 0...255, using: &chance) }
      case 3: text.insert(contentsOf: seed.prefix(Int.random(in: 0...seed.count, using: &chance)), at: place)
      default: text.removeSubrange(0..<place)
      }
    }
    return text
  }

  private func parseInEveryWay(_ text: [UInt8]) {
    _ = ProcessStat(text.span)
    _ = ProcessStatus(text.span)
    let cgroups = CgroupMembership.parse(text.span)
    _ = ContainerName(of: cgroups)
    _ = ContainerName(cgroupPath: text)
    _ = MountInfo.parse(text.span)
    _ = ResourceLimit.parse(text.span)
    _ = NamespaceLink(text.span)
    _ = Processes.CommandLine(bytes: text).arguments
    let environment = Environment(text.span)
    #expect(environment.block == text)
    _ = environment.difference(from: environment)
  }
}
