// `run`: each kind of namespace is really new, or really shared; what is set in one is set there alone.

import Linux
import Testing

/// The links of all kinds, as printed by a command inside.
private let listing = "for kind in cgroup ipc mnt net pid time user uts; do readlink /proc/self/ns/$kind; done"

@Suite struct RunNamespaceTests {
  private static let kinds = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"]

  /// The kinds in which a command of `run` differs from the tests.
  private func differing(_ options: [String], as caller: Caller) throws -> Set<String> {
    let outcome = try StartedProgram([pangaeaPath, "run"] + options + ["--", "sh", "-c", listing], as: caller).finish()
    try #require(outcome.status == .exited(0), "\(outcome.error)")
    try #require(outcome.lines.count == Self.kinds.count)
    var different: Set<String> = []
    for (kind, link) in zip(Self.kinds, outcome.lines) where try namespace(kind) != link { different.insert(kind) }
    return different
  }

  @Test(.enabled(if: Caller.root.isPossible)) func makesFiveKindsForRoot() throws {
    #expect(try differing([], as: .root) == ["mnt", "pid", "uts", "ipc", "cgroup"])
  }

  @Test(.enabled(if: Caller.ordinary.isPossible)) func makesAUserNamespaceForAnOrdinaryUser() throws {
    #expect(try differing([], as: .ordinary) == ["mnt", "pid", "uts", "ipc", "cgroup", "user"])
    let outcome = try pangaea("run", "--", "sh", "-c", "id -u; id -g; cat /proc/self/uid_map", as: .ordinary)
    #expect(outcome.lines.map { $0.split(separator: " ").first } == ["0", "0", "0"])
  }

  @Test(.enabled(if: Caller.root.isPossible)) func makesAUserNamespaceForRootWhenAsked() throws {
    #expect(try differing(["--user-namespace"], as: .root).contains("user"))
  }

  @Test(arguments: Caller.possible, [("--net", "net"), ("--time", "time")])
  func makesWhatIsAskedFor(caller: Caller, option: (option: String, kind: String)) throws {
    #expect(try differing([option.option], as: caller).contains(option.kind))
  }

  @Test(
    arguments: Caller.possible,
    [("mount", "mnt"), ("pid", "pid"), ("uts", "uts"), ("ipc", "ipc"), ("cgroup", "cgroup")])
  func sharesWhatIsAskedFor(caller: Caller, option: (name: String, kind: String)) throws {
    let different = try differing(["--share", option.name], as: caller)
    #expect(!different.contains(option.kind))
    #expect(different.count == (caller == .root ? 4 : 5))
  }

  @Test(arguments: Caller.possible) func sharesSeveral(caller: Caller) throws {
    let different = try differing(["--share", "mount,pid,cgroup", "--share", "ipc"], as: caller)
    #expect(different.subtracting(["user"]) == ["uts"])
  }

  @Test(arguments: Caller.possible) func bringsLoopbackUp(caller: Caller) throws {
    let flags = "cat /proc/net/dev | grep -c : ; ip -o link show lo"
    let outcome = try pangaea("run", "--net", "--", "sh", "-c", flags, as: caller)
    #expect(outcome.lines.first == "1", "there is loopback alone")
    #expect(outcome.output.contains("LOOPBACK,UP"))
  }

  @Test(arguments: Caller.possible) func setsClocks(caller: Caller) throws {
    let outcome = try pangaea(
      "run", "--monotonic", "100000", "--boottime", "864000", "--", "cat", "/proc/self/timens_offsets", "/proc/uptime",
      as: caller)
    #expect(outcome.status == .exited(0), "\(outcome.error)")
    let words = outcome.lines.map { $0.split(separator: " ").map(String.init) }
    try #require(words.count == 3)
    #expect(words[0] == ["monotonic", "100000", "0"])
    #expect(words[1] == ["boottime", "864000", "0"])
    let outside = try #require(Double(run("cat", "/proc/uptime").output.split(separator: " ")[0]))
    let inside = try #require(Double(words[2][0]))
    #expect(abs(inside - outside - 864000) < 60)
  }

  @Test(arguments: Caller.possible) func namesTheHostInside(caller: Caller) throws {
    let before = try run("hostname").output
    let outcome = try pangaea("run", "--hostname", "laurasia", "--", "hostname", as: caller)
    #expect(outcome.output == "laurasia\n")
    #expect(try run("hostname").output == before)
  }

  @Test(arguments: Caller.possible) func showsTheNewProcessTable(caller: Caller) throws {
    let outcome = try pangaea("run", "--", "sh", "-c", "ls -d /proc/[0-9]*; echo $$ $PPID", as: caller)
    #expect(outcome.lines.prefix(2) == ["/proc/1", "/proc/2"])
    #expect(outcome.lines.last == "2 1")
  }

  @Test(arguments: Caller.possible) func leavesAnInitThatReaps(caller: Caller) throws {
    let script = "(sleep 0.05 & ) ; sleep 0.3; grep -l 'State:.Z' /proc/[0-9]*/status; echo none"
    #expect(try pangaea("run", "--", "sh", "-c", script, as: caller).output == "none\n")
  }

  @Test(arguments: Caller.possible) func endsWithItsCommand(caller: Caller) throws {
    let marker = "4\(monotonicNanoseconds() % 1_000_000)"
    let outcome = try pangaea("run", "--", "sh", "-c", "sleep \(marker) >/dev/null 2>&1 & exit 6", as: caller)
    #expect(outcome.status == .exited(6))
    let isGone = try eventually { try run("pgrep", "-f", "^sleep \(marker)").output.isEmpty }
    #expect(isGone)
  }
}

/// Propagation, tried in a mount namespace of its own, where a directory is mounted that is shared.
@Suite(.enabled(if: Caller.root.isPossible)) struct RunPropagationTests {
  /// What is seen outside of a mount made inside, and inside of one made outside.
  private func marks(_ options: String) throws -> [String] {
    let directory = try TemporaryDirectory()
    let script = """
      cd \(directory.path) && mkdir shared && mount -t tmpfs none shared && mount --make-shared shared || exit 9
      mkdir shared/from-inside shared/from-outside shared/go
      \(pangaeaPath) run \(options) -- sh -c '
        mount -t tmpfs none shared/from-inside; touch shared/from-inside/seen; touch shared/go/ready
        while [ ! -e shared/go/on ]; do sleep 0.02; done
        [ -e shared/from-outside/seen ] && echo in; :' &
      while [ ! -e shared/go/ready ]; do sleep 0.02; done
      mount -t tmpfs none shared/from-outside; touch shared/from-outside/seen
      [ -e shared/from-inside/seen ] && echo out
      grep -c ' /proc ' /proc/self/mountinfo
      touch shared/go/on; wait
      """
    let outcome = try run("unshare", "-m", "--propagation", "private", "sh", "-c", script)
    try #require(outcome.status == .exited(0), "\(outcome.error)")
    return outcome.lines
  }

  private func procMounts() throws -> String { try run("grep", "-c", " /proc ", "/proc/self/mountinfo").output.trimmed }

  @Test func isPrivateUnlessAsked() throws { #expect(try marks("") == [procMounts()]) }
  @Test func isPrivate() throws { #expect(try marks("--propagation private") == [procMounts()]) }
  @Test func onlyReceives() throws { #expect(try marks("--propagation slave") == [procMounts(), "in"]) }
  @Test func sharesButNotItsProc() throws { #expect(try marks("--propagation shared") == ["out", procMounts(), "in"]) }

  @Test func cannotBeBound() throws {
    let outcome = try pangaea(
      "run", "--propagation", "unbindable", "--bind", "/etc:/mnt", "--", "sh", "-c",
      "ls /mnt | grep -c passwd; mount --bind /etc /mnt || echo refused")
    #expect(outcome.lines.last == "refused")
    #expect(outcome.lines.first != "0")
  }
}
