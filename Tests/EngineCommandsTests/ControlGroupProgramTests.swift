// Where the control group of a container is, whose it is, and limits that are easily misread.

import Linux
import Testing

@Suite(.enabled(if: EngineBundle.isPossible)) struct ControlGroupProgramTests {
  /// Version 2 alone, in the script's own mount namespace.
  private static let onlySecond = "umount -R -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup\n"
  private static let userNamespace = """
    edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
      | .linux.gidMappings = .linux.uidMappings'
    chmod 755 $b; mkdir rootfs/proc rootfs/sys rootfs/dev

    """
  private let bundle: EngineBundle

  init() throws {
    bundle = try EngineBundle()
  }

  @Test func thePlaceIsThatOfThePath() throws {
    // spec: linux.cgroups.path.absolute linux.cgroups.path.consistent linux.cgroups.fit
    let outcome = try bundle.script(
      """
      does 'sleep 60'; edit '.linux.resources.pids = {limit: 7}'
      place() { $o create --pid-file pid $id < /dev/null > log 2>&1; sed 's/.*://' /proc/$(cat pid)/cgroup | sort -u | grep -v '^/$'; }
      place > first; cat $(find /sys/fs/cgroup -path "*/$id/pids.max")
      edit '.root.path = "'$b'/rootfs"'; $o create other-$id 2>&1 < /dev/null | told; $o delete -f $id; place | cmp - first
      [ "$(cat first)" = /$id ] && echo there
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first == "7" && lines.last == "there" && lines.count == 3, "\(outcome)")
    #expect(lines.dropFirst().first?.contains("cgroup is not empty") == true, "\(outcome)")
  }

  /// Root of the machine gets the rules for devices or an error; for others, and with --rootless=true, nobody could hand
  /// out a device, and they are left out.
  @Test func rulesForDevicesAreNotDropped() throws {
    let outcome = try bundle.script(
      """
      does 'echo runs'; tried() { "$@" < /dev/null 2>&1 | sed 's/.* msg=//'; }
      for m in $(grep -E ' - cgroup2? ' /proc/self/mountinfo | grep -E 'devices| - cgroup2 ' | cut -d' ' -f5); do
        mount -o remount,bind,ro $m; done
      tried $o run $id; tried $o --rootless=true run $id; tried $o --rootless=true --debug run $id | grep -c 'linux.resources.devices: rules'
      tried $o --rootless=false run $id; $o list -q; find /sys/fs/cgroup -name $id
      umount -R -l /sys/fs/cgroup; tried $o run $id; tried $o --rootless=true run $id; $o list -q
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 6, "\(outcome)")
    #expect(
      lines[0].contains("linux.resources.devices: cannot limit devices: cannot make a cgroup in /sys/fs/cgroup"),
      "\(outcome)")
    #expect(lines[1...2] == ["runs", "1"] && lines[3].contains("no permission"), "\(outcome)")
    #expect(lines[4].contains("no cgroup hierarchy can") && lines[5] == "runs", "\(outcome)")
  }

  @Test(.enabled(if: isInstalled("cc"))) func aRefusedProgramForDevicesIsAnError() throws {
    let refusal = #filePath.replacing("EngineCommandsTests/ControlGroupProgramTests.swift", with: "Refusal/refuse.c")
    let outcome = try bundle.script(
      Self.onlySecond + """
        cc -o refuse \(refusal) && does 'echo runs'; tried() { ./refuse EPERM bpf "$@" < /dev/null 2>&1 | sed 's/.* msg=//'; }
        tried $o run $id; tried $o --rootless=true run $id; $o list -q; find /sys/fs/cgroup -name $id
        """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 2, "\(outcome)")
    let place = "linux.resources.devices: cannot limit the devices of /sys/fs/cgroup/"
    #expect(
      lines[0].contains(place) && lines[0].contains("bpf(BPF_PROG_LOAD): Operation not permitted (EPERM)"), "\(outcome)"
    )
    #expect(lines[1] == "runs", "\(outcome)")
  }

  /// The kernel's part of resctrl is played by a folder, `$r`, that does the same; all else is the runtime's.
  private static let shares = """
    cc -o player \(#filePath.replacing("EngineCommandsTests/ControlGroupProgramTests.swift", with: "Refusal/resctrl.c"))
    r=$b/shares; mkdir -p $r/mon_groups $r/info $r/shared/mon_groups; echo ok > $r/info/last_cmd_status
    printf 'L3:0=0f;1=f0\\nMB:0=100\\n' > $r/shared/schemata; touch $r/shared/tasks $r/schemata $r/tasks
    { cat /proc/self/mountinfo; echo "999 1 0:99 / $r rw - resctrl resctrl rw"; } > mounts; o="./player $r $b/mounts $o"
    made() { $o create --pid-file pid $id < /dev/null > log 2>&1; told log; }
    holds() { [ "$(cat $r/$1/tasks)" = "$(cat pid)" ] && echo $1 | sed s/$id/NAME/g; }

    """

  /// Not in User Mode Linux, which runs its processes by ptrace(2) itself.
  private static let playsKernel =
    isInstalled("cc") && (try? run(["grep", "-q", "User Mode Linux", "/proc/cpuinfo"]).status) != .exited(0)

  @Test(.enabled(if: playsKernel)) func sharesOfCacheAreTakenAndGivenBack() throws {
    // spec: linux.rdt.order linux.rdt.create
    let outcome = try bundle.script(
      Self.shares + """
        does 'sleep 60'; edit '.linux.intelRdt = {l3CacheSchema: "L3:0=3", memBwSchema: "MB:0=50", enableMonitoring: true}'
        made; cat $r/$id/schemata; holds $id; holds $id/mon_groups/$id; $o start $id; $o delete -f $id; ls -d $r/$id 2> /dev/null
        edit '.linux.intelRdt = {closID: "shared", schemata: ["L3:0=f;1=f0"]}'; made; holds shared; $o delete -f $id; cat $r/shared/schemata
        edit '.linux.intelRdt.schemata = ["L3:0=1"]'; made | sed "s,$r,R,"
        edit '.linux.intelRdt = {l3CacheSchema: "L3:0=3"} | .hooks = {createRuntime: [{path: "/bin/false"}]}'; made | grep -c hook
        ls $r; ls $b/state
        """)
    #expect(
      outcome.output == """
        L3:0=3
        MB:0=50
        NAME
        NAME/mon_groups/NAME
        shared
        L3:0=0f;1=f0
        MB:0=100
        "linux.intelRdt: R/shared exists, and its schemata has no line `L3:0=1`"
        1
        info
        mon_groups
        schemata
        shared
        tasks

        """, "\(outcome)")
  }

  /// Also of a container that had no group of its own.
  @Test(.enabled(if: playsKernel)) func sharesOfCacheAreUpdated() throws {
    let outcome = try bundle.script(
      Self.shares + """
        does 'sleep 60 & wait'; made; $o start $id; until [ $($o ps -f json $id | jq length) = 2 ]; do sleep 0.05; done
        $o update --l3-cache-schema L3:0=1 --mem-bw-schema MB:0=10 $id; cat $r/$id/schemata
        [ "$($o ps -f json $id | jq max)" = "$(cat $r/$id/tasks)" ] && echo all
        $o update --l3-cache-schema L3:0=7 $id; head -n 1 $r/$id/schemata; $o update --mem-bw-schema nothing $id 2>&1 | told
        $o delete -f $id; ls $r | grep -c $id
        """)
    #expect(
      outcome.output == """
        L3:0=1
        MB:0=10
        all
        L3:0=7
        "linux.intelRdt.schemata: `nothing` is no line such as `L3:0=f`"
        0

        """, "\(outcome)")
  }

  @Test func whatIsNotThereIsAnError() throws {
    // spec: linux.unified.absent
    let outcome = try bundle.script(
      """
      edit '.linux.resources.unified = {"nosuch.max": "1"}'; $o create $id 2>&1 < /dev/null | told; $o list -q
      """)
    #expect(outcome.output.contains("nosuch") && outcome.output.split(separator: "\n").count == 1, "\(outcome)")
  }

  @Test func whatIsNeededIsHandedOn() throws {
    // spec: linux.unified.controllers
    let outcome = try bundle.script(
      Self.onlySecond + """
        case $(cat /sys/fs/cgroup/cgroup.controllers) in
        *memory*) file=memory.high value=10485760 ;;
        *hugetlb*) file=hugetlb.2MB.max value=2097152 ;;
        esac
        edit '.linux.cgroupsPath = "/'$id'/deep" | .linux.resources = {unified: {"'$file'": "'$value'"}}'; does 'sleep 60'
        $o create $id < /dev/null 2>&1; [ $(cat /sys/fs/cgroup/$id/deep/$file) = $value ] && echo limited
        grep -wq ${file%%.*} /sys/fs/cgroup/$id/cgroup.subtree_control && echo handed on
        $o delete -f $id; rmdir /sys/fs/cgroup/$id
        """)
    #expect(outcome.output == "limited\nhanded on\n", "\(outcome)")
  }

  @Test func aLimitOfNoProcessesLeavesTheFirst() throws {
    // spec: linux.pids.zero
    let outcome = try bundle.script(
      """
      ran() { does 'echo one; (echo two); true'; $o run $id 2>&1; }
      edit '.linux.resources.pids = {limit: 0}'; ran; edit '.linux.resources.pids = {}'; ran
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 4 && lines[0] == "one" && lines[2...] == ["one", "two"], "\(outcome)")
    #expect(lines[1].contains("can't fork"), "\(outcome)")
  }

  @Test(.enabled(if: isInstalled("strace"))) func sharesOfCacheAreNobodysUnasked() throws {
    // spec: linux.rdt.untouched
    let outcome = try bundle.script(
      """
      does true
      looked() { strace -f -o calls $o run $id 2>&1 | told; grep -c 'self/mountinfo' calls; }
      looked; edit '.linux.intelRdt = {closID: "/"}'; looked
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 3 && lines[1].contains("no resctrl file system"), "\(outcome)")
    // The mounts are read for the control groups, and once more to find resctrl.
    #expect(lines[0] == "1" && lines[2] == "2", "\(outcome)")
  }

  private static let hasRealTime =
    (try? run(["test", "-e", "/sys/fs/cgroup/cpu/cpu.rt_runtime_us"]).status) == .exited(0)

  @Test(.enabled(if: hasRealTime)) func realTimeProcessesGetTime() throws {
    // spec: linux.cpu.realtime
    let outcome = try bundle.script(
      """
      does 'cut -d" " -f 41 /proc/self/stat; sleep 60'
      edit '.process.scheduler = {policy: "SCHED_FIFO", priority: 1}'; $o run $id 2>&1 | told | grep -o EPERM
      edit '.linux.resources.cpu = {realtimePeriod: 500000, realtimeRuntime: 1000}'; $o run -d $id < /dev/null
      cat /sys/fs/cgroup/cpu/$id/cpu.rt_period_us /sys/fs/cgroup/cpu/$id/cpu.rt_runtime_us
      """)
    #expect(outcome.output == "EPERM\n1\n500000\n1000\n", "\(outcome)")
  }

  @Test(.enabled(if: hasFuse)) func whatARuleDoesNotNameIsAll() throws {
    // spec: linux.devicerules.wildcard
    let outcome = try bundle.script(
      """
      edit '.linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10, access: "r"}]
        | .linux.devices = [{path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 438}]'
      does 'head -c 0 /dev/fuse && echo read; echo x 2> /dev/null > /dev/fuse || echo not written'; $o run $id 2> /dev/null
      """)
    #expect(outcome.output == "read\nnot written\n", "\(outcome)")
  }

  @Test func itBelongsToTheUserInsideWhereThatMayWrite() throws {
    // spec: linux.cgroups.owner.writable linux.cgroups.owner.files linux.cgroups.owner.namespace linux.mappings.owners
    let outcome = try bundle.script(
      Self.onlySecond + Self.userNamespace + """
        does 'mkdir /sys/fs/cgroup/mine && echo made; sleep 60'
        owners() { $o run -d $id < /dev/null > out 2>&1; sleep 0.3; cat out
          for f in "" cgroup.procs cgroup.subtree_control cgroup.freeze; do stat -c %u /sys/fs/cgroup/$id/$f; done | xargs
          $o delete -f $id; }
        cgroup() { edit --arg o $1 '.mounts |= map(select(.type != "cgroup"))
          + [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: [$o]}]'; }
        edit '.linux.namespaces |= map(select(.type != "cgroup")) + [{type: "cgroup"}]'
        cgroup rw; owners; cgroup ro; owners; stat -c %u rootfs/bin/busybox
        edit '.linux.namespaces |= map(select(.type != "cgroup")) | .mounts |= map(select(.type != "cgroup"))'; owners
        """)
    let lines = outcome.output.split(separator: "\n").filter { !$0.contains("mkdir") }
    #expect(lines == ["made", "100000 100000 100000 0", "0 0 0 0", "0", "0 0 0 0"], "\(outcome)")
  }

  private static let hasFuse = (try? run(["test", "-c", "/dev/fuse"]).status) == .exited(0)
  private static let hasFirst = (try? run(["test", "-d", "/sys/fs/cgroup/pids"]).status) == .exited(0)

  @Test(.enabled(if: hasFirst)) func inVersion1ItStaysTheRuntimes() throws {
    // spec: linux.cgroups.owner.v1
    let outcome = try bundle.script(
      Self.userNamespace + """
        edit '.linux.namespaces |= map(select(.type != "cgroup")) + [{type: "cgroup"}]'; does 'sleep 60'
        $o create $id < /dev/null > log 2>&1 && stat -c %u /sys/fs/cgroup/pids/$id /sys/fs/cgroup/pids/$id/cgroup.procs
        """)
    #expect(outcome.output == "0\n0\n", "\(outcome)")
  }
}
