// What util-linux 2.41 documents and older ones have not, and what is done with input that cannot be used.

import Linux
import Testing

@Suite(.enabled(if: canRunScripts, "needs root and util-linux"), .serialized)
struct UtilLinux241Tests {
  private static let subordinates =
    "printf 'daemon:1:2\\nroot:100000:65536\\n' > ids; mount --bind ids /etc/subuid; mount --bind ids /etc/subgid; "
  /// Prints numbers with one space between them.
  private static let tidy = " | tr -s ' ' | sed 's/^ //'"

  @Test(arguments: [
    ("$UNSHARE --map-users=0:100000:10 cat /proc/self/uid_map", "0 100000 10\n"),
    ("$UNSHARE --map-users=0:100000:10 --map-users=10:200000:5 cat /proc/self/uid_map", "0 100000 10\n10 200000 5\n"),
    ("$UNSHARE --map-users=1:100000:10 -r cat /proc/self/uid_map", "0 0 1\n1 100000 10\n"),
    (subordinates + "$UNSHARE --map-auto -r cat /proc/self/uid_map", "0 0 1\n1 100000 65536\n"),
    (subordinates + "$UNSHARE --map-subids cat /proc/self/gid_map", "100000 100000 65536\n"),
    (subordinates + "$UNSHARE --map-users=subids --map-groups=auto cat /proc/self/gid_map", "0 100000 65536\n"),
    ("$UNSHARE --map-users=all --map-groups=all cat /proc/self/uid_map", "0 0 4294967295\n"),
  ])
  func mapsRanges(script: String, output: String) throws {
    let ours = try outcome(of: script + Self.tidy, with: .own)
    #expect(ours.output == output, "\(ours.error)")
  }

  @Test func hasNewuidmapWriteRangesForAnOrdinaryUser() throws {
    let script = """
      PATH=/mnt/work:$PATH; printf '#!/bin/sh\\necho $0 ${2} $3 $4 >&2; exit 1\\n' > newuidmap; chmod +x newuidmap
      $UNSHARE --map-users=0:100000:10 true; echo $?
      """
    let ours = try outcome(of: script, with: .own, as: .nobody)
    #expect(ours.output == "1\n")
    #expect(ours.error == "/mnt/work/newuidmap 0 100000 10\n", "who refused says so, and nobody else")
  }

  @Test func saysWhenNewuidmapIsMissing() throws {
    let ours = try outcome(
      of: "S=$UNSHARE; PATH=/nowhere; $S --map-users=0:100000:10 /bin/true", with: .own, as: .nobody)
    #expect(ours.error == "unshare: failed to execute newuidmap: No such file or directory\n")
  }

  @Test(arguments: [
    (
      "mount --bind . .; mount --make-private .; cd /mnt/work; touch f; $UNSHARE --mount=f sh -c 'mount -t tmpfs none "
        + "/srv; touch /srv/a'; $NSENTER --mount=f ls /srv; umount f", "a\n"
    ),
    ("$UNSHARE -f sh -c 'kill -KILL $$'; echo $?", "137\n"),
    ("$UNSHARE --mount-binfmt -rfp sh -c 'ls /proc/sys/fs/binfmt_misc | sort | head -1'", "register\n"),
    ("cp /bin/echo e; printf 'XYZ..' > x; chmod +x x; $UNSHARE -rfp -l ':x:M::XYZ::/bin/echo:' ./x a", "./x a\n"),
    (
      "touch f; $UNSHARE -r --user=f true; $NSENTER --user=f --preserve-credentials cat /proc/self/uid_map"
        + " | tr -s ' '; umount f", " 0 0 1\n"
    ),
    (
      "$UNSHARE -u sh -c 'hostname inner; sleep 5' & sleep .3; A=b $NSENTER -t $! -e -u sh -c 'echo $A; hostname'; "
        + "kill $!", "\ninner\n"
    ),
    (
      "setpriv --reuid 7 --regid 8 --clear-groups sleep 5 & sleep .3; $NSENTER -t $! -u -S follow -G follow id -u; "
        + "$NSENTER -t $! -u -S follow -G follow id -g; kill $!", "7\n8\n"
    ),
    (
      "$UNSHARE -r sleep 5 & sleep .3; $NSENTER -t $! --user-parent --preserve-credentials true; echo $?; kill $!",
      "1\n"
    ),
    (
      "$UNSHARE -U --map-root-user $UNSHARE -r sleep 5 & sleep .5; $NSENTER -t $! --user-parent "
        + "--preserve-credentials sh -c 'readlink /proc/self/ns/user' | grep -c user; kill $!", "1\n"
    ),
    (
      "mount -t cgroup2 none /sys/fs/cgroup || exit; d=/sys/fs/cgroup/t$$; mkdir $d; sleep 5 & echo $! > $d/cgroup.procs; "
        + "$NSENTER -t $! -c -u grep -o '^0::/t' /proc/self/cgroup; kill -9 $!; sleep .2; rmdir $d", "0::/t\n"
    ),
  ])
  func doesAsDocumented(script: String, output: String) throws {
    let ours = try outcome(of: script, with: .own)
    #expect(ours.output == output, "\(ours.error)")
  }

  @Test(arguments: [
    ("umount -l /proc; $UNSHARE -u true; echo $?", "0\n"),
    (
      "umount -l /proc; $UNSHARE -r true 2>&1; echo $?",
      "unshare: cannot open /proc/self/uid_map: No such file or directory\n1\n"
    ),
    ("sleep 5 & umount -l /proc; $NSENTER -t $! -u true; echo $?; kill $!", "0\n"),
    ("touch f; $UNSHARE --ipc=f --uts=/nowhere true 2>/dev/null; echo $?; grep -c /work/f /proc/mounts", "1\n0\n"),
    ("touch f; $UNSHARE --uts=f nosuch 2>/dev/null; echo $?; grep -c /work/f /proc/mounts", "127\n0\n"),
    (
      "mount --bind . .; mount --make-private .; cd /mnt/work; touch f; "
        + "$UNSHARE --user=f --mount=/nowhere true 2>/dev/null; echo $?; grep -c /work/f /proc/mounts", "1\n0\n"
    ),
    (
      "/usr/bin/unshare -fp --mount-proc sh -c '$UNSHARE --map-users=0:0:10 --map-users=5:20:10 true; sleep .2; "
        + "ps -e -o comm= | grep -c unshare' 2>&1 | sed s,/[0-9][0-9]*/,/N/,",
      "unshare: write failed /proc/N/uid_map: Invalid argument\n0\n"
    ),
    ("$UNSHARE --uts=/dev/null/x -f true 2>/dev/null; echo $?", "1\n"),
  ])
  func leavesNothingBehind(script: String, output: String) throws {
    let ours = try outcome(of: script, with: .own)
    #expect(ours.output == output, "\(ours.error)")
  }

  /// As a verb it finds out why.
  @Test(arguments: [
    ("/mnt/bin/pangaea unshare -u true", "CAP_SYS_ADMIN"),
    ("/mnt/bin/pangaea nsenter -t 999999 -u true", "no process 999999"),
    ("/mnt/bin/pangaea nsenter -t 1 -u true", ""),
    (
      "/usr/bin/unshare -r sh -c 'echo 0 > /proc/sys/user/max_uts_namespaces; /mnt/bin/pangaea unshare -u true'",
      "user.max_uts_namespaces is 0"
    ),
    ("/mnt/bin/pangaea unshare -r --mount-proc true", "add --pid --fork"),
    ("/mnt/bin/pangaea unshare --propagation up true", "slave, shared, private or unchanged"),
  ])
  func saysWhy(script: String, reason: String) throws {
    let ours = try outcome(of: script, with: .own, as: .nobody)
    #expect(ours.status == .exited(1))
    #expect(ours.error.hasPrefix("pangaea: ") && (reason.isEmpty || ours.error.contains(reason)), "\(ours.error)")
  }
}
