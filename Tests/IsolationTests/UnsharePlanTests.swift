// Plans of unshare as values: the steps that they become.

import Isolation
import Linux
import Testing
import struct SystemPackage.FilePath

@Suite struct UnsharePlanTests {
  private func plan(_ change: (inout UnsharePlan) -> Void) -> UnsharePlan {
    var plan = UnsharePlan(command: IsolatedCommand(["/bin/true"], environment: []))
    change(&plan)
    return plan
  }

  private func steps(of plan: UnsharePlan) -> [String] {
    let own = String(CallingProcess.processID)
    return plan.program().steps.map { $0.description.split(separator: own).joined(separator: "PID") }
  }

  private let execution = #"execve("/bin/true", ["/bin/true"], /* 0 variables */, /* or by /bin/sh */)"#
  private let reset = "rt_sigaction(SIGCHLD, SIG_DFL, NULL, 8)"

  @Test func movesAndExecutes() {
    #expect(
      steps(of: plan { $0.namespaces = .newUTS }) == [reset, "unshare(CLONE_NEWUTS)", execution])
  }

  @Test func mountsItsOwnProcInAChild() {
    let steps = steps(
      of: plan {
        $0.namespaces = [.newPID, .newMount]
        $0.forks = true
        $0.procMountPoint = "/proc"
      })
    #expect(
      steps == [
        reset, "unshare(CLONE_NEWNS|CLONE_NEWPID)", "clone3({flags=0, exit_signal=SIGCHLD}, 88)",
        #"mount("none", "/", NULL, MS_REC|MS_PRIVATE, NULL)"#,
        #"mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)"#, execution,
      ])
  }

  @Test func writesItsOwnMapsInTheOrderThatTheKernelWants() {
    let steps = steps(
      of: plan {
        $0.namespaces = .newUser
        $0.users.own = IDMapRange(inner: 0, outer: 1000, count: 1)
        $0.groups.own = IDMapRange(inner: 0, outer: 100, count: 1)
      })
    let order = ["uid_map", "setgroups", "gid_map"].map { name in steps.firstIndex { $0.contains(name) } ?? -1 }
    #expect(order == order.sorted() && !order.contains(-1))
    #expect(steps.contains { $0.contains("\"0 1000 1\"") } && steps.contains { $0.contains("\"0 100 1\"") })
    #expect(steps.contains { $0.contains("\"deny\"") })
  }

  @Test func leavesSomebodyOutsideForRanges() {
    let steps = steps(
      of: plan {
        $0.namespaces = .newUser
        $0.users.ranges = [.range(IDMapRange(inner: 0, outer: 100000, count: 65536))]
        $0.rangesAreWrittenByTools = true
      })
    #expect(
      steps.prefix(9) == [
        reset, "socketpair+clone3(/* for the next 4 steps */, /* PID = $0 */) = $1",
        "read($1, /* until the namespaces are made */)",
        #"fork+execve+wait4(PATH, ["newuidmap", "PID", "0", "100000", "65536"], /* 0 variables */, /* or by /bin/sh */)"#,
        "write($1, /* the maps are written */, 1)", "exit_group(0)", "unshare(CLONE_NEWUSER)",
        "write($1, /* the namespaces are made */, 1)", "read($1, /* until the maps are written */)",
      ])
  }

  @Test func keepsNamespacesInAFixedOrderWhateverWasTypedFirst() {
    let steps = steps(
      of: plan {
        $0.namespaces = [.newUTS, .newIPC]
        $0.persistent = [PersistentNamespace(.uts, file: "/a"), PersistentNamespace(.ipc, file: "/b")]
      })
    #expect(
      steps.filter { $0.hasPrefix("mount") } == [
        #"mount("/proc/PID/ns/ipc", "/b", NULL, MS_BIND, NULL)"#,
        #"mount("/proc/PID/ns/uts", "/a", NULL, MS_BIND, NULL)"#,
      ])
  }

  @Test func looksWhetherTheCallerStillLivesOnceItsEndIsWatched() {
    let steps = steps(
      of: plan {
        $0.forks = true
        $0.childDeathSignal = .kill
      })
    let tie = steps.firstIndex { $0.contains("PR_SET_PDEATHSIG") } ?? 0
    #expect(steps[tie] == "prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)" && steps[tie + 1].hasPrefix("ppoll("))
    #expect(steps.contains("pidfd_open(PID, 0) = $0"))
  }

  @Test func registersAFixedInterpreterBeforeTheRootChanges() {
    let fixed = steps(
      of: plan {
        $0.namespaces = [.newUser, .newMount]
        $0.root = "/srv"
        $0.binfmtMountPoint = "/srv/binfmt"
        $0.binaryFormat = Array(":a:M::x::/bin/a:F".utf8)
      })
    let register = fixed.firstIndex { $0.contains("register") } ?? .max
    let root = fixed.firstIndex { $0.hasPrefix("chroot") } ?? .min
    #expect(register < root)
    #expect(fixed.count { $0.contains("binfmt_misc\"") && $0.hasPrefix("mount") } == 2)
  }
}
