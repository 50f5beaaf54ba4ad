// cgroup ls, show, set and rm on this machine's hierarchies, in control groups that the test makes and removes.

import JSON
import Linux
import Testing

import struct SystemPackage.FilePath

@testable import Cgroups
@testable import Commands

/// Whether control groups with limits can be made here.
private let canLimit: Bool = {
  let plan = try? CgroupHierarchies.read().plan("probe", limits: CgroupLimits(memory: 4096, processes: 1))
  return plan?.steps.isEmpty == false && UserIDs.current.effective == 0
}()

@Suite(.enabled(if: canLimit, "no control group can be made here"))
struct CgroupCommandTests {
  /// Runs a test with a control group that has a member, by its name.
  private func withCgroup(_ name: String = #function, _ body: (String, Cgroup, Int32) throws -> Void) throws {
    let unique = "pangaea-test-\(name.prefix { $0 != "(" })-\(monotonicNanoseconds())"
    let limits = CgroupLimits(memory: 64 << 20, processes: 20)
    let cgroup = try CgroupHierarchies.read().make(unique, limits: limits)
    defer {
      #expect(throws: Never.self) {
        if cgroup.places.contains(where: \.exists) { try cgroup.kill() }
        try cgroup.remove()
      }
    }
    let sleeper = try StartedProgram(["sleep", "90"])
    try cgroup.add(sleeper.processID)
    try body(unique, cgroup, sleeper.processID)
    try sleeper.pidfd.sendIfAlive(.kill)
    _ = try sleeper.finish()
  }

  @Test func listsMembersOnce() throws {
    try withCgroup { name, cgroup, processID in
      let whole = try pangaea("cgroup", "ls")
      #expect(whole.status == .exited(0) && whole.error.isEmpty)
      #expect(whole.lines[0].hasPrefix("CGROUP") && whole.lines[1].hasPrefix("/ "))
      #expect(whole.output.contains(name))
      let part = try pangaea("cgroup", "ls", name)
      #expect(part.lines.count == 3)
      #expect(part.lines[1].hasPrefix(name))
      #expect(part.lines[2].contains("\(processID) sleep"))
      for place in cgroup.places { #expect(part.lines[1].contains(CgroupLookup.label(place.hierarchy))) }
      #expect(try pangaea("cgroup", "ls", "--no-processes", name).lines.count == 2)
      #expect(try pangaea("cgroup", "ls", cgroup.places[0].directory.string).lines.count == 3)
      #expect(try pangaea("cgroup", "ls", "\(processID)").output.contains("\(processID) sleep"))
    }
  }

  @Test func showsLimitsAndCounters() throws {
    try withCgroup { name, _, processID in
      let shown = try pangaea("cgroup", "show", name)
      #expect(shown.status == .exited(0))
      #expect(shown.output.contains("limit of memory           64M\n"))
      #expect(shown.output.contains("limit of processes        20\n"))
      #expect(shown.output.contains("members, with those below 1\n"))
      #expect(try pangaea("cgroup", "show", "\(processID)").output.contains("limit of processes        20\n"))
      let json = try #require(JSONValue(Array(pangaea("cgroup", "show", "--json", name).output.utf8)))
      #expect(json["limits"]?["memory"]?.text == "67108864" && json["limits"]?["processes"]?.text == "20")
      #expect(json["members"]?.elements == [.number("\(processID)")])
      #expect(json["isFrozen"]?.truth == false)
    }
  }

  @Test func looksAgainAndColours() throws {
    try withCgroup { name, cgroup, processID in
      for verb in ["ls", "show"] {
        let watched = try run(
          "sh", "-c", "timeout -s INT 20 \(pangaeaPath) cgroup \(verb) --json --watch 0.1 \(name) | head -3")
        #expect(watched.lines.count == 3)
        #expect(watched.lines.allSatisfy { JSONValue(Array($0.utf8))?["layout"] != nil })
        #expect(try pangaea("cgroup", verb, "--watch", "0", name).status == .exited(2))
        #expect(try pangaea("cgroup", verb, "--color=blue", name).status == .exited(2))
        #expect(try !pangaea("cgroup", verb, name).output.contains("\u{1b}"))
      }
      let list = try pangaea("cgroup", "ls", "--color=always", name).lines
      #expect(list[0].hasPrefix("\u{1b}[1mCGROUP") && list[1].hasPrefix(name), "\(list)")
      #expect(list[2].contains("\u{1b}[2m") && list[2].contains("\(processID) sleep"))
      #expect(try pangaea("cgroup", "set", "--freeze", name).status == .exited(0))
      #expect(try pangaea("cgroup", "show", "--color=always", name).output.contains("\u{1b}[38;5;214myes"))
      #expect(try pangaea("cgroup", "set", "--thaw", name).status == .exited(0))
    }
  }

  /// The kernel takes any bytes in the name of a control group but a newline and a slash.
  @Test func keepsTheBytesOfNamesThatAreNotUTF8() throws {
    try withCgroup { name, cgroup, _ in
      let odd = cgroup.places[0].directory.appending(FilePath(bytes: [0x61, 0xff]).components)
      try makeDirectory(odd)
      defer { #expect(throws: Never.self) { try removeDirectory(odd) } }
      #expect(try pangaea("cgroup", "ls", name).output.contains("a\\xFF "))
      #expect(try pangaea("cgroup", "ls", "--json", name).output.contains("61ff\""))
    }
  }

  @Test func leavesTheTopsOut() throws {
    try withCgroup { _, cgroup, processID in
      let tops = try CgroupHierarchies.read().cgroup(of: processID).places.filter(\.isTop)
      try #require(!tops.isEmpty)
      let json = try #require(JSONValue(Array(pangaea("cgroup", "show", "--json", "\(processID)").output.utf8)))
      #expect(json["places"]?.elements.count == cgroup.belowTops.places.count)
      #expect(json["tops"]?.elements.count == tops.count)
      #expect(json["members"]?.elements == [.number("\(processID)")])
      #expect(try pangaea("cgroup", "ls", "\(processID)").lines.count == 3)
      let page = try pangaea("cgroup", "show", "\(processID)").output
      #expect(page.contains("at the top, not counted") && page.contains("none (at the top)"))
    }
  }

  @Test func limitsWhatAProcessIsIn() throws {
    try withCgroup { _, cgroup, processID in
      let set = try pangaea("cgroup", "set", "--pids", "7", "\(processID)")
      #expect(set.status == .exited(0))
      #expect(try cgroup.limits().processes == 7)
      #expect(try pangaea("cgroup", "set", "--freeze", "\(processID)").status == .exited(0))
      #expect(try cgroup.isFrozen() == true)
      #expect(try pangaea("cgroup", "set", "--thaw", "\(processID)").status == .exited(0))
    }
    let world = try DetachedWorld(["--pids", "9", "--name", "cgroup-test"], as: .root)
    #expect(try pangaea("cgroup", "set", "--pids", "8", "cgroup-test").status == .exited(0))
    #expect(try pangaea("cgroup", "show", "cgroup-test").output.contains("limit of processes        8\n"))
    #expect(try pangaea("cgroup", "ls", "cgroup-test").output.contains("\(world.processID) pangaea"))
    try world.end()
  }

  @Test func tellsWhoIsInNoGroup() throws {
    let refused = try run(
      "sh", "-c",
      "for f in $(find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -name cgroup.procs); do echo $$ > $f; done 2>&-; "
        + "\(pangaeaPath) cgroup set --pids 7 $$")
    #expect(refused.status == .exited(2))
    #expect(refused.error.contains("is in no control group of its own\n  why: it is at the top of every hierarchy"))
  }

  @Test(.enabled(if: (try? CgroupHierarchies.read().layout) == .hybrid))
  func worksOnVersion1Alone() throws {
    let name = "pangaea-test-v1-\(monotonicNanoseconds())"
    let pids = try #require(try CgroupHierarchies.read().own.place(of: .processes)?.directory)
    let script = """
      umount -l "$(findmnt -n -t cgroup2 -o TARGET | head -1)"; mkdir \(pids)/\(name)
      sleep 90 & echo $! > \(pids)/\(name)/cgroup.procs
      P=\(pangaeaPath); $P cgroup set --pids 7 \(name); $P cgroup ls --json | grep -m1 layout
      $P cgroup show \(name) | grep 'limit of proc'; $P cgroup rm \(name); $P cgroup rm --kill \(name); echo $?
      """
    let outcome = try StartedProgram(["unshare", "-m", "sh", "-c", script]).finish()
    #expect(outcome.lines.first?.contains("\"v1\"") == true)
    #expect(outcome.lines.contains { $0.hasPrefix("limit of processes") && $0.hasSuffix(" 7") })
    #expect(outcome.lines.last == "0" && outcome.error.contains("it has 1 member"), "\(outcome)")
    #expect(!CgroupFile.exists(pids.appending(name)))
  }

  @Test func completesPaths() throws {
    try withCgroup { _, cgroup, _ in
      let path = cgroup.places[0].path.string
      let completed = try pangaea("complete", "--", "cgroup", "rm", path)
      #expect(completed.output.hasPrefix(path + "\t"))
    }
  }

  @Test func setsLimitsInTheWordsOfRun() throws {
    try withCgroup { name, cgroup, _ in
      let set = try pangaea("cgroup", "set", "--memory", "32m", "--pids", "max", name)
      #expect(set.status == .exited(0) && set.output.isEmpty && set.error.isEmpty)
      let limits = try cgroup.limits()
      #expect(limits.memory == 32 << 20 && limits.processes == nil)
      #expect(try pangaea("cgroup", "set", "--freeze", name).status == .exited(0))
      #expect(try cgroup.isFrozen() == true)
      #expect(try pangaea("cgroup", "set", "--thaw", name).status == .exited(0))
      #expect(try cgroup.isFrozen() == false)
    }
  }

  @Test func refusesToRemoveWhatIsInUse() throws {
    try withCgroup { name, cgroup, processID in
      let refused = try pangaea("cgroup", "rm", name)
      #expect(refused.status == .exited(2))
      #expect(
        refused.error == """
          pangaea: cannot remove \(name): it has 1 member and 0 cgroups below it
            why: it holds PID \(processID)
            try: pangaea cgroup rm --kill \(name) ends the members and removes all

          """)
      #expect(try cgroup.members() == [processID])
      #expect(try pangaea("cgroup", "rm", "--kill", name).status == .exited(0))
      #expect(cgroup.places.allSatisfy { !CgroupFile.exists($0.directory) })
    }
  }

  @Test func neverEndsItsOwn() throws {
    try withCgroup { name, cgroup, processID in
      let script = cgroup.joinFiles.map { "echo 0 > \($0)" }.joined(separator: "; ")
      let outcome = try run(
        "sh", "-c", "\(script); \(pangaeaPath) cgroup rm --kill \(cgroup.places[0].directory)")
      #expect(outcome.status == .exited(2))
      #expect(outcome.error.contains("why: this command is in it"))
      #expect(try cgroup.members().contains(processID))
    }
  }

  @Test func refusesTheTopAndWhatIsNotThere() throws {
    for arguments in [["rm", "/"], ["rm", "--kill", "/"], ["set", "--pids", "9", "/"]] {
      let outcome = try StartedProgram([pangaeaPath, "cgroup"] + arguments).finish()
      #expect(outcome.status == .exited(2), "\(arguments)")
      #expect(outcome.error.contains("it is the top of its hierarchy"), "\(outcome.error)")
    }
    let missing = try pangaea("cgroup", "show", "/no/such")
    #expect(missing.status == .exited(1))
    #expect(
      missing.error == """
        pangaea: there is no control group '/no/such'
          why: no mounted hierarchy has that path
          try: pangaea cgroup ls

        """)
    #expect(try pangaea("cgroup", "show", "999999999").status == .exited(1))
  }

  @Test(arguments: [
    [], ["nosuch"], ["ls", "a", "b"], ["set", "/a"], ["set", "--pids", "x", "/a"], ["set", "--cpus", "1"], ["rm"],
  ])
  func refusesAWrongCommandLine(_ arguments: [String]) throws {
    let outcome = try StartedProgram([pangaeaPath, "cgroup"] + arguments).finish()
    #expect(outcome.status == .exited(2) && outcome.output.isEmpty)
    #expect(outcome.error.contains("--help"))
  }

  @Test(.enabled(if: Caller.ordinary.isPossible))
  func doesNothingWithoutTheRight() throws {
    try withCgroup { _, cgroup, _ in
      let path = cgroup.places[0].directory.string
      #expect(try pangaea("cgroup", "show", path, as: .ordinary).status == .exited(0))
      let refused = try pangaea("cgroup", "set", "--freeze", path, as: .ordinary)
      #expect(refused.status == .exited(2) && refused.error.contains("EACCES"))
      #expect(try pangaea("cgroup", "rm", "--kill", path, as: .ordinary).status == .exited(2))
      #expect(try cgroup.isFrozen() == false)
    }
  }
}
