// doctor tells the truth: as root and as an ordinary user, and in worlds where a setting forbids.

import JSON
import Linux
import Screen
import Testing

@testable import Commands

/// What `doctor --json` said.
private struct Findings {
  let status: Linux.ExitStatus
  private let document: JSONValue

  init(_ outcome: Outcome) throws {
    status = outcome.status
    document = try #require(JSONValue(Array(outcome.output.utf8)), "\(outcome.output) \(outcome.error)")
  }

  var all: [JSONValue] { document["facilities"]?.elements ?? [] }
  var runWorks: Bool? { document["runWorks"]?.truth }
  func facility(_ id: String) -> JSONValue? { all.first { $0["id"]?.text == id } }
  func verdict(_ id: String) -> String? { facility(id)?["verdict"]?.text }
  func why(_ id: String) -> String? { facility(id)?["why"]?.text }
  func fails(_ id: String, because reason: String) -> Bool {
    verdict(id) == "fails" && why(id)?.contains(reason) == true
  }
}

/// Runs a script in the namespaces that the options of unshare(1) make; `$P` is the built program.
private func findings(_ options: [String], _ script: String, as caller: Caller) throws -> Findings {
  let outcome = try StartedProgram(
    ["unshare"] + options + ["sh", "-c", "P=\(pangaeaPath); \(script); exec $P doctor --json"], as: caller
  ).finish()
  return try Findings(outcome)
}

private let canBeOrdinary = Caller.ordinary.isPossible
private let canBeRoot = Caller.root.isPossible
private let hasMapTools = (try? run("sh", "-c", "command -v newuidmap newgidmap"))?.status == .exited(0)

@Suite struct DoctorTests {
  /// What the machine lets util-linux do is what doctor must find.
  private func works(_ command: String..., as caller: Caller) throws -> Bool {
    try StartedProgram(command, as: caller).finish().status == .exited(0)
  }

  @Test(arguments: Caller.possible)
  func findsWhatUtilLinuxCanDo(_ caller: Caller) throws {
    let found = try Findings(pangaea("doctor", "--json", as: caller))
    for (id, option) in [("uts", "-u"), ("ipc", "-i"), ("mnt", "-m"), ("net", "-n"), ("cgroup", "-C"), ("time", "-T")] {
      let isPossible = try works("unshare", option, "true", as: caller)
      #expect((found.verdict("namespace-\(id)") == "works") == isPossible, "\(id)")
      let isOwnedPossible = try works("unshare", "-U", option, "true", as: caller)
      #expect((found.verdict("namespace-\(id)-user") == "works") == isOwnedPossible, "\(id)")
    }
    let kinds = caller == .root ? "-pfmuiC" : "-rUpfmuiC"
    #expect((found.verdict("run") == "works") == (try works("unshare", kinds, "--mount-proc", "true", as: caller)))
    #expect(found.status == .exited(found.runWorks == true ? 0 : 1))
    #expect(found.verdict("no-new-privileges") == "works")
  }

  @Test(.enabled(if: canBeOrdinary))
  func namesWhatAnOrdinaryUserLacks() throws {
    let found = try Findings(pangaea("doctor", "--json", as: .ordinary))
    #expect(found.fails("namespace-uts", because: "CAP_SYS_ADMIN"))
    #expect(found.fails("map-range", because: "CAP_SETUID"))
    // Since Linux 6.6 everybody may listen.
    let release = try run("uname", "-r").output.split(separator: ".").prefix(2).compactMap { Int($0) }
    if release.lexicographicallyPrecedes([6, 6]) {
      #expect(found.fails("process-events", because: "CAP_NET_ADMIN"))
    } else {
      #expect(found.verdict("process-events") == "works")
    }
    #expect(found.fails("others-read", because: "CAP_SYS_PTRACE"))
  }

  @Test(arguments: Caller.possible)
  func namesTheSettingThatForbids(_ caller: Caller) throws {
    // Each user namespace has limits of its own: these end with the world.
    let found = try findings(["-Ur"], "echo 0 > /proc/sys/user/max_uts_namespaces", as: caller)
    #expect(found.fails("namespace-uts", because: "the sysctl user.max_uts_namespaces is 0"))
    #expect(found.fails("namespace-all", because: "the sysctl user.max_uts_namespaces is 0"))
    #expect(found.facility("namespace-uts")?["try"]?.text == "sysctl user.max_uts_namespaces=1000")
    #expect(found.verdict("namespace-ipc") == "works")
    #expect(found.runWorks == false && found.status == .exited(1))
  }

  @Test(arguments: Caller.possible)
  func namesTheLimitOfUserNamespaces(_ caller: Caller) throws {
    let found = try findings(["-Ur"], "echo 0 > /proc/sys/user/max_user_namespaces", as: caller)
    #expect(found.fails("namespace-user", because: "user.max_user_namespaces is 0"))
    #expect(found.runWorks == true && found.status == .exited(0))
  }

  @Test(.enabled(if: canBeRoot))
  func namesTheOptionThatHides() throws {
    // The shell stays: PID 1 is another user's.
    let script = "mount -o remount,hidepid=2 /proc; setpriv --reuid 65534 --regid 65534 --clear-groups"
    let outcome = try StartedProgram(
      ["unshare", "-pfm", "--mount-proc", "sh", "-c", "\(script) \(pangaeaPath) doctor --json; :"]
    ).finish()
    #expect(try Findings(outcome).fails("others-listed", because: "hidepid="))
  }

  @Test(.enabled(if: canBeRoot && canBeOrdinary))
  func saysThatAProcIsPartlyHidden() throws {
    let script = "mount --bind /dev/null /proc/uptime; exec setpriv --reuid 65534 --regid 65534 --clear-groups"
    let outcome = try StartedProgram(["unshare", "-m", "sh", "-c", "\(script) \(pangaeaPath) doctor --json"]).finish()
    let found = try Findings(outcome)
    #expect(found.fails("proc", because: "is hidden"))
    #expect(found.verdict("run") == "fails" && found.status == .exited(1))
  }

  @Test(.enabled(if: canBeRoot))
  func saysThatNothingIsMounted() throws {
    let found = try findings(["-m"], "umount -l /sys/fs/cgroup/* /sys/fs/cgroup 2>/dev/null", as: .root)
    #expect(found.fails("cgroup-own", because: "mountinfo"))
  }

  /// Gives root and nobody subordinate users and groups, in a mount namespace of their own.
  private static let subordinates = """
    mount -t tmpfs none /mnt; printf 'root:100000:65536\nnobody:200000:65536\n' > /mnt/ids
    mount --bind /mnt/ids /etc/subuid && mount --bind /mnt/ids /etc/subgid
    """

  @Test(.enabled(if: canBeRoot && canBeOrdinary && hasMapTools))
  func findsSubordinateUsers() throws {
    for credentials in ["", "setpriv --reuid 65534 --regid 65534 --clear-groups"] {
      let script = "\(Self.subordinates); exec \(credentials) \(pangaeaPath) doctor --json"
      let found = try Findings(StartedProgram(["unshare", "-m", "sh", "-c", script]).finish())
      #expect(found.verdict("map-newuidmap") == "works" && found.verdict("map-auto") == "works", "\(credentials)")
    }
  }

  @Test(.enabled(if: canBeRoot))
  func saysThatNoProcIsMounted() throws {
    let found = try findings(["-m"], "mount -t tmpfs none /proc", as: .root)
    #expect(found.fails("map-own", because: "no proc is mounted on /proc"))
    #expect(found.fails("cgroup-own", because: "no proc is mounted on /proc"))
  }

  @Test(.enabled(if: canBeOrdinary))
  func triesNothingWithoutProcesses() throws {
    // The limit is of the user: this one has no process of another test.
    let script = "exec prlimit --nproc=1 setpriv --reuid 64531 --regid 64531 --clear-groups"
    let outcome = try StartedProgram(["sh", "-c", "\(script) \(pangaeaPath) doctor --json"]).finish()
    let found = try Findings(outcome)
    #expect(found.verdict("run") == "unknown" && found.why("run")?.contains("limit of processes") == true)
    #expect(found.runWorks == false && found.status == .exited(1))
  }

  @Test(.enabled(if: canBeRoot))
  func saysThatAToolIsMissing() throws {
    let script = """
      \(Self.subordinates)
      for t in /usr/bin/newuidmap /bin/newuidmap; do mount --bind /dev/null $t; done 2>/dev/null
      """
    let found = try findings(["-m"], script, as: .root)
    #expect(found.verdict("map-newuidmap") == "fails")
    #expect(found.facility("map-newuidmap")?["evidence"]?.text?.contains("newuidmap") == true)
  }

  @Test(arguments: Caller.possible)
  func leavesNothing(_ caller: Caller) throws {
    let doctor = try StartedProgram([pangaeaPath, "doctor"], as: caller)
    let processID = doctor.processID
    _ = try doctor.finish()
    let left = try run("find", "/sys/fs/cgroup", "-name", "pangaea-doctor-\(processID)-*")
    #expect(left.output.isEmpty)
  }

  @Test(arguments: [40, 80, 200])
  func fitsTheTerminal(_ columns: Int) throws {
    let shown = try runPangaea(["doctor", "--color=never"], onTerminal: WindowSize(rows: 24, columns: columns))
    let lines = String(decoding: shown, as: UTF8.self).split(whereSeparator: { $0 == "\n" || $0 == "\r\n" })
    #expect(lines.contains { $0.contains("works") })
    // What a person is to type is not cut, and may have a word that is longer than the line.
    #expect(
      lines.filter { !$0.contains("CLONE_") && !$0.contains("/") }.allSatisfy { DisplayWidth.of(String($0)) <= columns }
    )
  }

  @Test func refusesOperands() throws {
    let outcome = try pangaea("doctor", "me")
    #expect(outcome.status == .exited(2))
    #expect(outcome.error == "pangaea: 'me' is too much: doctor has no operands\n  try: pangaea doctor --help\n")
  }
}
