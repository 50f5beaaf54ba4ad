// What of the machine can come next on a command line: live processes, control groups and worlds; and
// what the program itself has many of: claims, columns.

internal import Cgroups
internal import CommandDescription
internal import Isolation
internal import Lab
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

extension Completion {
  /// Completes the last of the words that follow `pangaea`; it may be empty.
  init(_ words: [String]) {
    if words.count > 1, let verb = VerbCatalogue.verb(words[0]) {
      self.init(Array(words.dropFirst()), of: verb, live: Completion.onMachine)
    } else {
      let verbs = words.count == 1 ? VerbCatalogue.all() : []
      self.init(words, of: VerbCatalogue.program(verbs), live: Completion.onMachine)
    }
  }

  private static func onMachine(_ source: CompletionSource) -> [Candidate] {
    switch source {
    case .processID: processes()
    case .cgroup: cgroups()
    case .world: worlds()
    case .claim: courses().flatMap(\.claims).flatMap(claims)
    case .course: courses().map { Candidate(word: $0.name, meaning: $0.title) }
    case .columns: Column.known.map { Candidate(word: $0.name, meaning: $0.heading) }
    default: []
    }
  }

  private static func courses() -> [Course] {
    CourseLibrary.names.compactMap { name in
      do throws(CourseError) { return try CourseLibrary.course(named: name) } catch { return nil }
    }
  }

  /// Each number that a claim answers to; of a range the first.
  private static func claims(_ claim: Claim) -> [Candidate] {
    claim.number.split(separator: ",").map { part in
      let number = part.drop { $0 == " " }.prefix { $0 != "–" }
      return Candidate(word: String(number), meaning: claim.title)
    }
  }

  /// The control groups but the top, by their paths.
  private static func cgroups() -> [Candidate] {
    do throws(SystemCallError) {
      guard let top = try CgroupHierarchies.read().cgroup(named: "/") else { return [] }
      return try top.tree().descendants.map {
        Candidate(
          word: $0.path.string, meaning: $0.places.map { CgroupLookup.label($0.hierarchy) }.joined(separator: " "))
      }
    } catch {
      return []
    }
  }

  /// The caller's own worlds.
  private static func worlds() -> [Candidate] {
    do {
      return try WorldRegistry.own.all().map { Candidate(word: $0.name, meaning: "PID \($0.process.processID)") }
    } catch {
      return []
    }
  }

  /// The live processes but kernel threads.
  private static func processes() -> [Candidate] {
    do {
      return try ProcessTable(reading: .stat).records.filter { !$0.stat.isKernelThread }.map {
        Candidate(word: "\($0.processID)", meaning: Escaping.escaped($0.commandName[...]))
      }
    } catch {
      return []
    }
  }
}
