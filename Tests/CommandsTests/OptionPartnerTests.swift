// Options that would be ignored beside the others: whoever types one relies on it, so it is an error.

import Linux
import Testing

@Suite struct OptionPartnerTests {
  @Test(arguments: [
    ("run --json -- true", "--json goes with --plan"),
    ("run --share mount --propagation slave -- true", "--propagation needs a mount namespace of its own"),
    ("run --share mount --tmpfs /tmp -- true", "need a mount namespace of their own"),
    ("run --share uts --hostname x -- true", "--hostname needs a UTS namespace of its own"),
    ("run --net --share net -- true", "--net and --share net exclude each other"),
    ("run --time --share time -- true", "--time and --share time exclude each other"),
    ("run --monotonic 7 --share time -- true", "--monotonic and --share time exclude each other"),
    ("run --boottime 7 --share time -- true", "--boottime and --share time exclude each other"),
    ("run --user-namespace --share user -- true", "--user-namespace and --share user exclude each other"),
    ("run --subids --share user -- true", "--subids needs a user namespace of its own"),
    ("run --read-only -- true", "--read-only goes with --rootfs"),
    ("run --tty --detach -- true", "--tty and --detach exclude each other"),
    ("enter 1 --json -- true", "--json goes with --plan"),
    ("enter 1 --cgroup --no-cgroup -- true", "--cgroup and --no-cgroup exclude each other"),
    ("enter /proc/self/ns/uts --net -- true", "a choice of kinds needs a process or a world"),
    ("enter /proc/self/ns/uts --env target -- true", "--env target needs a process or a world"),
    ("enter /proc/self/ns/uts --cgroup -- true", "--cgroup needs a process or a world"),
    ("kill --tree -q 5 999999999", "--queue sends its value to one process"),
    ("kill --name nosuch -q 5", "--queue sends its value to one process"),
    ("kill --json 999999999", "--json tells of branches"),
    ("kill --json -TERM --name nosuch", "--json tells of branches"),
    ("doctor --json --problems", "--problems is for the page"),
  ]) func needsItsPartner(_ typed: String, _ words: String) throws {
    let arguments = typed.split(separator: " ").map(String.init)
    let outcome = try StartedProgram([pangaeaPath] + arguments).finish()
    #expect(outcome.status == .exited(["kill", "doctor"].contains(arguments[0]) ? 2 : 125))
    #expect(outcome.error.contains(words), "\(outcome.error)")
    #expect(outcome.error.hasSuffix("  try: pangaea \(arguments[0]) --help\n") && outcome.output.isEmpty)
  }
}
