// Containers where the calls of the newer mount interface are refused, as by the filter of a container that the runtime
// runs in: made by mount(2) they are the same.

import Linux
import Testing

@Suite(.enabled(if: EngineBundle.isPossible && isInstalled("cc"))) struct MountRefusalTests {
  private let bundle: EngineBundle
  private static let source = #filePath.replacing(
    "EngineCommandsTests/MountRefusalTests.swift", with: "Refusal/refuse.c")
  /// `refused ERROR CALLS COMMAND…`
  private static let preamble = "cc -O1 -o refuse \(source) || exit 1; chmod 755 $b; refused() { $b/refuse \"$@\"; }\n"

  init() throws {
    bundle = try EngineBundle()
  }

  /// A container with all that is mounted, laid over, made and made read-only; its program says what it finds.
  private static let everything = """
    mkdir -p plain data/inner rootfs/kept rootfs/hidden rootfs/copied rootfs/opt/real; echo secret > rootfs/hidden/file; ln -s /opt/real rootfs/way
    echo copied > rootfs/copied/file; touch rootfs/kept/file; mount -t tmpfs inner data/inner; echo deep > data/inner/deep
    long=$(printf 'a%.0s' $(seq 300))
    edit '.mounts += [
      {destination: "/bound", type: "bind", source: "data", options: ["rbind", "ro", "nosuid", "noexec", "rprivate"]},
      {destination: "/flat", type: "bind", source: "data", options: ["bind", "nodev", "noatime", "slave"]},
      {destination: "/one/file", type: "bind", source: "config.json", options: ["bind", "ro"]},
      {destination: "/way/inside", type: "bind", source: "plain", options: ["bind"]},
      {destination: "/lazy", type: "tmpfs", source: "lazy", options: ["ro", "sync", "dirsync", "nosuid", "nosymfollow", "size=64k"]},
      {destination: "/copied", type: "tmpfs", source: "up", options: ["tmpcopyup", "ro", "mode=700"]},
      {destination: "/flat", source: "data", options: ["remount", "bind", "nodev", "noexec"]}]
      | .linux.maskedPaths += ["/hidden", "/one/file", "/nosuch"] | .linux.readonlyPaths += ["/kept", "/kept/file", "/nosuch"]
      | .root.readonly = true'
    does 'cut -d" " -f4- /proc/self/mountinfo | sed -E "s/(shared|master):[0-9]*/\\1/g; s/size=[0-9]*k,nr_inodes=[0-9]*//" | sort
      for f in /kept/x /kept/file /bound/x /lazy/x /copied/x /x; do : > $f; done 2>&1; cat /hidden/file 2>&1; wc -c < /one/file
      cat /copied/file /bound/inner/deep; ls -l /dev /opt/real/inside; ls /..; ls /proc/self/fdinfo | head -n 1; : > /flat/x && echo made'

    """

  @Test(arguments: ["ENOSYS", "EPERM"]) func aContainerIsTheSame(error: String) throws {
    let outcome = try bundle.script(
      Self.preamble + Self.everything + """
        $o run $id > usual 2>&1 < /dev/null; refused \(error) mounts $o run $id > other 2>&1 < /dev/null; diff usual other && echo the same
        wc -l < usual; refused \(error) mounts $o --debug run $id 2>&1 < /dev/null | grep -cE 'fsopen|open_tree|move_mount|fsmount'
        grep -c fdinfo /proc/self/mountinfo; ls state 2>&1 | wc -l; find /sys/fs/cgroup -name $id
        """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "the same" && lines.count == 5 && Int(lines[1])! > 35, "\(outcome)")
    #expect(Array(lines.suffix(3)) == ["0", "0", "0"], "\(outcome)")
  }

  @Test func inAUserNamespaceToo() throws {
    let outcome = try bundle.script(
      Self.preamble + Self.everything + """
        edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
          | .linux.gidMappings = .linux.uidMappings | .mounts |= map(select([.destination] | inside(["/copied", "/flat"]) | not))'
        mkdir -p rootfs/dev rootfs/proc rootfs/sys rootfs/bound rootfs/one rootfs/lazy; chown -R -h 100000:100000 rootfs
        # Root of the user namespace may not look into the caller's directory.
        mkdir -m 700 own; cd own
        $o run -b $b $id > ../usual 2>&1 < /dev/null; refused EPERM mounts $o run -b $b $id > ../other 2>&1 < /dev/null; cd $b
        diff usual other && echo the same; wc -l < usual
        """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "the same" && Int(lines[1]) ?? 0 > 35, "\(outcome)")
  }

  /// Also with a terminal, which lies on /dev/console, without pivot_root(2), and by a second process.
  @Test func itsLifeIsTheSame() throws {
    let outcome = try bundle.script(
      Self.preamble + """
        does 'stat -c %t:%T /dev/console; test -t 0 && echo a terminal'; edit '.process.terminal = true'
        for option in '' --no-pivot; do refused EPERM mounts $o run $option $id < /dev/null | tr -d '\\r'; done
        does 'sleep 60'; edit '.process.terminal = false'
        refused ENOSYS mounts $o create $id < /dev/null > log 2>&1 && refused ENOSYS mounts $o start $id; refused ENOSYS mounts $o exec $id pwd
        refused ENOSYS mounts $o delete --force $id; $o list -q
        """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 5 && lines[1] == "a terminal" && lines[3] == "a terminal" && lines[4] == "/", "\(outcome)")
  }

  /// One call is enough; and whoever has no rights cannot tell a filter from the kernel's own refusal outside.
  @Test(arguments: ["open_tree", "fsopen", "fsconfig", "fsmount", "move_mount"])
  func oneRefusalIsEnough(call: String) throws {
    let outcome = try bundle.script(
      Self.preamble + """
        does 'echo runs'; refused EPERM \(call) $o run $id < /dev/null
        rm config.json; mkdir own; chown -R 12345:12345 $b; cp \(runtimePath) runtime; chmod 755 runtime refuse
        as() { setpriv --reuid 12345 --regid 12345 --clear-groups env XDG_RUNTIME_DIR=$b/own "$@"; }
        as $b/runtime spec --rootless; edit '.process.terminal = false | .process.args = ["echo", "runs too"]'; chmod a+r config.json
        as $b/refuse EPERM \(call) $b/runtime --root $b/own run $id < /dev/null
        """)
    #expect(outcome.output == "runs\nruns too\n", "\(outcome)")
  }

  /// Where mounts are made is a directory that is in every /proc, and that nothing is bound from.
  @Test func aProcInPartIsEnough() throws {
    let outcome = try bundle.script(
      Self.preamble + """
        edit '.mounts += [{destination: "/driver", type: "bind", source: "/proc/driver", options: ["bind", "ro"]}]'
        does 'ls /driver'; ls /proc/driver > there; refused EPERM mounts $o run $id < /dev/null | diff - there && echo the same
        edit '.mounts |= map(select(.destination != "/driver"))'; does 'ls /dev/null'
        unshare -m sh -c 'umount -l /proc && mount -t proc -o subset=pid proc /proc && ls -d /proc/driver 2>&1 | wc -l
          exec "$@"' sh $b/refuse EPERM mounts $o run $id < /dev/null
        """)
    #expect(outcome.output == "the same\n1\n/dev/null\n", "\(outcome)")
  }

  /// What cannot be had is said, and leaves nothing.
  @Test func whatTakesTheNewCallsIsAnError() throws {
    let outcome = try bundle.script(
      Self.preamble + """
        mkdir data; edit '.mounts += [{destination: "/all", type: "bind", source: "data", options: ["rbind", "rro"]}]'
        refused ENOSYS mounts $o run $id 2>&1 < /dev/null | told
        edit '.mounts[-1].options = ["bind", "idmap"] | .mounts[-1].uidMappings = [{containerID: 0, hostID: 5, size: 1}]
          | .mounts[-1].gidMappings = .mounts[-1].uidMappings'
        refused ENOSYS mounts $o run $id 2>&1 < /dev/null | told; $o list -q
        """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 2 && lines[0].contains("mount_setattr") && lines[1].contains("open_tree"), "\(outcome)")
  }
}
