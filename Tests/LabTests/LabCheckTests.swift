// The lab on the real kernel: every course, as root and as an ordinary user, and what is left when it is killed.

import Linux
import Processes
import struct SystemPackage.FilePath
import Testing

@Suite(.serialized) struct LabCheckTests {
  /// Names of tests that failed, the numbers of claims of which nothing could be told, and whether the machine was clean.
  private func look(at tap: String) -> (failed: [Substring], unknown: Set<String>, isClean: Bool) {
    let lines = tap.split(separator: "\n")
    let unknown = lines.filter { $0.contains("# SKIP") }.compactMap { line in
      line.firstRange(of: " - ").flatMap { line[$0.upperBound...].split(separator: " ").first }.map(String.init)
    }
    return (
      lines.filter { $0.hasPrefix("not ok") }, Set(unknown),
      lines.contains { $0.hasSuffix("- the machine is as it was") }
    )
  }

  /// What an ordinary user may not be able to tell, and why.
  private static let unknownToOrdinaryUsers: [String: String] = [
    "S5b": "a cgroup of one's own, for cgroup.kill, must have been delegated",
    "S55a": "the root of a cgroup tree shows in a cgroup of one's own",
    "S56a": "a limit is set in a cgroup of one's own", "S56b": "a limit is set in a cgroup of one's own",
    "S56c": "a limit is set in a cgroup of one's own", "S57": "its items stand on the evidence of those before",
  ]

  @Test(.enabled(if: LabProgram.isRoot, "root is needed"), arguments: ["anatomy-of-a-process", "signals-and-jobs"])
  func everyClaimComesOutForRoot(course: String) throws {
    let run = try LabProgram.run(["check", "--format", "tap", "--course", course])
    let (failed, unknown, isClean) = look(at: run.output)
    #expect(failed == [] && unknown == [] && isClean, "\(run.output)")
    #expect(run.status == .exited(0))
  }

  @Test(
    .enabled(if: LabProgram.isRoot, "only root can become somebody else"),
    arguments: ["anatomy-of-a-process", "signals-and-jobs"])
  func everyClaimComesOutForAnOrdinaryUser(course: String) throws {
    let run = try LabProgram.run(["check", "--format", "tap", "--course", course], user: 65534)
    let (failed, unknown, isClean) = look(at: run.output)
    #expect(failed == [] && isClean, "\(run.output)")
    #expect(unknown.isSubset(of: LabCheckTests.unknownToOrdinaryUsers.keys), "\(run.output)")
    // Not to be able to tell is not success.
    #expect(run.status == (unknown.isEmpty ? .exited(0) : .exited(77)))
  }

  private func course(_ facts: String, needs: String = "", typed: String = "") -> String {
    """
    # Test
    ## Test
    ### T1: test
    ```claim holds
    It holds.
    ```
    ```needs
    \(needs)
    ```
    \(typed)
    ```facts within 1s
    \(facts)
    ```
    """
  }

  @Test(arguments: [
    ("A.parent is B", "", 1 as Int32, "NOT SO"), ("A.alive is no", "", 1, "NOT SO"),
    ("A.parent is init", "", 0, "as expected"),
    ("A.parent is init", "program no-such-program", 77, "there is no program no-such-program"),
    ("A.parent", "", 2, "course.md:12: the end of the line stands where a relation should"),
  ])
  func theExitStatusTellsHowItWent(facts: String, needs: String, status: Int32, says: String) throws {
    let directory = try LabProgram.makeDirectory("status-\(status)-\(facts.count)-\(needs.count)")
    let file = try LabProgram.write(course(facts, needs: needs), in: directory)
    let run = try LabProgram.run(["check", "--course", file])
    #expect(run.status == .exited(status) && run.output.contains(says), "\(run.output)")
    try LabProgram.remove(directory, files: ["course.md"])
  }

  @Test(arguments: ["text", "tap", "junit", "json"])
  func whatIsNotAsExpectedShowsWhatTheTerminalsShowed(format: String) throws {
    let directory = try LabProgram.makeDirectory("last-lines-\(format)")
    let typed = "```sh A\necho $((6 * 7))tell-tale; printf 'a\\bc\\n'\n```"
    let file = try LabProgram.write(course("A.alive is no", typed: typed), in: directory)
    let run = try LabProgram.run(["check", "--format", format, "--course", file])
    #expect(run.output.contains("42tell-tale") && run.output.contains("x08c"), "\(run.output)")
    try LabProgram.remove(directory, files: ["course.md"])
  }

  @Test(arguments: [
    ("text", ["EXPECTED   FOUND", "holds      cannot tell"]),
    ("tap", ["  expected: holds\n  result: cannot-tell\n"]),
    ("junit", ["name=\"expected\" value=\"holds\"", "name=\"result\" value=\"cannot-tell\""]),
    ("json", ["\"expected\": \"holds\"", "\"result\": \"cannot-tell\""]),
  ])
  func whatCannotBeToldIsOnlyExpectedToHold(format: String, parts: [String]) throws {
    let directory = try LabProgram.makeDirectory("expected-\(format)")
    let file = try LabProgram.write(course("A.alive is yes", needs: "program no-such-program"), in: directory)
    let run = try LabProgram.run(["check", "--format", format, "--course", file])
    #expect(run.status == .exited(77) && !run.output.contains("erdict"), "\(run.output)")
    #expect(parts.allSatisfy(run.output.contains), "\(run.output)")
    try LabProgram.remove(directory, files: ["course.md"])
  }

  @Test(.enabled(if: LabProgram.isRoot, "only root can give up a right"))
  func rootWithoutRightsIsAnOrdinaryUser() throws {
    let run = try LabProgram.start(["check", "S4", "S47"], isAdministrator: false).end()
    #expect(run.status == .exited(0) && run.output.contains("2 as expected"), "\(run.output)")
  }

  @Test(.enabled(if: LabProgram.isRoot, "a user namespace is needed in which a setting can be changed"))
  func aSettingThatForbidsIsNamed() throws {
    let script = """
      echo 0 > /proc/sys/user/max_user_namespaces
      exec setpriv --reuid=1000 --regid=1000 --clear-groups \(LabProgram.path) lab check S12
      """
    let pipe = try Pipe()
    var program = SystemCallProgram()
    program.append(.await(pipe.reading.number, for: "the maps are written"))
    for standard: Int32 in 1...2 { program.append(.duplicate(.descriptor(pipe.writing.number), as: standard)) }
    program.append(.execute(["/bin/sh"], ["sh", "-c", script].map { Array($0.utf8) }, environment: []))
    let child = try program.start(namespaces: .newUser)
    for map in ["uid_map", "gid_map"] {
      try FileDescriptor.open(FilePath("/proc/\(child.processID)/\(map)"), .writeOnly).write("0 0 65536")
    }
    try pipe.writing.write([1])
    #expect(try child.pidfd.wait() == .exited(77))
    var output = [UInt8](repeating: 0, count: 4096)
    let count = try pipe.reading.read(into: &output)
    #expect(String(decoding: output[..<count], as: UTF8.self).contains("why: the sysctl user.max_user_namespaces is 0"))
  }

  @Test func withoutAShellItCouldNotLook() throws {
    let run = try LabProgram.run(["check", "S12"], path: "/nonexistent")
    #expect(run.status == .exited(77) && run.output.contains("the terminals need bash"), "\(run.output)")
  }
}

@Suite(.serialized) struct LabProgressTests {
  @Test func theChecklistKnowsWhatWasSeenBefore() throws {
    let state = try LabProgram.makeDirectory("checklist")
    let file = try LabProgram.write(LabProgressTests.twoClaims, in: state)
    let once = try LabProgram.run(["run", "--yes", "T2", "--course", file], state: state)
    #expect(once.status == .exited(77) && once.output.contains("1 of 1 lack the evidence of T1"), "\(once.output)")
    #expect(try LabProgram.run(["run", "--yes", "T1", "--course", file], state: state).status == .exited(0))
    let again = try LabProgram.run(["run", "--yes", "T2", "--course", file], state: state)
    #expect(again.status == .exited(0) && again.output.contains("✓ I have seen it."), "\(again.output)")
    try LabProgram.remove(state.appending("pangaea"), files: ["lab-course"])
    try LabProgram.remove(state, files: ["course.md"])
  }

  private static let twoClaims = """
    # Test
    ## Test
    ### T1: test
    ```claim holds
    It holds.
    ```
    ```facts
    A.alive is yes
    ```
    ### T2: test
    ```claim holds
    I can say it.
    ```
    ```checklist
    T1: I have seen it.
    ```
    """

  @Test func progressIsKeptAndForgotten() throws {
    let state = try LabProgram.makeDirectory("progress")
    let first = try LabProgram.run(["next", "--yes", "--course", "signals-and-jobs"], state: state)
    #expect(first.status == .exited(0) && first.output.contains("J1: Ctrl-C"), "\(first.output)")
    #expect(first.output.contains("A │ ^C") || first.output.contains("A │ A$ sleep 1001"), "\(first.output)")
    #expect(try LabProgram.run(["list"], state: state).output.contains("✓ J1"))
    // The number alone tells the course.
    let one = try LabProgram.run(["list", "J1"], state: state).output
    #expect(one.split(separator: "\n").count == 3 && one.hasPrefix("signals-and-jobs: "))
    // Prose is laid out for 80 columns where there is no terminal; a line of a shell is not cut, but continued.
    #expect(first.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(first.output)")
    let hint = try LabProgram.run(["hint", "J4", "--course", "signals-and-jobs"], state: state)
    #expect(hint.output.contains("SigPnd") && hint.output.contains("`pangaea lab run J4 --course signals-and-jobs`"))
    #expect(try LabProgram.run(["hint", "J1"], state: state).output.contains("You have seen it"))
    #expect(try LabProgram.run(["reset", "--course", "signals-and-jobs"], state: state).status == .exited(0))
    #expect(try !LabProgram.run(["list"], state: state).output.contains("✓"))
    let directory = state.appending("pangaea")
    try LabProgram.remove(directory, files: ["lab-signals-and-jobs", "lab-signals-and-jobs.former"])
    try LabProgram.remove(state)
  }
}
