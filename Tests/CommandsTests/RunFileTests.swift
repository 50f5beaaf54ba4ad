// `run`: its root directory and its mounts. Whatever the root's links say, nothing is mounted outside of it.

import Linux
import Testing
import struct SystemPackage.FilePath

@Suite(.enabled(if: BusyboxRoot.isPossible)) struct RunRootTests {
  @Test(arguments: Caller.possible) func entersARoot(caller: Caller) throws {
    let root = try BusyboxRoot()
    let outcome = try pangaea(
      "run", "--rootfs", root.path, "--", "/bin/sh", "-c", "pwd; ls /; ls /proc/self/ns/uts; cat /dev/null", as: caller)
    #expect(outcome.status == .exited(0), "\(outcome.error)")
    #expect(outcome.lines == ["/", "bin", "dev", "etc", "mnt", "proc", "tmp", "/proc/self/ns/uts"])
  }

  @Test(arguments: Caller.possible) func letsTheOldRootGo(caller: Caller) throws {
    let root = try BusyboxRoot()
    let outcome = try pangaea(
      "run", "--rootfs", root.path, "--", "/bin/sh", "-c", "cat /proc/self/mountinfo; ls /../etc", as: caller)
    #expect(outcome.status == .exited(0), "\(outcome.error)")
    // mountinfo(5), field 5: below the new root alone.
    let points = outcome.lines.compactMap { $0.split(separator: " ").dropFirst(4).first }
    #expect(points.first == "/")
    #expect(points.dropFirst().allSatisfy { $0.hasPrefix("/proc") || $0.hasPrefix("/dev") })
  }

  @Test(arguments: Caller.possible) func laysOutDevices(caller: Caller) throws {
    let root = try BusyboxRoot()
    let script = """
      for each in null zero full random urandom tty; do [ -c /dev/$each ] || echo no $each; done
      for each in ptmx fd stdin stdout stderr; do [ -L /dev/$each ] || echo no $each; done
      echo x > /dev/null; head -c 3 /dev/zero | wc -c; touch /dev/shm/x && echo shm; [ -e /dev/pts/ptmx ] && echo pts
      """
    let outcome = try pangaea("run", "--rootfs", root.path, "--", "/bin/busybox", "sh", "-c", script, as: caller)
    #expect(outcome.lines == ["3", "shm", "pts"], "\(outcome.error)")
  }

  @Test(arguments: Caller.possible) func readOnlyRootTakesNoWrites(caller: Caller) throws {
    let root = try BusyboxRoot()
    let script =
      "touch /x || echo root; touch /etc/x || echo etc; touch /tmp/x && echo tmp; echo > /dev/null && echo dev"
    let outcome = try pangaea(
      "run", "--rootfs", root.path, "--read-only", "--tmpfs", "/tmp", "--", "/bin/sh", "-c", script, as: caller)
    #expect(outcome.lines == ["root", "etc", "tmp", "dev"], "\(outcome.error)")
  }

  @Test(.enabled(if: Caller.root.isPossible)) func writableRootTakesWrites() throws {
    let root = try BusyboxRoot()
    #expect(try pangaea("run", "--rootfs", root.path, "--", "/bin/touch", "/etc/x").status == .exited(0))
    #expect(try run("ls", "\(root.path)/etc").output == "x\n")
  }

  @Test(arguments: Caller.possible) func linksOfTheRootStayInside(caller: Caller) throws {
    let root = try BusyboxRoot()
    let source = try TemporaryDirectory("source")
    _ = try source.file("secret", "from outside\n")
    let victim = try TemporaryDirectory("victim")
    // A target that leads out by its text, and by an absolute link.
    _ = try run("ln", "-s", "../../../../../../..\(victim.path)", "\(root.path)/relative")
    _ = try run("ln", "-s", victim.path, "\(root.path)/absolute")
    for link in ["relative", "absolute"] {
      let refused = try pangaea(
        "run", "--rootfs", root.path, "--bind", "\(source.path):/\(link)", "--", "/bin/true", as: caller)
      #expect(refused.status == .exited(125), "there is nothing of that name inside")
    }
    _ = try run("mkdir", "-p", "\(root.path)\(victim.path)")
    let outcome = try pangaea(
      "run", "--rootfs", root.path, "--bind", "\(source.path):/absolute", "--", "/bin/cat", "\(victim.path)/secret",
      as: caller)
    #expect(outcome.output == "from outside\n", "\(outcome.error)")
    #expect(try run("ls", victim.path).output.isEmpty)
  }

  /// The command would look at another /proc than the one that was mounted for it.
  @Test(arguments: Caller.possible, ["proc", "dev"])
  func linkedProcAndDevAreRefused(caller: Caller, name: String) throws {
    let root = try BusyboxRoot(directories: ["tmp", "etc", name == "proc" ? "dev" : "proc"])
    _ = try run("ln", "-s", "/etc", "\(root.path)/\(name)")
    let outcome = try pangaea("run", "--rootfs", root.path, "--", "/bin/sh", "-c", "echo ran", as: caller)
    #expect(outcome.status == .exited(125) && outcome.output.isEmpty)
    #expect(outcome.error.contains("it is a symbolic link"), "\(outcome.error)")
  }

  @Test(.enabled(if: Caller.root.isPossible)) func takesUsersFromTheRoot() throws {
    let root = try BusyboxRoot()
    let passwd = try FileDescriptor.open(FilePath("\(root.path)/etc/passwd"), [.writeOnly, .create], mode: 0o644)
    try passwd.write("pan:x:4321:8765::/:/bin/sh\n")
    let outcome = try pangaea("run", "--rootfs", root.path, "--user", "pan", "--", "/bin/sh", "-c", "id -u; id -g")
    #expect(outcome.lines == ["4321", "8765"], "\(outcome.error)")
  }

  @Test(arguments: Caller.possible) func complainsOfARootThatIsMissing(caller: Caller) throws {
    let outcome = try pangaea("run", "--rootfs", "/nowhere/at/all", "--", "true", as: caller)
    #expect(outcome.status == .exited(125))
    #expect(outcome.error == "pangaea: there is no directory /nowhere/at/all to be the root\n")
  }

  @Test(arguments: Caller.possible) func complainsOfARootWithoutProc(caller: Caller) throws {
    let root = try BusyboxRoot(directories: ["dev"])
    let outcome = try pangaea("run", "--rootfs", root.path, "--", "/bin/true", as: caller)
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("why: \(root.path) has no /proc to be mounted on"))
    #expect(outcome.error.contains("try: mkdir -p \(root.path)/proc\n"))
  }

  @Test(arguments: Caller.possible) func namesAllThatARootLacks(caller: Caller) throws {
    let root = try BusyboxRoot(directories: [])
    let outcome = try pangaea(
      "run", "--rootfs", root.path, "--bind", "/etc/passwd:/a/users", "--tmpfs", "/tmp", "--", "/bin/true", as: caller)
    #expect(outcome.error.contains("why: \(root.path) has no /proc, /dev, /a/users, /tmp to be mounted on\n"))
    let remedy = ["mkdir -p", "proc", "dev", "tmp", "a; touch", "a/users\n"].joined(separator: " \(root.path)/")
    #expect(outcome.error.hasSuffix("  try: \(remedy)"), "\(outcome.error)")
  }
}

@Suite struct RunMountTests {
  @Test(arguments: Caller.possible) func bindsADirectory(caller: Caller) throws {
    let source = try TemporaryDirectory()
    _ = try source.file("inside", "content\n")
    let target = try TemporaryDirectory("target")
    let outcome = try pangaea(
      "run", "--bind", "\(source.path):\(target.path)", "--", "cat", "\(target.path)/inside", as: caller)
    #expect(outcome.output == "content\n", "\(outcome.error)")
    #expect(try run("ls", target.path).output.isEmpty, "the machine does not see it")
  }

  @Test(arguments: Caller.possible, ["", ":rw", ":ro"]) func bindsAFile(caller: Caller, mode: String) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.file("source", "new\n")
    let target = try directory.file("target", "old\n")
    _ = try run("chmod", "666", source)
    let outcome = try pangaea(
      "run", "--bind", "\(source):\(target)\(mode)", "--", "sh", "-c",
      "cat \(target); echo more >> \(target) && echo written",
      as: caller)
    #expect(outcome.lines == (mode == ":ro" ? ["new"] : ["new", "written"]))
    #expect(try run("cat", target).output == "old\n")
  }

  @Test(arguments: Caller.possible) func bindsReadOnlyWithAllBelow(caller: Caller) throws {
    let outcome = try pangaea(
      "run", "--bind", "/dev:/dev:ro", "--", "sh", "-c", "touch /dev/shm/pangaea-test || echo refused", as: caller)
    #expect(outcome.output == "refused\n")
  }

  @Test(arguments: Caller.possible) func mountsMemory(caller: Caller) throws {
    let target = try TemporaryDirectory()
    let script = "stat -f -c %T \(target.path); stat -c %a \(target.path); df -k --output=size \(target.path) | tail -1"
    let outcome = try pangaea(
      "run", "--tmpfs", "\(target.path):size=1m,mode=700", "--", "sh", "-c", script, as: caller)
    #expect(outcome.lines.map(\.trimmed) == ["tmpfs", "700", "1024"], "\(outcome.error)")
  }

  @Test(arguments: Caller.possible) func startsInADirectory(caller: Caller) throws {
    #expect(try pangaea("run", "--workdir", "/usr/lib", "--", "pwd", as: caller).output == "/usr/lib\n")
    #expect(try pangaea("run", "-w", "/usr/lib", "--", "pwd", as: caller).output == "/usr/lib\n")
  }

  @Test(
    arguments: Caller.possible,
    [
      (["--bind", "/nowhere:/mnt"], "`/nowhere`"),
      (["--bind", "/etc:/nowhere"], "nothing of that name to be mounted on"),
      (["--bind", "/etc/passwd:/mnt"], "/etc/passwd is a file, and /mnt is a directory"),
      (["--bind", "/etc:/etc/passwd"], "/etc is a directory, and /etc/passwd is a file"),
      (["--bind", ""], "cannot be ''"), (["--bind", "/etc:/mnt:xx"], "not in ':xx'"),
      (["--tmpfs", "/tmp:size=x"], "size=x"), (["--tmpfs", "/nowhere"], "nothing of that name"),
      (["--workdir", "/nowhere"], "`/nowhere`"), (["--workdir", ""], "want a directory"),
      (["--rootfs", ""], "want a directory"),
      (["--read-only"], "goes with --rootfs"),
      (["--share", "mount", "--bind", "/etc:/mnt"], "mount namespace of their own"),
      (["--propagation", "sideways"], "'sideways'"),
    ]) func complainsOf(caller: Caller, request: (options: [String], words: String)) throws
  {
    let outcome = try StartedProgram([pangaeaPath, "run"] + request.options + ["--", "true"], as: caller).finish()
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.hasPrefix("pangaea: "))
    #expect(outcome.error.contains(request.words), "\(outcome.error)")
  }
}
