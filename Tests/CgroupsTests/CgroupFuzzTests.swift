// Places and mounts of control groups as nobody writes them: no text makes a parser trap.

import Fuzzing
import Linux
import Testing

@testable import Cgroups

@Suite struct CgroupFuzzTests {
  @Test func places() throws {
    try Corpus("cgroup").forEach(pieces: ["0::/", ":", "name=", " (deleted)", "\n"]) { text in
      // The parser itself is tried in ProcessesTests.
      let memberships = CgroupMembership.parse(text.span)
      _ = CgroupHierarchies.hierarchies([], memberships) { _ in [] }
    }
  }

  @Test func mounts() throws {
    try Corpus("mountinfo").forEach(pieces: [" - cgroup2 ", "\\040", "\\9", " - cgroup "]) { text in
      #expect(CgroupMount.parse(text).count <= text.count { $0 == UInt8(ascii: "\n") } + 1)
    }
  }

  @Test func values() throws {
    for kind in ["cgroup", "id-maps", "status"] {
      try Corpus(kind).forEach(pieces: ["max", "18446744073709551616", " ", "\n"]) { text in
        _ = CgroupFile.parseValues(text)
        _ = CgroupLimits.bytes(String(decoding: text, as: UTF8.self))
      }
    }
  }
}
