// `run` and `enter` where the machine lacks something: no proc, no namespaces left, no rights over a file. What cannot
// be done is said, with the reason; what can be done is done.

import Linux
import Testing

@Suite(.enabled(if: Caller.root.isPossible)) struct RunWithoutProcTests {
  /// What becomes of a command line in a mount namespace where /proc is empty.
  private func outcome(_ words: String) throws -> Outcome {
    let script = "mount -t tmpfs none /proc; exec \(pangaeaPath) \(words)"
    return try run("unshare", "-m", "--propagation", "private", "sh", "-c", script)
  }

  @Test func readsItsCommandLine() throws {
    let outcome = try outcome("run --share mount -- echo ran")
    #expect(outcome.output == "ran\n")
    #expect(outcome.status == .exited(0))
  }

  @Test func mountsAFreshProc() throws {
    #expect(try outcome("run -- sh -c 'echo $$; ls -d /proc/self'").lines == ["2", "/proc/self"])
  }

  @Test func printsAPlan() throws {
    #expect(try outcome("run --plan -- true").output.contains("execve("))
  }

  @Test(arguments: [
    "run --user-namespace -- true", "run --monotonic 5 -- true", "enter 1 -- true", "run --pids 5 -- true",
    "run --name nameless -- true",
  ]) func saysWhatIsMissing(words: String) throws {
    let outcome = try outcome(words)
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("  why: no proc is mounted on /proc\n  try: mount "), "\(outcome.error)")
  }
}

@Suite struct RunOnWhatCannotBeTakenAwayTests {
  /// The world's control group cannot be removed where cgroupfs has become read-only meanwhile.
  @Test(.enabled(if: Caller.root.isPossible && RunLimitTests.isPossible))
  func saysWhyAndHowTheCommandEndedAndTakesTheNameAway() throws {
    let directory = try TemporaryDirectory()
    let name = "stuck-\(monotonicNanoseconds())"
    let script = """
      mkfifo \(directory.path)/go
      \(pangaeaPath) run --name \(name) --memory 100m -- sh -c 'read line; exit 3' < \(directory.path)/go &
      exec 3> \(directory.path)/go
      until \(pangaeaPath) ns \(name) > \(directory.path)/listed 2>&1; do sleep 0.05; done
      while read -r device place type rest; do
        case $type in cgroup*) mount -o remount,bind,ro "$place";; esac
      done < /proc/mounts
      echo go >&3
      wait $!; echo $?
      test -e /run/pangaea/\(name) && echo "the name is still there"
      """
    let outcome = try run("unshare", "-m", "--propagation", "private", "sh", "-c", script)
    #expect(outcome.output == "125\n")
    #expect(outcome.error.contains("EROFS"), "\(outcome.error)")
    #expect(outcome.error.contains("; the command had ended with status 3\n"), "\(outcome.error)")
    // The next that makes a control group takes it away.
    #expect(try pangaea("run", "--memory", "64m", "--", "true").status == .exited(0))
  }
}

@Suite struct RunAtALimitTests {
  /// The limits of a user namespace of the test's own, which can be set there without harm.
  @Test(arguments: ["uts", "ipc", "mnt", "pid", "cgroup", "user", "net", "time"])
  func namesTheSettingThatForbids(kind: String) throws {
    let script =
      "echo 0 > /proc/sys/user/max_\(kind)_namespaces; exec \(pangaeaPath) run --user-namespace --net --time -- true"
    let outcome = try run("unshare", "-Ur", "sh", "-c", script)
    #expect(outcome.status == .exited(125))
    #expect(
      outcome.error.contains("(ENOSPC)\n  why: the sysctl user.max_\(kind)_namespaces is 0\n  try: sysctl "),
      "\(outcome.error)")
  }

  @Test(.enabled(if: Caller.ordinary.isPossible)) func saysThatTheRightIsMissing() throws {
    let outcome = try pangaea("run", "--share", "user", "--", "true", as: .ordinary)
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("  why: new namespaces (cgroup, IPC, mount, PID, UTS) need CAP_SYS_ADMIN"))
    #expect(outcome.error.contains("  try: add --user-namespace"))
  }

  @Test(.enabled(if: Caller.root.isPossible && Caller.ordinary.isPossible && BusyboxRoot.isPossible))
  func saysWhoseTheRootIs() throws {
    let root = try BusyboxRoot()
    _ = try run("chmod", "700", root.path)
    let outcome = try pangaea("run", "--rootfs", root.path, "--", "/bin/true", as: .ordinary)
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("why: \(root.path) is user 0's"), "\(outcome.error)")
  }

  @Test(.enabled(if: Caller.ordinary.isPossible)) func saysWhereANameCannotBeKept() throws {
    let outcome = try pangaea(
      "run", "--name", "x", "--", "true", as: .ordinary, environment: ["XDG_RUNTIME_DIR=/nowhere/at/all"])
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("cannot keep the name 'x' in /nowhere/at/all/pangaea"), "\(outcome.error)")
  }
}
