// No text of any sort makes a parser of /proc trap, and what is read keeps its promises.

import Linux
import Fuzzing
import Processes
import Testing

@Suite struct FuzzTests {
  @Test func statLines() throws {
    try Corpus("stat").forEach { text in
      guard let stat = ProcessStat(text.span) else { return }
      // The name is what stands between the first and the last bracket.
      #expect(text.firstIndex(of: UInt8(ascii: "(")).map { text[($0 + 1)...].starts(with: stat.commandName) } == true)
    }
  }

  @Test func statusTexts() throws {
    try Corpus("status").forEach(pieces: ["\nPid:\t", "Uid:\t", " kB\n", "Cap", ":\t", "0000"]) { text in
      // Without a PID it is no status.
      #expect(ProcessStatus(text.span) == nil || String(decoding: text, as: UTF8.self).contains("Pid:"))
    }
  }

  @Test func environments() throws {
    try Corpus("environ").forEach(pieces: ["\0", "=", "\0=", "A=1\0"]) { text in
      let environment = Environment(text.span)
      #expect(environment.block == text)
      let difference = environment.difference(from: environment)
      #expect(difference.added.isEmpty && difference.removed.isEmpty && difference.changed.isEmpty)
    }
  }

  @Test func cgroupLines() throws {
    try Corpus("cgroup").forEach(pieces: ["0::/", ":", "docker-", ".scope", "/kubepods", "\n"]) { text in
      let memberships = CgroupMembership.parse(text.span)
      #expect(memberships.count <= text.count { $0 == UInt8(ascii: "\n") } + 1)
      _ = ContainerName(of: memberships)
      _ = ContainerName(cgroupPath: text)
    }
  }

  @Test func mountLines() throws {
    try Corpus("mountinfo").forEach(pieces: [" - ", "\\040", "shared:", " / / ", "net:[1]"]) { text in
      #expect(MountInfo.parse(text.span).count <= text.count { $0 == UInt8(ascii: "\n") } + 1)
    }
  }

  @Test func limitTables() throws {
    try Corpus("limits").forEach(pieces: ["unlimited", "Max ", "          "]) { _ = ResourceLimit.parse($0.span) }
  }

  @Test func namespaceLinks() throws {
    try Corpus("namespace-link").forEach(pieces: ["[", "]", ":", "uts"]) { text in
      guard let link = NamespaceLink(text.span) else { return }
      #expect(Array("\(link)".utf8).count <= text.count)
    }
  }

  @Test func commandLines() throws {
    try Corpus("cmdline").forEach(pieces: ["\0"]) { text in
      let line = Processes.CommandLine(bytes: text)
      #expect(line.arguments.reduce(0) { $0 + $1.count } <= text.count)
    }
  }
}
