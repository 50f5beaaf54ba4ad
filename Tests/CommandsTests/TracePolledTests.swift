// trace where the kernel announces nothing: as root in a network namespace of its own, and as anybody in a world of its own.

import JSON
import Linux
import Processes
import Testing

import struct SystemPackage.FilePath

@testable import Commands

/// Where the connector is refused to somebody.
enum Refusal: String, CaseIterable {
  /// In another network namespace, but the machine's PID namespace.
  case network
  /// In a user, PID and mount namespace, as an ordinary user.
  case world

  static var possible: [Refusal] {
    [Caller.root.isPossible ? [Refusal.network] : [], canMakeWorlds && Caller.ordinary.isPossible ? [.world] : []]
      .flatMap { $0 }
  }

  var caller: Caller { self == .network ? .root : .ordinary }

  var command: [String] { self == .network ? ["unshare", "-n"] : ["unshare", "-Urmpf", "--mount-proc"] }

  func trace(_ options: [String], _ script: String) throws -> Outcome {
    try StartedProgram(command + [pangaeaPath, "trace"] + options + ["--", "sh", "-c", script], as: caller)
      .finish(within: 60)
  }
}

/// Whether the kernel tells how a process ended that another has waited for (Linux 6.15).
private let tellsOfReaped: Bool = {
  guard let child = try? StartedProgram(["true"]), (try? child.pidfd.wait()) != nil else { return false }
  return (try? child.pidfd.waitStatusOfReaped()) != nil
}()

@Suite struct TracePolledTests {
  /// The tree at the end, a line each.
  private func tree(_ outcome: Outcome) -> [Substring] {
    Array(outcome.error.split(separator: "\n").drop { !$0.contains("COMMAND") }.dropFirst())
  }

  @Test(.enabled(if: tellsOfReaped, "the kernel does not tell how others' children ended"), arguments: Refusal.possible)
  func tellsHowEachEnded(_ refusal: Refusal) throws {
    let script =
      "sh -c 'sleep 0.4; exit 3'; sh -c 'sleep 0.4; kill -9 $$'; (sleep 0.5; exit 0) & sleep 0.3; wait; exit 7"
    let outcome = try refusal.trace([], script)
    #expect(outcome.status == .exited(7) && outcome.output.isEmpty)
    #expect(outcome.error.hasPrefix("pangaea trace: /proc is looked at every "))
    let tree = tree(outcome)
    #expect(tree.contains { $0.contains(" 3 ") && $0.contains("exit 3'") }, "\(tree)")
    #expect(tree.contains { $0.contains(" SIGKILL ") && $0.contains("kill -9") }, "\(tree)")
    #expect(!tree.contains { $0.contains(" ? ") || $0.contains(" lives ") }, "\(tree)")
    #expect(outcome.error.hasSuffix("/proc was looked at again and again; what lived shorter may be missing\n"))
  }

  @Test(.enabled(if: Caller.root.isPossible, "only root becomes somebody else"))
  func tellsWhoBecomesSomebodyElse() throws {
    let script = "setsid setpriv --reuid 12345 --regid 54321 --clear-groups sleep 0.4"
    let outcome = try Refusal.network.trace([], script)
    for line in ["user 12345\n", "grp  54321\n", "sess begins a session\n"] { #expect(outcome.error.contains(line)) }
    #expect(tree(outcome).contains { $0.contains(" user=12345") && $0.contains(" group=54321") })
  }

  /// More processes than there is room for descriptors: what is not known is said.
  @Test(arguments: Refusal.possible) func saysWhomItCouldNotHold(_ refusal: Refusal) throws {
    let script = "all=; for i in $(seq 40); do sleep 60 & all=\"$all $!\"; done; sleep 4; kill $all; wait; exit 0"
    let limited = "ulimit -n 50; exec \(pangaeaPath) trace --json -- sh -c '\(script)'"
    let outcome = try StartedProgram(refusal.command + ["sh", "-c", limited], as: refusal.caller).finish(within: 60)
    #expect(outcome.status == .exited(0))
    let lines = traceEvents(outcome.error)
    let unheld = try #require(lines.last?["unheldProcesses"]?.integer)
    #expect(lines.last?["event"]?.text == "end" && unheld > 10 && unheld < 40)
    let ends = lines.filter { $0["event"]?.text == "exit" }
    let unknown = ends.count { $0["status"] == .null && $0["signal"] == .null }
    #expect(ends.count >= 41 && unknown >= Int(unheld))
  }

  @Test(arguments: Refusal.possible) func leavesTheCommandItsLimits(_ refusal: Refusal) throws {
    let limited = "ulimit -n 60; exec \(pangaeaPath) trace -q -o /dev/null -- sh -c 'ulimit -n'"
    let outcome = try StartedProgram(refusal.command + ["sh", "-c", limited], as: refusal.caller).finish(within: 60)
    #expect(outcome.output == "60\n")
  }

  @Test(arguments: Refusal.possible) func followsAProcessUntilItsEnd(_ refusal: Refusal) throws {
    let script =
      #"sh -c 'sleep 0.6; sh -c "sleep 0.4; exit 3"; exit 5' & exec "# + "\(pangaeaPath) trace --json -p $!"
    let outcome = try StartedProgram(refusal.command + ["sh", "-c", script], as: refusal.caller).finish(within: 60)
    let lines = traceEvents(outcome.output)
    let ends = lines.filter { $0["event"]?.text == "exit" }.compactMap { $0["status"]?.integer }
    #expect(ends.contains(5) && (ends.contains(3) || !tellsOfReaped), "\(outcome.output)\(outcome.error)")
  }

  /// Its numbers would be those of other processes.
  @Test func refusesTheNumbersOfAnotherNamespace() throws {
    try #require(canMakeWorlds)
    let outcome = try run("unshare", "-Urpf", pangaeaPath, "trace", "--", "true")
    #expect(outcome.status == .exited(125))
    #expect(outcome.error.contains("pangaea: cannot follow a process: /proc shows another PID namespace's\n  why: "))
    #expect(outcome.error.hasSuffix("\n  try: mount -t proc proc /proc\n"))
  }
}
