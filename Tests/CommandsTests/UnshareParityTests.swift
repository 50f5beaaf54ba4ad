// The same command lines to util-linux's unshare and to ours: exit status, output and what came of it are the same.

import Testing

@Suite(.enabled(if: canRunScripts, "needs root and util-linux"), .serialized)
struct UnshareParityTests {
  private static let subordinates =
    "echo root:100000:65536 > ids; mount --bind ids /etc/subuid; mount --bind ids /etc/subgid; "

  @Test(arguments: [
    // Each kind, as a word and as letters.
    "for k in mount uts ipc net user cgroup; do $UNSHARE --$k sh -c \"$KINDS\"; done",
    "$UNSHARE -muinUC sh -c \"$KINDS\"", "$UNSHARE -fT sh -c \"$KINDS\"", "$UNSHARE sh -c \"$KINDS\"",
    "$UNSHARE -fp --mount-proc sh -c \"$KINDS\"", "$UNSHARE --mou --ut sh -c \"$KINDS\"",
    // Children and PID namespaces.
    "$UNSHARE -f sh -c 'exit 7'; echo $?", "$UNSHARE -f sh -c 'kill -TERM $$'; echo $?",
    "$UNSHARE -fp sh -c 'echo $$'",
    "$UNSHARE -p sh -c '/bin/true; /bin/true; echo end'; echo $?", "$UNSHARE -u sh -c 'kill -TERM $$'; echo $?",
    "$UNSHARE -f sleep 1 & sleep .3; kill -TERM $!; wait $!; echo $?",
    "$UNSHARE --kill-child sleep 60 & p=$!; sleep .4; c=$(cat /proc/$p/task/$p/children); kill -9 $p; sleep .3; "
      + "kill -0 $c 2>/dev/null && echo alive || echo gone",
    "$UNSHARE --kill-child=TERM sh -c 'trap \"echo told; exit\" TERM; while :; do sleep .1; done' & "
      + "sleep .4; kill -9 $!; sleep .5; echo end",
    "$UNSHARE -f sleep 60 & p=$!; sleep .4; c=$(cat /proc/$p/task/$p/children); kill -9 $p; sleep .3; "
      + "kill -0 $c && echo alive; kill -9 $c",
    "(trap '' CHLD; $UNSHARE -u grep SigIgn /proc/self/status)",
    // Proc and propagation.
    "$UNSHARE -fp --mount-proc readlink /proc/self",
    "mkdir p; $UNSHARE -fp --mount-proc=p readlink p/self; ls p",
    "for p in private slave shared unchanged; do mount --make-rshared /; $UNSHARE -m --propagation $p "
      + "sh -c 'grep \" / / \" /proc/self/mountinfo | grep -o \"shared\\|master\"'; done",
    "$UNSHARE -m --mount-proc --propagation shared sh -c 'grep -c \" /proc \" /proc/self/mountinfo'",
    // Root, directory, credentials.
    "$UNSHARE -R / pwd; $UNSHARE -w /tmp pwd; $UNSHARE -R / -w /usr pwd; $UNSHARE --root=/mnt/nowhere pwd",
    "$UNSHARE -S 1 -G 2 id; $UNSHARE -G 5 id; $UNSHARE -S 3 id", "$UNSHARE -r -S 0 -G 0 id", "$UNSHARE -r -S 9 id",
    "$UNSHARE -U --keep-caps grep -E '^Cap(Inh|Amb)' /proc/self/status", "$UNSHARE -u grep Cap /proc/self/status",
    // Who is who.
    "$UNSHARE -r id; $UNSHARE -c id; $UNSHARE --map-user=5 --map-group=6 id; $UNSHARE -U id",
    "$UNSHARE --map-user=daemon --map-group=bin id; $UNSHARE --map-user=3 --map-user=4 id -u",
    "$UNSHARE -r cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups",
    "$UNSHARE -U --setgroups=deny cat /proc/self/setgroups", "$UNSHARE -U --setgroups allow cat /proc/self/setgroups",
    "$UNSHARE --map-user=0 --setgroups allow cat /proc/self/setgroups; echo $?",
    subordinates + "$UNSHARE --map-users 100000,1,10 --map-user 5 cat /proc/self/uid_map",
    subordinates + "$UNSHARE --map-users 100000,0,10 --map-user 10 cat /proc/self/uid_map",
    subordinates + "$UNSHARE --map-groups 100000,0,10 --map-group 3 cat /proc/self/gid_map",
    // Clocks.
    "$UNSHARE -fT --monotonic 7 --boottime 100000 cat /proc/self/timens_offsets",
    // Namespaces that outlive their members.
    "touch f; $UNSHARE --uts=f hostname kept; $NSENTER --uts=f hostname; umount f; cat f",
    "touch f g; $UNSHARE --ipc=f --net=g true; grep -c nsfs /proc/mounts; umount f g",
    "touch f; $UNSHARE -f --pid=f true; grep -c nsfs /proc/mounts; umount f",
    "touch f; $UNSHARE --uts=f true; $UNSHARE --uts=/mnt/nowhere true; echo $?; umount f",
    // The command itself.
    "$UNSHARE true; echo $?; $UNSHARE sh -c 'exit 3'; echo $?; $UNSHARE nosuch; echo $?; $UNSHARE /tmp; echo $?",
    "echo 'echo \"$0 $1\"' > s; chmod +x s; $UNSHARE ./s a; $UNSHARE ./s; PATH=/mnt/work:$PATH $UNSHARE s b",
    "echo x > s; $UNSHARE ./s; echo $?; $UNSHARE ''; echo $?; $UNSHARE ./s/x; echo $?", "SHELL=/bin/echo $UNSHARE -u",
    "echo 'echo $0' | $UNSHARE -u", "$UNSHARE -u -- echo -f --pid", "$UNSHARE -u echo -m",
    "mkdir d; cd d; rmdir ../d; $UNSHARE -um true; echo $?", "$UNSHARE -u env A=b sh -c 'echo $A $PATH'",
  ])
  func asRoot(script: String) throws {
    try compare(script, as: .root)
  }

  @Test(arguments: [
    "for k in mount uts ipc net user cgroup time; do $UNSHARE --$k sh -c \"$KINDS\"; echo $?; done",
    "$UNSHARE -rmuinC sh -c \"$KINDS; id -u\"", "$UNSHARE -rfp --mount-proc sh -c 'echo $$; id'", "$UNSHARE -c id",
    "$UNSHARE -cm --keep-caps grep -E 'Cap(Eff|Amb)' /proc/self/status", "$UNSHARE -ru hostname inside; hostname",
    "$UNSHARE -U --setgroups allow cat /proc/self/setgroups; echo $?", "$UNSHARE --map-users 0,0,10 true; echo $?",
    "$UNSHARE -rR / id -u", "$UNSHARE -S 0 id; echo $?", "$UNSHARE -G 0 id; echo $?", "$UNSHARE -R / true; echo $?",
    "$UNSHARE -rfT --boottime 5 cat /proc/self/timens_offsets", "$UNSHARE -rp --mount-proc true; echo $?",
  ])
  func asNobody(script: String) throws {
    try compare(script, as: .nobody)
  }

  /// Where a person reads why, the sentence is the same too.
  @Test(arguments: [
    "$UNSHARE nosuch", "$UNSHARE /tmp", "$UNSHARE --nosuch", "$UNSHARE -x", "$UNSHARE --propagation",
    "$UNSHARE --propagation sideways true", "$UNSHARE --setgroups perhaps true", "$UNSHARE -S abc true",
    "$UNSHARE --map-user=nosuchuser true", "$UNSHARE --kill-child=NOSUCH true",
    "$UNSHARE --kill-child=9 true", "$UNSHARE -r --setgroups=allow true", "$UNSHARE -R /mnt/nowhere true",
    "$UNSHARE -m --mount-proc=/mnt/nowhere true", "$UNSHARE --fork=x true", "$UNSHARE -S",
  ])
  func saysTheSame(script: String) throws {
    let (theirs, ours) = (try outcome(of: script, with: .utilLinux), try outcome(of: script, with: .own))
    #expect(ours.status == theirs.status)
    // The C library begins a sentence about an option with the program's whole path.
    let path = Tools.utilLinux.rawValue + "/"
    #expect(ours.error == (theirs.error.hasPrefix(path) ? String(theirs.error.dropFirst(path.count)) : theirs.error))
  }

  private func compare(_ script: String, as user: ScriptUser) throws {
    let theirs = try outcome(of: script, with: .utilLinux, as: user)
    let ours = try outcome(of: script, with: .own, as: user)
    #expect(ours.status == theirs.status, "\(ours.error)")
    #expect(ours.output == theirs.output, "\(ours.error)")
    #expect(ours.error.isEmpty == theirs.error.isEmpty, "ours: \(ours.error) theirs: \(theirs.error)")
  }
}
