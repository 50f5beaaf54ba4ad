// What a process changes of itself, in processes of its own: mounts by descriptor, capabilities, limits, names.

import Linux
import Testing

private let isRoot = UserIDs.current.effective == 0

/// What Probe prints, which lies beside the test program.
private func probe(_ verb: String, after steps: [SystemCallProgram.Step] = []) throws -> [Substring] {
  let own = CommandLine.arguments[0]
  let directory = own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex)
  let ended = try output(of: [directory + "Probe", verb], after: steps)
  #expect(ended.status == .exited(0) && ended.error.isEmpty, "\(ended.error)")
  return ended.output.split(separator: "\n")
}

@Test(.enabled(if: isRoot)) func mountsAreMadeByDescriptor() throws {
  #expect(
    try probe("mount") == [
      "fsconfig: EINVAL", "e tmpfs: Unknown parameter 'nosuchoption'", "openat: EROFS", "written to /mnt/copy/file",
    ])
}

@Test(.enabled(if: isRoot)) func capabilitiesAreKeptRaisedAndDropped() throws {
  #expect(
    try probe("capabilities") == [
      "[7, 11]", "none", "prctl(PR_CAP_AMBIENT_RAISE): EPERM", "CAP_KILL", "none", "false true",
    ])
}

@Test func limitsAndTheAdoptionOfOrphansAreSet() throws {
  #expect(try probe("attributes") == ["prlimit: EINVAL", "(soft: 64, hard: 128)", "true", "false"])
}

@Test func aGroupIsPutIntoTheForeground() throws {
  let pair = try PseudoTerminal()
  let terminal = SystemCallProgram.Argument.descriptor(pair.terminal.number)
  let steps: [SystemCallProgram.Step] = [
    // SIGTTOU, with which a background group would be stopped.
    .ignore(Signal(rawValue: 22)), .startSession(), .setControllingTerminal(terminal), .duplicate(terminal, as: 0),
  ]
  #expect(try probe("foreground", after: steps) == ["true", "true", "ioctl: ESRCH"])
}

@Test(.enabled(if: isRoot)) func domainAndPersonalityAreSetBeforeAProgram() throws {
  let ended = try output(
    of: ["cat", "/proc/sys/kernel/domainname", "/proc/self/personality"],
    after: [.unshare(.newUTS), .setDomainname("gondwana"), .setPersonality(0x004_0000)])
  #expect(ended.output == "gondwana\n00040000\n")
}
