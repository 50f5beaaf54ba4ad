// The same command lines to util-linux's nsenter and to ours: exit status, output and what came of it are the same.

import Testing

@Suite(.enabled(if: canRunScripts, "needs root and util-linux"), .serialized)
struct NsenterParityTests {
  /// A target `$T` with every kind of namespace of its own, in which the hostname is `inner`.
  private static let target = """
    /usr/bin/unshare -muinpfC --mount-proc sh -c 'hostname inner; cd /usr; A=inner exec sleep 60' & p=$!
    sleep .5; T=$(cat /proc/$p/task/$p/children); T=${T% }
    trap 'kill -9 $T' EXIT

    """

  @Test(arguments: [
    "$NSENTER -t $T -u hostname; hostname | grep -c inner", "$NSENTER --target $T --uts hostname",
    "for k in m u i n C; do $NSENTER -t $T -$k sh -c \"$KINDS\"; done", "$NSENTER -t $T -p sh -c 'echo ok'",
    "$NSENTER -t $T -a sh -c 'hostname; ls -d /proc/[0-9]* | grep -c /1$'", "$NSENTER -a -t $T true; echo $?",
    "$NSENTER -u/proc/$T/ns/uts hostname", "$NSENTER --uts=/proc/$T/ns/uts hostname",
    "$NSENTER -t $T -m -r -w pwd", "$NSENTER -t $T -m -w/ pwd", "$NSENTER -t $T -m -W/usr pwd",
    "$NSENTER -t $T -m --wd=/usr pwd", "$NSENTER -t $T -m -r/ pwd", "$NSENTER -t $T -m --wdns=/nowhere pwd; echo $?",
    "$NSENTER -t $T -u -S 1 -G 2 id", "$NSENTER -t $T -u -G 5 id; $NSENTER -t $T -u -S 5 id",
    "$NSENTER -t $T -p -F sh -c 'echo $$ >/dev/null; echo ok'", "$NSENTER -t $T -p sh -c 'exit 7'; echo $?",
    "$NSENTER -t $T -p sh -c 'kill -TERM $$'; echo $?", "$NSENTER -t $T -u nosuch; echo $?",
    "$NSENTER -t $T -u /tmp; echo $?", "$NSENTER -t 999999 -u true; echo $?", "$NSENTER -u/nowhere true; echo $?",
    "$NSENTER -t $T -U true; echo $?", "$NSENTER -u/dev/null true; echo $?",
    "$NSENTER -t $T -m/proc/$T/ns/uts true; echo $?",
    "mkdir d; cd d; rmdir ../d; $NSENTER -t $T -u true; echo $?", "$NSENTER -t $T -w -W/ -u true; echo $?",
    "for o in -a -m -p -r -w '-u -m' -rU; do $NSENTER -t 0 $o true; echo $?; $NSENTER $o true; echo $?; done",
    "SHELL=/bin/echo $NSENTER -t $T -u", "$NSENTER -t $T -Z -u hostname", "$NSENTER -t $T -u -- hostname -s",
  ])
  func asRoot(script: String) throws {
    try compare(Self.target + script, as: .root)
  }

  /// A world that its owner made without rights.
  private static let ownWorld = """
    /usr/bin/unshare -rmuipf --mount-proc sh -c 'hostname inner; exec sleep 60' & p=$!
    sleep .5; T=$(cat /proc/$p/task/$p/children); T=${T% }
    trap 'kill -9 $T' EXIT

    """

  @Test(arguments: [
    "$NSENTER -t $T -u true; echo $?", "$NSENTER -t $T -U true; echo $?",
    "$NSENTER -t $T -U --preserve-credentials id -u", "$NSENTER -t $T -U -u --preserve-credentials hostname",
    "$NSENTER -t $T -a --preserve-credentials sh -c 'hostname; id -u; ls -d /proc/1'",
    "$NSENTER --user=/proc/$T/ns/user --uts=/proc/$T/ns/uts --preserve-credentials hostname",
    "$NSENTER -t 1 -u true; echo $?", "$NSENTER -t $T -U -m -r --preserve-credentials pwd",
  ])
  func asNobody(script: String) throws {
    try compare(Self.ownWorld + script, as: .nobody)
  }

  /// Root in a world with IDs of its own.
  @Test(arguments: [
    "$NSENTER -t $T -U id", "$NSENTER -t $T -U -S 1 -G 1 id", "$NSENTER -t $T -U -u hostname",
    "$NSENTER --user=/proc/$T/ns/user --uts=/proc/$T/ns/uts hostname", "$NSENTER -t $T -a id -u",
    "$NSENTER -t $T -U --net=/proc/1/ns/net id -u",
  ])
  func intoAUserNamespace(script: String) throws {
    let world = Self.ownWorld.split(separator: "-rmuipf").joined(separator: "--map-root-user --setgroups deny -muipf")
    try compare(world + script, as: .root)
  }

  /// Where a person reads why, the sentence is the same too.
  @Test(arguments: [
    "$NSENTER -t abc true", "$NSENTER -t $T -u nosuch", "$NSENTER -t 999999 -u true", "$NSENTER -m/nowhere true",
    "$NSENTER --user=/proc/self/ns/user true", "$NSENTER -S abc true", "$NSENTER -G abc true", "$NSENTER --nosuch",
    "$NSENTER -t", "$NSENTER -w/ -W/ true", "$NSENTER -r true", "$NSENTER -w/nowhere true",
  ])
  func saysTheSame(script: String) throws {
    let theirs = try outcome(of: Self.target + script, with: .utilLinux)
    let ours = try outcome(of: Self.target + script, with: .own)
    #expect(ours.status == theirs.status)
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
