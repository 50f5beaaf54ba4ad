// Plans as values: for each field of a plan, the system calls that it prints.

import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Cgroups
@testable import Isolation

@Suite struct IsolationPlanTests {
  private let command = IsolatedCommand(["/bin/true", "x"], environment: ["A=1"])

  /// The calls of a plan, those inside marked.
  private func calls(_ namespaces: CloneFlags = [], _ change: (inout IsolationPlan) -> Void = { _ in }) -> [String] {
    var plan = IsolationPlan(command: command, namespaces: namespaces)
    change(&plan)
    return plan.steps.map { ($0.isInside ? "  " : "") + $0.call }
  }

  /// The calls that a change adds.
  private func added(_ namespaces: CloneFlags = [], _ change: (inout IsolationPlan) -> Void) -> [String] {
    let before = calls(namespaces)
    return calls(namespaces, change).filter { !before.contains($0) }
  }

  private let close = "  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC)"
  private let exec = #"  execve("/bin/true", ["/bin/true", "x"], /* 1 variables */, /* or by /bin/sh */)"#

  /// What a parent does around the birth of the command, for whom it keeps its descriptors out of sight.
  private let closing = " /* after PR_SET_DUMPABLE 0; then close_range(3, ~0U), PR_SET_DUMPABLE 1 */"

  /// How the first process waits for what the caller does outside.
  private let waiting = [
    #"write(PIPE, "\1", 1)"#, "  close(PIPE)", "  read(PIPE, /* until the caller has done its part */)",
  ]

  @Test func theLeastPlan() {
    #expect(
      calls() == [
        "clone3({flags=0|CLONE_PIDFD, exit_signal=SIGCHLD}, 88) = PID", close, exec, "read(REPORT, FAILURE, 8) = 0",
      ])
  }

  @Test func aWorldOfManyKinds() {
    let kinds: CloneFlags = [.newMount, .newPID, .newUTS, .newIPC, .newUser]
    let all = calls(kinds)
    #expect(all[0] == "clone3({flags=\(kinds)|CLONE_PIDFD, exit_signal=SIGCHLD}, 88) = PID")
    let inside = all.filter { $0.hasPrefix("  ") }.map { $0.prefix { $0 != "(" }.drop { $0 == " " } }
    #expect(
      inside == [
        "mount", "openat", "fsopen", "fsconfig", "fsmount", "close", "openat2", "move_mount", "close", "close",
        "close", "clone3", "close_range", "execve",
      ])
    #expect(all.contains("  clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD}, 88\(closing))"))
  }

  @Test func whoBecomesAnotherUserGetsMemoryOfItsOwn() {
    let lines = calls([.newPID]) { $0.credentials.userID = 1000 }
    #expect(lines.contains("  clone3({flags=0, exit_signal=SIGCHLD}, 88\(closing))"))
  }

  @Test func aParentDeathSignal() {
    let lines = calls([.newPID]) { $0.parentDeathSignal = .kill }
    #expect(lines.filter { $0.contains("PR_SET_PDEATHSIG") }.count == 1, "the init is tied; its end is the end of all")
    let shared = calls([]) { $0.parentDeathSignal = .kill }
    #expect(shared.filter { $0.contains("PR_SET_PDEATHSIG") }.count == 2, "a change of user takes the tie away")
    #expect(shared.contains { $0.hasPrefix("  ppoll(") }, "the caller may have ended already")
  }

  @Test func aTieIsRenewedInAnotherUserNamespace() {
    let lines = calls {
      $0.parentDeathSignal = .kill
      $0.joins = [PlannedJoin(descriptor: 9, kinds: [.newUser, .newPID], object: "PID 12")]
    }
    #expect(lines.filter { $0.contains("PR_SET_PDEATHSIG") }.count == 3)
    #expect(lines.contains("  setns(9, \(CloneFlags([.newUser, .newPID])))"))
  }

  @Test func ownMapsAreWrittenInside() {
    let lines = added([.newUser]) { $0.idMaps = .own(user: 1000, group: 100, insideUser: 0, insideGroup: 5) }
    let text = lines.joined(separator: "\n")
    for piece in ["/proc/self/setgroups", "deny", "/proc/self/uid_map", "0 1000 1", "/proc/self/gid_map", "5 100 1"] {
      #expect(text.contains(piece), "\(piece)")
    }
    #expect(lines.allSatisfy { $0.hasPrefix("  ") })
  }

  @Test func otherMapsAreWrittenOutside() {
    let ranges = [IDMapRange(inner: 0, outer: 100000, count: 65536)]
    let lines = added([.newUser]) { $0.idMaps = IDMaps(users: ranges, groups: ranges) }
    #expect(
      lines == [#"write("/proc/PID/uid_map", "0 100000 65536")"#, #"write("/proc/PID/gid_map", "0 100000 65536")"#]
        + waiting)
    let tools = added([.newUser]) { $0.idMaps = IDMaps(users: ranges, groups: ranges, isWrittenByTools: true) }
    #expect(tools == ["newuidmap PID 0 100000 65536", "newgidmap PID 0 100000 65536"] + waiting)
  }

  @Test func aHostname() {
    #expect(added([.newUTS]) { $0.hostname = "blue" } == [#"  sethostname("blue", 4)"#])
  }

  @Test func timeOffsetsNeedAChildAndALateNamespace() {
    let lines = calls([.newTime]) { $0.timeOffsets = TimeOffsets(monotonic: 5, boottime: -6) }
    #expect(lines[0].contains("flags=0|"))
    #expect(lines.contains("  unshare(CLONE_NEWTIME)"))
    #expect(lines.contains { $0.contains("monotonic 5 0") && $0.contains("boottime -6 0") })
    #expect(lines.contains { $0.hasPrefix("  clone3(") })
  }

  @Test func loopbackComesUp() {
    #expect(calls([.newNetwork]).contains { $0.contains("SIOCSIFFLAGS") || $0.contains("ioctl") })
    #expect(!calls([]).contains { $0.contains("ioctl") })
  }

  @Test(arguments: MountPropagation.allCases) func propagationIsSetFirstAndUnbindableLast(mode: MountPropagation) {
    var plan = IsolationPlan(command: command, namespaces: [.newMount, .newPID])
    plan.propagation = mode
    plan.mounts = [.bind(source: "/etc", target: "/mnt", isReadOnly: false)]
    let mounts = plan.steps.map(\.call).filter { $0.hasPrefix("mount(") || $0.hasPrefix("open_tree(") }
    let count = mode == .private || mode == .slave ? 2 : 3
    #expect(mounts.count == count, "\(mounts)")
    #expect(mounts.first { $0.hasPrefix("mount(") } == mounts.first)
    #expect(mounts.last!.hasPrefix("mount(") == (mode == .unbindable))
    #expect((mode == .shared) == mounts.contains { $0.contains("/proc") })
  }

  @Test func labelsOfFileSystemsLoseTheirQuotes() {
    let calls = calls([.newMount]) {
      $0.mounts = [
        PlannedMount(.fileSystem("tmpfs", device: "", options: [#"context="a:b:c:s0:c1,c2""#, #"x="y""#]), on: "/mnt")
      ]
    }
    #expect(calls.contains { $0.contains(#""context", "a:b:c:s0:c1,c2""#) }, "\(calls)")
    #expect(calls.contains { $0.contains(#""x", ""y"""#) }, "\(calls)")
  }

  @Test func aRootIsEnteredLast() {
    let inside = calls([.newMount]) {
      $0.root = RootDirectory(path: "/srv/root", isReadOnly: true, hasFreshDevices: false)
    }
    let names = inside.map { $0.prefix { $0 != "(" }.drop { $0 == " " } }
    let pivot = names.firstIndex(of: "pivot_root")
    #expect(pivot != nil && pivot! > names.firstIndex(of: "open_tree")!)
    #expect(names.contains("mount_setattr"), "read-only")
    #expect(names[pivot! + 1] == "umount2")
  }

  @Test func devicesComeWithARoot() {
    let with = calls([.newMount]) { $0.root = RootDirectory(path: "/srv/root") }
    for name in ["null", "zero", "full", "random", "urandom", "tty"] {
      #expect(with.contains { $0.contains("/dev/\(name)") }, "\(name)")
    }
    let without = calls([.newMount]) { $0.root = RootDirectory(path: "/srv/root", hasFreshDevices: false) }
    #expect(!without.contains { $0.contains("/dev/") })
  }

  @Test func mountsStayInTheRoot() {
    let lines = added([.newMount]) {
      $0.mounts = [
        .bind(source: "/a", target: "/b", isReadOnly: true),
        .temporary(target: "/c", options: ["size": "1m", "mode": "700"]),
      ]
    }
    let opened = lines.filter { $0.contains("openat2") && ($0.contains("\"/b\"") || $0.contains("\"/c\"")) }
    #expect(opened.count == 2)
    #expect(opened.allSatisfy { $0.contains("RESOLVE_IN_ROOT") && $0.contains("RESOLVE_NO_MAGICLINKS") }, "\(opened)")
    #expect(lines.contains { $0.contains("mount_setattr") })
    let options = lines.filter { $0.contains("fsconfig") && $0.contains("SET_STRING") }
    #expect(options.count == 2 && options[0].contains("mode") && options[1].contains("size"), "\(lines)")
  }

  @Test func credentialsAreTakenInOrder() {
    let lines = added {
      $0.credentials.userID = 7
      $0.credentials.groupID = 8
      $0.credentials.supplementaryGroups = [9]
      $0.credentials.capabilities = 1 << 10
      $0.credentials.boundingSet = ~(1 << 13)
      $0.credentials.hasNoNewPrivileges = true
    }
    let wanted = [
      "PR_CAPBSET_DROP", "PR_SET_KEEPCAPS", "setgroups", "setresgid", "setresuid", "capset", "PR_CAP_AMBIENT_CLEAR_ALL",
      "PR_CAP_AMBIENT_RAISE", "PR_SET_NO_NEW_PRIVS",
    ]
    #expect(lines.count == wanted.count, "\(lines)")
    for (line, word) in zip(lines, wanted) { #expect(line.contains(word)) }
  }

  @Test func rootHasNoAmbientCapabilities() {
    let lines = added { $0.credentials.capabilities = 1 }
    #expect(lines.contains { $0.contains("capset") })
    #expect(!lines.contains { $0.contains("AMBIENT_RAISE") })
  }

  @Test func aTerminalBecomesTheStandardStreams() {
    let lines = added { $0.terminal = .made(9) }
    #expect(lines.count == 5, "setsid, TIOCSCTTY and three duplicates: \(lines)")
    #expect(lines[0].contains("setsid"))
    #expect(added { $0.startsSession = true }.count == 1)
  }

  @Test func aTerminalOfTheWorldIsMadeInside() throws {
    let lines = added { $0.terminal = .ofWorld(socket: 7, size: WindowSize(rows: 2, columns: 300)) }
    let wanted = [
      "\"/dev/ptmx\"", "TIOCSPTLCK", "TIOCGPTPEER", "TIOCSWINSZ", "sendmsg(SOCKET, $", "close", "setsid", "TIOCSCTTY",
    ]
    try #require(lines.count == wanted.count + 3, "\(lines)")
    for (line, word) in zip(lines, wanted) { #expect(line.contains(word)) }
  }

  @Test func aWorkingDirectoryIsTakenInside() {
    #expect(added { $0.workingDirectory = "/w" } == [#"  chdir("/w")"#])
  }

  @Test func joinedDirectoriesAreTakenOver() {
    let lines = added {
      $0.joinedRoot = 5
      $0.joinedDirectory = 6
    }
    #expect(lines == ["  fchdir(5)", #"  chroot(".")"#, "  fchdir(6)"])
  }

  @Test func descriptorsAreKept() {
    #expect(added { $0.keptDescriptors = [7, 8] }.count == 2)
  }

  @Test func onlyWhoNeedsAnInitHasOne() {
    #expect(!IsolationPlan(command: command, namespaces: [.newUTS, .newTime]).hasInit)
    #expect(IsolationPlan(command: command, namespaces: [.newPID]).hasInit)
    var joining = IsolationPlan(command: command, namespaces: [])
    joining.joins = [PlannedJoin(descriptor: 3, kinds: [.newTime], object: "x")]
    #expect(joining.hasInit)
  }

  private func cgroup(_ version: CgroupVersion) -> Cgroup {
    let hierarchy = CgroupHierarchy(version: version, controllers: [.processes], mountPoint: "/cg")
    return Cgroup(places: [Cgroup.Place(hierarchy: hierarchy, path: "/x", directory: "/cg/x")])
  }

  @Test func aProcessBeginsInAControlGroupOfVersionTwo() {
    let joined = added { $0.joinedCgroup = cgroup(.v2) }
    #expect(
      joined == [
        #"open("/cg/x", O_PATH|O_DIRECTORY) = CGROUP"#,
        "clone3({flags=0|CLONE_PIDFD|CLONE_INTO_CGROUP, exit_signal=SIGCHLD, cgroup=CGROUP}, 88) = PID",
      ])
  }

  @Test func aProcessMovesWhereItMayNotBegin() {
    let joined = added {
      $0.joinedCgroup = cgroup(.v2)
      $0.movesIntoCgroup = true
    }
    #expect(
      joined.contains { $0.contains("/cg/x/cgroup.procs") } && !joined.contains { $0.contains("CLONE_INTO_CGROUP") })
  }

  @Test func aProcessMovesItselfIntoAControlGroupOfVersionOne() {
    let joined = added { $0.joinedCgroup = cgroup(.v1) }
    #expect(joined.contains { $0.contains("/cg/x/tasks") } && !joined.contains { $0.contains("CLONE_INTO_CGROUP") })
  }
}
