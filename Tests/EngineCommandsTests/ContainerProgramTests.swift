// The process of a container as the program in it finds itself, and the sockets that engines get its descriptors through.

import Linux
import Testing

@Suite(.enabled(if: EngineBundle.isPossible)) struct ContainerProgramTests {
  private let bundle: EngineBundle

  init() throws {
    bundle = try EngineBundle()
  }

  @Test func theProgramFindsItselfAsConfigured() throws {
    // spec: config.process.env config.process.args.search config.process.consolesize.ignored
    // spec: config.process.oomscoreadj.untouched linux.personality config.annotations.unknown
    // spec: linux.filesystems.default runtimelinux.symlinks
    let outcome = try bundle.script(
      """
      edit '.process.user.umask = 7 | .process.ioPriority = {class: "IOPRIO_CLASS_IDLE"} | .process.env += ["LAND=laurasia"]
        | .linux.personality = {domain: "LINUX32"} | .process.consoleSize = {height: 1, width: 2}
        | .annotations = {"org.example": "anything"}'
      does 'umask; ionice; uname -m | grep -c 64; echo $LAND; cat /proc/self/oom_score_adj; ls -d /proc/self /sys /dev/pts /dev/shm
        for l in fd stdin stdout stderr; do readlink /dev/$l; done'
      echo 77 > /proc/self/oom_score_adj; $o run $id
      """)
    #expect(
      outcome.output.split(separator: "\n").map(String.init) == [
        "0007", "idle", "0", "laurasia", "77", "/dev/pts", "/dev/shm", "/proc/self", "/sys", "/proc/self/fd",
        "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2",
      ], "\(outcome)")
  }

  @Test func itIsScheduledAsConfigured() throws {
    // spec: config.process.scheduler
    let outcome = try bundle.script(
      """
      edit '.process.scheduler = {policy: "SCHED_BATCH", nice: 7, flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
      $o create --pid-file pid $id < /dev/null > out 2>&1 || cat out
      chrt -p $(cat pid) | sed -n 's/.*policy: //p'; ps -o ni= -p $(cat pid)
      """)
    #expect(
      outcome.output.split(whereSeparator: \.isWhitespace) == ["SCHED_BATCH|SCHED_RESET_ON_FORK", "7"], "\(outcome)")
  }

  private static let hasTwoProcessors =
    (try? run(["sh", "-c", "grep -qE 'Cpus_allowed_list:.*0-' /proc/self/status && [ $(nproc) -gt 1 ]"]).status)
    == .exited(0)

  @Test(.enabled(if: hasTwoProcessors)) func processorsAreForWhoEnters() throws {
    // spec: config.process.affinity.exec config.process.affinity.init config.process.affinity.final
    let outcome = try bundle.script(
      """
      edit '.process.execCPUAffinity = {initial: "0", final: "1"}'
      list='grep Cpus_allowed_list /proc/self/status'; does "$list > /first; sleep 60"
      $o run -d $id < /dev/null > out 2>&1 || cat out
      $o exec $id $list; grep Cpus_allowed_list /proc/self/status | cmp - rootfs/first
      """)
    #expect(outcome.output == "Cpus_allowed_list:\t1\n", "\(outcome)")
  }

  private static let hasMemoryNodes = (try? run(["cat", "/proc/self/numa_maps"]).status) == .exited(0)

  @Test(.enabled(if: hasMemoryNodes)) func itsMemoryComesFromWhereItIsConfigured() throws {
    // spec: linux.memorypolicy
    let outcome = try bundle.script(
      """
      edit '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}'
      does "cut -d' ' -f2 /proc/self/numa_maps | sort -u"; $o run $id
      """)
    #expect(outcome.output == "bind=static:0\n", "\(outcome)")
  }

  @Test func descriptorsThatAreNotThereAreNotTheRuntimes() throws {
    let outcome = try bundle.script(
      """
      does 'echo $(ls /proc/self/fd)'; touch third; $o run --preserve-fds 2 $id 3< third 2>&1 | told
      LISTEN_FDS=2 $o run $id 3< third; does 'sleep 60'; $o run -d $id < /dev/null 2> /dev/null
      $o exec --preserve-fds 1 $id true 2>&1 | told
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 3, "\(outcome)")
    #expect(lines[0].contains("descriptor 4") && lines[1] == "0 1 2 3 4", "\(outcome)")
    #expect(lines[2].contains("descriptor 3"), "\(outcome)")
  }

  @Test func descriptorsThatAreToStayDo() throws {
    let outcome = try bundle.script(
      """
      does 'cat <&3; echo $(ls /proc/self/fd)'; echo third > third
      $o run --preserve-fds 1 $id 3< third 4< third; $o run $id 3< third
      does 'sleep 60'; $o run -d $id < /dev/null > out 2>&1; $o exec --preserve-fds 1 $id sh -c 'cat <&3' 3< third 4< third
      """)
    #expect(outcome.output.hasPrefix("third\n0 1 2 3 4\n0 1 2 3\nthird\n"), "\(outcome)")
  }

  @Test func theRootIsEnteredWithoutPivotingToo() throws {
    let outcome = try bundle.script(
      """
      does 'pwd; ls -d /bin/busybox; sleep 60'
      $o run --no-pivot -d $id < /dev/null > out 2>&1; sleep 0.3
      $o exec $id ls / | grep -c bin; cat out
      """)
    #expect(outcome.output.hasPrefix("1\n/\n/bin/busybox\n"), "\(outcome)")
  }

  @Test func inTheForegroundItsEndIsToldAndSignalsAreHandedOn() throws {
    let outcome = try bundle.script(
      """
      does 'exit 7'; $o run $id; echo $?
      does 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
      $o run $id > out & until grep -q ready out; do sleep 0.05; done; kill -TERM $!; wait $!; echo $?
      does 'sleep 60'; $o run --pid-file pid $id & until $o exec $id true 2> err; do sleep 0.05; done
      $o exec $id sh -c 'exit 5'; echo $?; $o exec $id sh -c 'kill -USR1 $$'; echo $?
      kill -KILL $(cat pid); wait $!; echo $?
      """)
    #expect(outcome.output == "7\n9\n5\n138\n137\n", "\(outcome)")
  }

  // MARK: Sockets

  @Test func theTerminalIsSentToTheConsoleSocket() throws {
    // spec: config.process.terminal linux.devices.console
    let outcome = try bundle.script(
      """
      edit '.process.terminal = true | .process.consoleSize = {height: 25, width: 81}'
      does 'tty; stty size; echo console > /dev/console; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo three'
      cat > r.py <<'PY'
      \(EngineBundle.receiver)p.wait(); text = b''
      try:
          while True: text += os.read(fds[0], 1000)
      except OSError: pass
      print(text.decode().replace('\\r', ''), end='')
      PY
      python3 r.py $o run -d --console-socket s $id; $o delete -f $id; $o create $id 2>&1 < /dev/null | told
      """)
    #expect(
      outcome.output
        == "/dev/pts/0\n25 81\nconsole\nthree\n\"cannot allocate a terminal without setting a console socket\"\n",
      "\(outcome)")
  }

  @Test func aPidfdIsSentToItsSocket() throws {
    let outcome = try bundle.script(
      """
      does 'sleep 60'
      cat > r.py <<'PY'
      \(EngineBundle.receiver)p.wait(); lines = open('/proc/self/fdinfo/%d' % fds[0]).read().split()
      print(len(fds), lines[lines.index('Pid:') + 1] == open('pid').read(), c.recv(1))
      PY
      python3 r.py $o run -d --pid-file pid --pidfd-socket s $id; rm s; python3 r.py $o exec -d --pid-file pid --pidfd-socket s $id sleep 50
      """)
    #expect(outcome.output == "1 True b''\n1 True b''\n", "\(outcome)")
  }

  @Test func theListenerOfTheFilterIsSentWithTheState() throws {
    // spec: linux.seccomp.listener.once linux.seccomp.state.descriptors linux.seccomp.listener.error
    // spec: linux.seccomp.listener.ignored
    let outcome = try bundle.script(
      """
      edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: "'$b/s'", listenerMetadata: "meta",
        syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY"}]}'
      does 'mkdir /made 2> /dev/null; echo $?'
      cat > r.py <<'PY'
      \(EngineBundle.receiver)state = json.loads(data)
      print(state['fds'], len(fds), state['metadata'], state['state']['status'], state['state']['pid'] == state['pid'], c.recv(1),
            flush=True)
      os.close(fds[0]); p.wait()
      PY
      python3 r.py $o run $id; rm s; $o create $id < /dev/null 2>&1 | told; ls -d state/$id 2>&1 | grep -c "No such"
      edit '.linux.seccomp.syscalls[0].action = "SCMP_ACT_ERRNO"'; $o run $id
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.prefix(2) == ["['seccompFd'] 1 meta creating True b''", "1"], "\(outcome)")
    #expect(lines.dropFirst(2).first?.contains("the seccomp listener") == true, "\(outcome)")
    #expect(lines.suffix(2) == ["1", "1"], "\(outcome)")
  }
}
