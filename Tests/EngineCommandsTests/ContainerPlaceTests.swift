// What a container finds around it: mounts, devices, namespaces, network interfaces, on the kernel.

import Linux
import Testing

@Suite(.enabled(if: EngineBundle.isPossible)) struct ContainerPlaceTests {
  private let bundle: EngineBundle

  init() throws {
    bundle = try EngineBundle()
  }

  @Test func mountsHaveTheirOptions() throws {
    // spec: config.mounts.order config.mounts.destination.relative config.mounts.source.relative
    // spec: config.mounts.options.flags config.mounts.options.atime config.mounts.options.remount
    // spec: config.mounts.options.symfollow config.mounts.options.unknown config.mounts.options.version
    let outcome = try bundle.script(
      """
      mkdir data && touch data/file
      edit '.mounts += [
        {destination: "m1", type: "tmpfs", source: "one", options: ["ro", "nosuid", "nodev", "noexec", "nosymfollow", "noatime",
          "nodiratime", "size=64k", "mode=711", "silent", "loud", "noiversion", "iversion", "nolazytime"]},
        {destination: "/m2", type: "tmpfs", source: "two", options: ["defaults", "ro", "rw", "nosuid", "suid", "nodev", "dev",
          "noexec", "exec", "nosymfollow", "symfollow", "noatime", "strictatime", "sync", "dirsync", "lazytime"]},
        {destination: "/m2/sub", type: "bind", source: "data", options: ["bind", "ro"]},
        {destination: "/m3", type: "bind", source: "data", options: ["bind"]},
        {destination: "/m3", source: "data", options: ["remount", "bind", "nodev", "noexec"]}]'
      does 'for m in m1 m2 m2/sub m3; do grep " /$m " /proc/self/mountinfo | cut -d" " -f6; done; ls /m2/sub
        grep " /m[12] " /proc/self/mountinfo | sed "s/.* - //"'
      $o run $id
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 7, "\(outcome)")
    #expect(lines[0] == "ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow", "\(outcome)")
    #expect(lines[1] == "rw" && lines[2].hasPrefix("ro") && lines[3].hasPrefix("rw,nodev,noexec"), "\(outcome)")
    #expect(
      lines[4] == "file" && lines[5].hasPrefix("tmpfs one ") && lines[5].contains("size=64k,mode=711"), "\(outcome)")
    #expect(lines[6].hasPrefix("tmpfs two rw,sync,dirsync,lazytime"), "\(outcome)")
  }

  @Test func parametersAreSetBesideJoinedNamespaces() throws {
    let outcome = try bundle.script(
      """
      sysctl='.linux.sysctl = {"net.ipv4.ip_default_ttl": "77"} | .process.args = ["cat", "/proc/sys/net/ipv4/ip_default_ttl"]'
      edit "$sysctl"' | .linux.namespaces |= map(if .type == "ipc" then .path = "/proc/'$$'/ns/ipc" else . end)'; $o run $id
      """)
    #expect(outcome.output == "77\n", "\(outcome)")
  }

  /// As on an older kernel, or in a container whose filter is older than the call.
  @Test(.enabled(if: isInstalled("strace")), arguments: ["ENOSYS", "EPERM"])
  func pathsAreReadOnlyWithoutMountAttributes(_ error: String) throws {
    let outcome = try bundle.script(
      """
      mkdir -p data rootfs/kept; does 'for d in /bound /kept /; do touch $d/x 2>&1 || true; done; touch /free/x && echo made'
      edit '.mounts += [{destination: "/bound", type: "bind", source: "data", options: ["bind", "ro"]},
        {destination: "/free", type: "bind", source: "data", options: ["bind"]}] | .linux.readonlyPaths += ["/kept"] | .root.readonly = true'
      strace -f -qq -o calls -e trace=mount_setattr -e inject=mount_setattr:error=\(error) $o run $id < /dev/null
      grep -q INJECTED calls && echo injected
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 5 && lines[3...] == ["made", "injected"], "\(outcome)")
    for line in lines.prefix(3) { #expect(line.contains("Read-only file system"), "\(outcome)") }
  }

  /// Where no security module takes labels the process doesn't start, and what is said is of the label.
  @Test func aLabelThatNobodyTakesIsAnError() throws {
    let outcome = try bundle.script(
      """
      does 'sleep 60'; $o run -d $id < /dev/null
      for option in --apparmor=some --process-label=some; do $o exec $option $id true 2>&1 | told; done
      edit '.linux.cgroupsPath += "-other"'
      for field in apparmorProfile selinuxLabel; do edit --arg f $field '.process = (.process | del(.apparmorProfile))
        | .process[$f] = "some"'; $o create other-$id 2>&1 | told; done
      $o list -q
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 5 && lines[4].hasPrefix("tmp."), "\(outcome)")
    for (line, module) in zip(lines, ["AppArmor", "SELinux", "AppArmor", "SELinux"]) {
      #expect(line.contains(module) && !line.contains("EBADF"), "\(outcome)")
    }
  }

  @Test func bindsAndTheirPropagation() throws {
    // spec: config.mounts.options.bind config.mounts.options.propagation config.mounts.options.idmap.error
    let outcome = try bundle.script(
      """
      mkdir -p data/inner && mount -t tmpfs inner data/inner && touch data/inner/deep && mount --make-shared data/inner
      kinds='shared slave private unbindable'
      for k in $kinds; do edit --arg k $k '.mounts += [
        {destination: "/one-\\($k)", type: "bind", source: "data/inner", options: ["bind", $k]},
        {destination: "/all-\\($k)", type: "bind", source: "data", options: ["rbind", "r" + $k]}]'; done
      edit '.mounts += [{destination: "/flat", type: "bind", source: "data", options: ["bind"]}]'
      does 'for k in '"$kinds"'; do for m in one-$k all-$k/inner; do
          echo $m $(grep " /$m " /proc/self/mountinfo | cut -d" " -f7 | sed "s/:.*//"); done; done
        ls /flat/inner; ls /all-slave/inner'
      $o run $id
      edit '.mounts += [{destination: "/mapped", type: "bind", source: "data", options: ["bind", "idmap"]}]'
      $o run $id 2>&1 | told
      """)
    #expect(
      outcome.output.hasPrefix(
        """
        one-shared shared
        all-shared/inner shared
        one-slave master
        all-slave/inner master
        one-private -
        all-private/inner -
        one-unbindable unbindable
        all-unbindable/inner unbindable
        deep

        """), "\(outcome)")
    #expect(outcome.output.contains("mounts[") && outcome.output.contains("apping"), "\(outcome)")
  }

  @Test(arguments: [
    ("shared", "shared"), ("slave", "master"), ("private", "-"), ("unbindable", "unbindable"), ("rshared", "shared"),
    ("rslave", "master"), ("rprivate", "-"),
  ]) func theRootTellsOfMountsAsConfigured(propagation: String, shown: String) throws {
    // spec: linux.rootfspropagation
    let outcome = try bundle.script(
      """
      edit --arg p \(propagation) '.linux.rootfsPropagation = $p'
      does 'grep " / / " /proc/self/mountinfo | cut -d" " -f7 | sed "s/:.*//"; grep "rootfs / " /proc/self/mountinfo | cut -d" " -f7 | sed "s/:.*//"'
      $o run $id
      """, world: ["--propagation", "shared"])
    #expect(outcome.output == shown + "\n", "\(outcome)")
  }

  @Test func devicesAreMadeAndNothingElseIsTaken() throws {
    // spec: linux.devices.available linux.devices.conflict
    let outcome = try bundle.script(
      """
      edit '.linux.devices = [{path: "/dev/deep/mine", type: "c", major: 1, minor: 3, fileMode: 438, uid: 12, gid: 13},
        {path: "/dev/pipe", type: "p", fileMode: 384}]'
      does 'stat -c "%A %u:%g %t:%T" /dev/deep/mine /dev/pipe; echo x > /dev/deep/mine && echo written'
      $o run $id
      edit '.linux.devices = [{path: "/bin/busybox", type: "c", major: 1, minor: 3}]'
      $o run $id 2>&1 | told
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.prefix(3) == ["crw-rw-rw- 12:13 1:3", "prw------- 0:0 0:0", "written"], "\(outcome)")
    #expect(lines.last?.contains("/bin/busybox") == true && lines.last?.contains("EEXIST") == true, "\(outcome)")
  }

  @Test func namespacesAreNewSharedOrOfTheirKind() throws {
    // spec: linux.namespaces.new linux.namespaces.inherit linux.namespaces.types linux.namespaces.path.type
    let outcome = try bundle.script(
      """
      kinds='pid net ipc uts mnt cgroup time user'
      does 'for k in '"$kinds"'; do readlink /proc/self/ns/$k; done'
      edit '.linux.namespaces = [("pid", "network", "ipc", "uts", "mount", "cgroup", "time", "user") | {type: .}]
        | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
      $o run $id > new; edit '.linux.namespaces |= map(select(.type == "mount" or .type == "uts"))
        | del(.linux.uidMappings, .linux.gidMappings)'
      $o run $id > shared
      for k in $kinds; do n=$(readlink /proc/self/ns/$k)
        echo $k $(grep -cFx "$n" new) $(grep -c "^$k" new) $(grep -cFx "$n" shared); done
      edit '.linux.namespaces += [{type: "ipc", path: "/proc/self/ns/net"}]'; $o run $id 2>&1 | told
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(
      lines.prefix(8) == [
        "pid 0 1 1", "net 0 1 1", "ipc 0 1 1", "uts 0 1 0", "mnt 0 1 0", "cgroup 0 1 1", "time 0 1 1", "user 0 1 1",
      ], "\(outcome)")
    #expect(lines.last?.contains("/proc/self/ns/net") == true, "\(outcome)")
  }

  private static let hasVirtualLinks =
    (try? run(["unshare", "--net", "ip", "link", "add", "one", "type", "veth", "peer", "name", "two"]).status)
    == .exited(0)

  @Test(.enabled(if: hasVirtualLinks, "needs ip(8), and links of the kind veth")) func networkInterfacesMoveIn() throws
  {
    // spec: linux.netdevices.move linux.netdevices.addresses linux.netdevices.up linux.netdevices.template
    // spec: linux.netdevices.conflict linux.netdevices.nolifecycle
    let outcome = try bundle.script(
      """
      add() { ip link add $1 mtu 1400 type veth peer name $1-peer && ip addr add 10.9.8.$2/24 dev $1 && ip -6 addr add fd00::$2/64 dev $1 nodad; }
      show='for l in eth7 vlan0 three; do [ ! -e /sys/class/net/$l ] || ip addr show $l; done'; does "$show"
      add one 1; add two 2; add three 3
      edit '.linux.netDevices = {one: {name: "eth7"}, two: {name: "vlan%d"}, three: {}}'
      $o run $id | grep -oE '(eth7|vlan0|three)(@.*)?: <.*|inet6? (10|fd)[^ ]*' | sed 's/@[^:]*//; s/<.*UP.*1400.*/up/'
      ip link show one 2>&1 | grep -c "does not exist"
      add four 4; edit '.linux.netDevices = {four: {name: "lo"}}'; $o run $id 2>&1 | told; ip -br link show four | grep -c four
      """, world: ["--propagation", "private", "--net"])
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(9) == [
        "eth7: up", "inet 10.9.8.1/24", "inet6 fd00::1/64", "vlan0: up", "inet 10.9.8.2/24", "inet6 fd00::2/64",
        "three: up", "inet 10.9.8.3/24", "inet6 fd00::3/64",
      ], "\(outcome)")
    #expect(lines.count == 12 && lines[9] == "1" && lines[10].contains("EEXIST") && lines[11] == "1", "\(outcome)")
  }
}
