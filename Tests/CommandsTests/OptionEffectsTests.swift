// Every option of run, unshare, nsenter and enter that changes what a program is isolated from: a script is run with
// the option and without it, and what comes out must be what the option promises, and must not be the same. An
// option that is in no table fails the tests.

import CommandDescription
import Testing

@testable import Commands

/// One option, and a script in which `@` stands for it.
private struct Effect: CustomTestStringConvertible {
  /// As the verb's description names it.
  let name: String
  let option: String
  let script: String
  /// What is printed with the option; nil where only that it is something else can be said.
  let output: String?

  init(_ name: String, _ option: String, _ script: String, _ output: String? = nil) {
    self.name = name
    self.option = option
    self.script = script
    self.output = output
  }

  var testDescription: String { option + " in " + script }

  func check(after prelude: String = "") throws {
    let with = try CommandsTests.outcome(of: text(option, prelude), with: .own)
    let without = try CommandsTests.outcome(of: text("", prelude), with: .own)
    #expect(with.output != without.output, "the option does nothing: \(with.output)\(with.error)")
    if let output { #expect(with.output == output + "\n", "\(with.error)") }
  }

  private func text(_ option: String, _ prelude: String) -> String {
    prelude + "P=/mnt/bin/pangaea; "
      + script.split(separator: "@", omittingEmptySubsequences: false).joined(separator: option)
  }
}

private let kinds = "sh -c \"$KINDS\""
private let subids =
  "printf 'root:100000:65536\\n' > ids; mount --bind ids /etc/subuid; mount --bind ids /etc/subgid; "

@Suite(.enabled(if: canRunScripts, "needs root and util-linux")) struct OptionEffectsTests {
  // MARK: unshare

  private static let unshare: [Effect] =
    ["mount", "uts", "ipc", "net", "user", "cgroup"].map { Effect($0, "--\($0)", "$P unshare @ \(kinds)") } + [
      Effect("pid", "--pid", "$P unshare -f @ \(kinds)", "- - - - pid - - - "),
      Effect("time", "--time", "$P unshare -f @ \(kinds)", "- - - - - time - - "),
      Effect("map-root-user", "-r", "$P unshare -U @ id -u", "0"),
      Effect("map-current-user", "-c", "$P unshare -U @ id -u", "0"),
      Effect("map-user", "--map-user=7", "$P unshare -U @ id -u", "7"),
      Effect("map-group", "--map-group=8", "$P unshare -U @ id -g", "8"),
      Effect("map-users", "--map-users=0:5:9", "$P unshare -U @ cat /proc/self/uid_map | xargs", "0 5 9"),
      Effect("map-groups", "--map-groups=0:5:9", "$P unshare -U @ cat /proc/self/gid_map | xargs", "0 5 9"),
      Effect("map-auto", "--map-auto", subids + "$P unshare -U @ cat /proc/self/uid_map | xargs", "0 100000 65536"),
      Effect(
        "map-subids", "--map-subids", subids + "$P unshare -U @ cat /proc/self/uid_map | xargs", "100000 100000 65536"),
      Effect("setgroups", "--setgroups=deny", "$P unshare -U @ cat /proc/self/setgroups", "deny"),
      Effect("keep-caps", "--keep-caps", "$P unshare -r -S 0 @ grep CapAmb /proc/self/status"),
      Effect("mount-proc", "--mount-proc", "$P unshare -mfp @ readlink /proc/self", "1"),
      Effect(
        "mount-binfmt", "--mount-binfmt", "$P unshare -rfpm @ sh -c 'ls /proc/sys/fs/binfmt_misc | sort | head -1'",
        "register"),
      Effect(
        "load-interp", "-l ':x:M::XYZ::/bin/echo:'",
        "printf 'XYZ..' > x; chmod +x x; $P unshare -rfp @ ./x a", "./x a"),
      Effect(
        "propagation", "--propagation=slave",
        "mount --make-rshared /; $P unshare -m @ grep ' / / ' /proc/self/mountinfo | grep -c master:", "1"),
      Effect("root", "--root=/usr", "$P unshare @ ls -d /proc >/dev/null 2>&1; echo $?", "2"),
      Effect("wd", "--wd=/usr", "$P unshare @ pwd", "/usr"),
      Effect("fork", "--fork", "sh -c 'echo $$; exec $0 unshare @ sh -c \"echo \\$\\$\"' $P | uniq | wc -l", "2"),
      Effect(
        "kill-child", "--kill-child",
        "$P unshare -f @ sleep 60 & p=$!; sleep .3; c=$(cat /proc/$p/task/$p/children); kill -9 $p; sleep .2; "
          + "case $(ps -o stat= -p $c) in ''|Z*) echo gone;; *) echo alive; kill -9 $c;; esac", "gone"),
      Effect("setuid", "--setuid=7", "$P unshare @ id -u", "7"),
      Effect("setgid", "--setgid=8", "$P unshare @ id -g", "8"),
      Effect(
        "monotonic", "--monotonic=7", "$P unshare -fT @ cat /proc/self/timens_offsets | head -1 | xargs",
        "monotonic 7 0"),
      Effect(
        "boottime", "--boottime=9", "$P unshare -fT @ cat /proc/self/timens_offsets | tail -1 | xargs", "boottime 9 0"),
    ]

  @Test(arguments: unshare) private func ofUnshare(_ effect: Effect) throws { try effect.check() }

  // MARK: nsenter and enter

  /// A target `$T` with namespaces, a directory, an environment and IDs of its own.
  private static let target = """
    /usr/bin/unshare -muinpfCT --mount-proc sh -c 'hostname inner; mount -t tmpfs none /srv; cd /usr; A=inner exec setpriv --reuid 7 --regid 8 \
    --clear-groups sleep 60' & p=$!; sleep .3; T=$(cat /proc/$p/task/$p/children); T=${T% }; trap 'kill -9 $T' EXIT

    """
  private static let ofUser = """
    /usr/bin/unshare -U --map-user=5 --map-group=6 sleep 60 & T=$!; sleep .2; trap 'kill -9 $T' EXIT

    """

  private static let nsenter: [Effect] =
    [("mount", "mnt"), ("ipc", "ipc"), ("net", "net"), ("cgroup", "cgroup"), ("pid", "pid"), ("time", "time")].map {
      Effect($0.0, "--\($0.0)", "$P nsenter -t $T -u @ \(kinds) | grep -c \($0.1)", "1")
    } + [
      Effect("uts", "--uts", "$P nsenter -t $T -i @ hostname", "inner"),
      Effect("all", "--all", "$P nsenter -t $T @ hostname", "inner"),
      Effect("target", "--target=$T", "$P nsenter @ --uts hostname", "inner"),
      Effect("root", "--root=/usr", "$P nsenter -t $T -u @ ls -d /proc >/dev/null 2>&1; echo $?", "2"),
      Effect("wd", "--wd", "$P nsenter -t $T -u @ pwd", "/usr"),
      Effect("wdns", "--wdns=/usr", "$P nsenter -t $T -u @ pwd", "/usr"),
      Effect("env", "--env", "$P nsenter -t $T -u @ sh -c 'echo $A'", "inner"),
      Effect("setuid", "--setuid=9", "$P nsenter -t $T -u @ id -u", "9"),
      Effect("setgid", "--setgid=9", "$P nsenter -t $T -u @ id -g", "9"),
      Effect(
        "no-fork", "--no-fork", "sh -c 'echo $$; exec $0 nsenter -t '$T' -p @ sh -c \"echo \\$\\$\"' $P | uniq | wc -l",
        "1"),
    ]

  /// Those that need another target: one with a user namespace, with a socket, in a control group.
  private static let nsenterElsewhere: [Effect] = [
    Effect("user", "--user", ofUser + "$P nsenter -t $T -u --preserve-credentials @ id -u", "5"),
    Effect("preserve-credentials", "--preserve-credentials", ofUser + "$P nsenter -t $T -U @ id -u", "5"),
    Effect(
      "keep-caps", "--keep-caps",
      "/usr/bin/unshare -r sleep 60 & T=$!; sleep .2; $P nsenter -t $T -U @ grep CapAmb /proc/self/status; kill $T"),
    Effect(
      "user-parent", "--user-parent",
      "/usr/bin/unshare -r /usr/bin/unshare -r sleep 60 & T=$!; sleep .3; "
        + "$P nsenter -t $T -u --preserve-credentials @ \(kinds) | grep -c user; kill $T", "1"),
    Effect(
      "net-socket", "--net-socket=3",
      "/usr/bin/unshare -n python3 -c 'import os, socket, time; s = socket.socket(); os.dup2(s.fileno(), 3); "
        + "time.sleep(60)' & T=$!; "
        + "for _ in $(seq 200); do readlink /proc/$T/fd/3 | grep -q socket && break; sleep .1; done; "
        + "$P nsenter -t $T -u @ \(kinds) | grep -c net; kill $T", "1"),
    Effect(
      "join-cgroup", "--join-cgroup",
      "mount -t cgroup2 none /sys/fs/cgroup || exit; d=/sys/fs/cgroup/t$$; mkdir $d; sleep 60 & echo $! > $d/cgroup.procs; "
        + "$P nsenter -t $! @ -u grep -c '^0::/t' /proc/self/cgroup; kill -9 $!; sleep .2; rmdir $d", "1"),
  ]

  @Test(arguments: nsenter) private func ofNsenter(_ effect: Effect) throws { try effect.check(after: Self.target) }
  @Test(arguments: nsenterElsewhere) private func ofNsenterElsewhere(_ effect: Effect) throws { try effect.check() }

  private static let enter: [Effect] =
    [
      ("uts", "uts"), ("ipc", "ipc"), ("net", "net"), ("pid", "pid"), ("time", "time"),
      ("cgroup-namespace", "cgroup"),
    ].map { Effect($0.0, "--\($0.0)", "$P enter $T @ -- \(kinds) | tr -d ' -'", $0.1) } + [
      Effect("mount", "--mount", "$P enter $T --uts @ -- stat -f -c %T /srv", "tmpfs"),
      Effect("env", "--env target", "$P enter $T --uts @ -- sh -c 'echo $A'", "inner"),
      Effect("workdir", "--workdir /usr", "$P enter $T --uts @ -- pwd", "/usr"),
      Effect("tty", "--tty", "$P enter $T --uts @ -- sh -c 'test -t 1; echo $?' | tr -d '\\r'", "0"),
      Effect("plan", "--plan", "$P enter $T --uts @ -- hostname | grep -c setns", "1"),
    ]

  private static let enterElsewhere: [Effect] = [
    Effect("user", "--user", ofUser + "$P enter $T @ -- id -u; $P enter $T --uts @ -- \(kinds) | grep -c user", "5\n1"),
    Effect(
      "cgroup", "--cgroup",
      "umount -Rl /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup || exit; d=/sys/fs/cgroup/e$$; mkdir $d; sleep 60 & echo $! > $d/cgroup.procs; "
        + "$P enter $! @ -- grep -c '^0::/e' /proc/self/cgroup; kill -9 $!; sleep .2; rmdir $d", "1"),
    Effect(
      "no-cgroup", "--no-cgroup",
      "$P run --share cgroup --pids 9 --name e$$ --detach -- sleep 60 >/dev/null || exit; "
        + "$P enter e$$ @ -- grep -c pangaea- /proc/self/cgroup; $P kill --name e$$", "0"),
  ]

  @Test(arguments: enter) private func ofEnter(_ effect: Effect) throws { try effect.check(after: Self.target) }
  @Test(arguments: enterElsewhere) private func ofEnterElsewhere(_ effect: Effect) throws { try effect.check() }

  // MARK: run

  private static let run: [Effect] = [
    Effect("net", "--net", "$P run @ -- \(kinds) | grep -c net", "1"),
    Effect("time", "--time", "$P run @ -- \(kinds) | grep -c time", "1"),
    Effect("monotonic", "--monotonic 7", "$P run @ -- head -1 /proc/self/timens_offsets | xargs", "monotonic 7 0"),
    Effect("boottime", "--boottime 9", "$P run @ -- tail -1 /proc/self/timens_offsets | xargs", "boottime 9 0"),
    Effect("user-namespace", "--user-namespace", "$P run @ -- \(kinds) | grep -c user", "1"),
    Effect(
      "subids", "--subids", subids + "$P run --user-namespace @ -- tail -1 /proc/self/uid_map | xargs", "1 100000 65536"
    ),
    Effect("share", "--share mount,pid,ipc,cgroup", "$P run @ -- \(kinds) | tr -d ' -'", "uts"),
    Effect("hostname", "--hostname inner", "$P run @ -- hostname", "inner"),
    Effect(
      "propagation", "--propagation slave",
      "mount --make-rshared /; $P run @ -- sh -c \"grep ' / / ' /proc/self/mountinfo | grep -c master:\"", "1"),
    Effect(
      "rootfs", "--rootfs r", "mkdir -p r/proc r/dev r/bin; cp /bin/busybox r/bin; $P run @ -- /bin/busybox ls /",
      "bin\ndev\nproc"),
    Effect(
      "read-only", "--read-only",
      "mkdir -p r/proc r/dev r/bin; cp /bin/busybox r/bin; $P run --rootfs r @ -- /bin/busybox touch /x 2>/dev/null; ls r | grep -c x",
      "0"),
    Effect("bind", "--bind /usr:/srv", "$P run @ -- ls -d /srv/bin", "/srv/bin"),
    Effect("tmpfs", "--tmpfs /srv", "$P run @ -- stat -f -c %T /srv", "tmpfs"),
    Effect("workdir", "--workdir /usr", "$P run @ -- pwd", "/usr"),
    Effect("env", "--env A=inner", "$P run @ -- sh -c 'echo $A'", "inner"),
    Effect("clear-env", "--clear-env", "$P run @ -- /usr/bin/env | wc -l", "0"),
    Effect("user", "--user 7:8", "$P run @ -- sh -c 'echo $(id -u) $(id -g)'", "7 8"),
    Effect(
      "cap-add", "--cap-add kill", "$P run --cap-drop ALL @ -- grep CapEff /proc/self/status",
      "CapEff:\t0000000000000020"),
    Effect("cap-drop", "--cap-drop ALL", "$P run @ -- grep CapEff /proc/self/status", "CapEff:\t0000000000000000"),
    Effect("new-privileges", "--new-privileges", "$P run @ -- grep NoNewPrivs /proc/self/status", "NoNewPrivs:\t0"),
    Effect("tty", "--tty", "$P run @ -- sh -c 'test -t 1; echo $?' | tr -d '\\r'", "0"),
    Effect("plan", "--plan", "$P run @ -- hostname | grep -c execve", "1"),
    Effect("detach", "--detach", "T=$($P run @ -- sh -c 'echo ran; exec sleep 2'); kill -9 $T && echo ended", "ended"),
  ]

  @Test(arguments: run) private func ofRun(_ effect: Effect) throws { try effect.check() }

  // MARK: All of them

  /// Options that isolate from nothing, and those whose tests are elsewhere: limits and names in RunWorldTests; a
  /// context of SELinux needs a kernel that has it on.
  private static let others: Set<String> = [
    "help", "version", "json", "cpus", "memory", "pids", "name", "follow-context",
  ]

  @Test(arguments: [
    (UnshareCommand.description, unshare), (NsenterCommand.description, nsenter + nsenterElsewhere),
    (EnterCommand.description, enter + enterElsewhere), (RunCommand.description, run),
  ]) private func areAllTried(verb: VerbDescription, effects: [Effect]) {
    let missing = Set(verb.options.map(\.name)).subtracting(effects.map(\.name)).subtracting(Self.others)
    #expect(missing.isEmpty, "\(verb.name)")
  }
}
