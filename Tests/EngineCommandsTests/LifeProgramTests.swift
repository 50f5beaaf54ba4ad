// The life of a container through the program: which state each verb wants, what it undoes, and what it warns of.

import Linux
import Testing

@Suite(.enabled(if: EngineBundle.isPossible)) struct LifeProgramTests {
  private let bundle: EngineBundle

  init() throws {
    bundle = try EngineBundle()
  }

  @Test func nobodyWaitsForWhatIsBroken() throws {
    let kinds = ["device", "directory", "empty", "fifo", "huge", "link", "loop", "none", "socket", "text", "zero"]
    let outcome = try bundle.script(
      """
      kinds='\(kinds.joined(separator: " "))'; for k in $kinds; do mkdir -p state/$k; done
      mknod state/device/state.json c 1 5; mkdir -p state/directory/state.json/deep; touch state/directory/state.json/deep/file
      : > state/empty/state.json; mkfifo state/fifo/state.json; truncate -s 100G state/huge/state.json
      ln -s nowhere state/link/state.json; ln -s state.json state/loop/state.json; ln -s /dev/zero state/zero/state.json
      (cd state/socket && python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("state.json")'); echo '{' > state/text/state.json
      timeout 10 $o list -q; timeout 10 $o list -f json | jq -r '.[].status' | uniq -c | tr -s ' '
      for k in $kinds; do timeout 10 $o state $k | jq -r .status; timeout 10 $o delete -f $k || echo $k stays; done; ls state
      """)
    let states = [" \(kinds.count) stopped"] + kinds.map { _ in "stopped" }
    #expect(outcome.output.split(separator: "\n").map(String.init) == kinds + states, "\(outcome)")
  }

  @Test func nobodyWaitsForABrokenConfiguration() throws {
    let outcome = try bundle.script(
      """
      does true; for k in fifo zero; do
        $o create $id < /dev/null > log 2>&1; rm state/$id/config.json
        case $k in fifo) mkfifo state/$id/config.json ;; zero) ln -s /dev/zero state/$id/config.json ;; esac
        timeout 10 $o start $id 2>&1 | told; timeout 10 $o state $id | jq -r .status; timeout 10 $o delete -f $id; echo $?
      done; ls state
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 6, "\(outcome)")
    #expect(lines[0].contains("is no file") && lines[3] == lines[0], "\(outcome)")
    #expect(lines[1...2] == ["created", "0"] && lines[4...5] == ["created", "0"], "\(outcome)")
  }

  /// Neither a record that its owner may not read nor something that is no directory keeps the name for ever.
  @Test(.enabled(if: isInstalled("setpriv"))) func whatCannotBeReadIsRemovedByForce() throws {
    let outcome = try bundle.script(
      """
      chmod 755 $b; mkdir -p own/closed; echo '{}' > own/closed/state.json; touch own/file; ln -s / own/link
      chmod 000 own/closed/state.json; chown -R -h 12345:12345 own; cp \(runtimePath) runtime
      as() { setpriv --reuid 12345 --regid 12345 --clear-groups $b/runtime --root $b/own "$@"; }
      as state closed 2>&1 | told; as delete closed 2>&1 | told; for k in closed file link; do as delete -f $k; echo $?; done
      ls own; ls -d /bin
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 6, "\(outcome)")
    #expect(lines[0].contains("EACCES") && lines[1].contains("EACCES"), "\(outcome)")
    #expect(Array(lines[2...]) == ["0", "0", "0", "/bin"], "\(outcome)")
  }

  @Test func anotherContainerOfTheNameStays() throws {
    let outcome = try bundle.script(
      """
      does 'sleep 60'; $o run $id < /dev/null & runner=$!
      status() { $o state $id 2> /dev/null | jq -r .status; }
      until [ "$(status)" = running ]; do sleep 0.05; done
      kill -STOP $runner; $o kill $id KILL; until [ "$(status)" = stopped ]; do sleep 0.05; done
      $o delete $id; $o create $id < /dev/null; kill -CONT $runner; wait $runner; echo $?; status
      """)
    #expect(outcome.output == "137\ncreated\n", "\(outcome)")
  }

  @Test func eachVerbWantsAName() throws {
    // spec: runtime.state.noid runtime.create.noid runtime.start.noid runtime.kill.noid runtime.delete.noid
    // spec: runtime.state.unknown config.root.path.exists
    let outcome = try bundle.script(
      """
      for v in state create start kill delete; do $o $v > out 2> err && echo $v succeeds; grep -c . err; done
      $o state nosuch > out 2>&1 && echo there is none
      (cd / && $o create $id 2>&1 < /dev/null | told); edit '.root.path = "nowhere"'; $o create $id 2>&1 < /dev/null | told
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.prefix(5).allSatisfy { $0 != "0" && Int($0) != nil } && lines.count == 7, "\(outcome)")
    #expect(lines.suffix(2).allSatisfy { $0.contains("No such file") }, "\(outcome)")
  }

  @Test func wrongStatesSayWhichIsNeeded() throws {
    // spec: runtime.scope runtime.state.pid runtime.create.applies runtime.delete.reuse
    let outcome = try bundle.script(
      """
      does 'trap "exit 0" TERM; sleep 60 & wait'; says() { "$@" 2>&1 < /dev/null | told; }
      $o create $id < /dev/null > out 2>&1; $o state $id | jq -r '.status, (.pid > 0)'; $o exec $id hostname
      says $o resume $id
      $o start $id; $o state $id | jq -r .status; says $o start $id; says $o delete $id; says $o create $id
      $o pause $id; $o state $id | jq -r .status; says $o exec $id true; says $o pause $id; says $o start $id; $o resume $id
      $o kill $id TERM; until [ $($o state $id | jq -r .status) = stopped ]; do sleep 0.05; done; $o state $id | jq .pid
      says $o start $id; says $o kill $id TERM; says $o exec $id true; says $o pause $id; says $o ps $id; says $o update --pids-limit 5 $id
      $o delete $id; $o create $id < /dev/null && $o delete $id
      """)
    #expect(
      outcome.output
        == """
        created
        true
        pangaea-oci
        "container not paused: it is created"
        running
        "cannot start an already running container"
        "cannot delete container NAME that is not stopped: running"
        "container with given ID already exists: NAME"
        paused
        "exec failed: cannot exec in a paused container (use --ignore-paused to override)"
        "container not running: it is paused"
        "cannot start a container in the paused state"
        0
        "cannot start a container that has stopped"
        "container not running: it is stopped"
        "exec failed: cannot exec in a stopped container"
        "container not running: it is stopped"
        "container not running: it is stopped"
        "container not running: it is stopped"

        """.replacing("NAME", with: try name(outcome)), "\(outcome)")
  }

  /// The name that the last script gave its container, as one of its lines says.
  private func name(_ outcome: Outcome) throws -> String {
    let line = try #require(outcome.output.split(separator: "\n").first { $0.contains("already exists: ") })
    return String(line.split(separator: " ").last?.dropLast() ?? "")
  }

  @Test func whatWasMadeFromIsKept() throws {
    // spec: runtime.lifecycle.configuration runtime.delete.others runtime.start.noprocess config.root.path.relative
    let outcome = try bundle.script(
      """
      does 'echo first'; $o create $id < /dev/null > out 2>&1; does 'echo second'; $o start $id; sleep 0.3; cat out; $o delete -f $id
      mkdir data; touch data/file; edit '.mounts += [{destination: "/made/here", type: "bind", source: "data", options: ["bind"]}]'
      $o run $id; ls data; edit 'del(.process)'
      $o create $id < /dev/null && $o start $id 2>&1 | told; $o state $id | jq -r .status
      """)
    #expect(
      outcome.output
        == "first\nsecond\nfile\n\"invalid configuration: process: is required to start the container\"\ncreated\n",
      "\(outcome)")
  }

  @Test func warningsChangeNothing() throws {
    // spec: runtime.warnings.continue runtime.lifecycle.poststopfails config.process.capabilities.warning
    // spec: config.hooks.order
    let outcome = try bundle.script(
      """
      edit --arg b $b '.process.capabilities.bounding += ["CAP_NO_SUCH"] | .hooks = {poststop: [
        {path: ($b + "/rootfs/bin/sh"), args: ["sh", "-c", "echo 1 >> " + $b + "/order; exit 3"]},
        {path: ($b + "/rootfs/bin/sh"), args: ["sh", "-c", "echo 2 >> " + $b + "/order"]},
        {path: ($b + "/rootfs/bin/sh"), args: ["sh", "-c", "echo 3 >> " + $b + "/order"]}]}'
      does 'echo runs'; $o run $id 2> err; echo $?; cat order; told err | sed 's/ hook #0.*exit status/ … exit status/'; $o list -q
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.prefix(5) == ["runs", "0", "1", "2", "3"] && lines.count == 7, "\(outcome)")
    #expect(lines[5].contains("process.capabilities.bounding: CAP_NO_SUCH"), "\(outcome)")
    #expect(lines[6].contains("poststop … exit status 3"), "\(outcome)")
  }

  @Test func theLogHasWhatWasAskedFor() throws {
    let outcome = try bundle.script(
      """
      edit '.process.capabilities.bounding += ["CAP_NO_SUCH"]'; does true
      count() { $o "$@" run $id 2> err < /dev/null; echo $(grep -c level=warning err) $(grep -c 'level=debug.*execve(' err); }
      count --log-level=warning; count --log-level=error; count --debug; count --log-level=debug
      $o --log-level=error start nosuch 2>&1 | grep -c level=error; $o --log-level=some list 2>&1 | grep -c invalid
      """)
    #expect(outcome.output == "1 0\n0 0\n1 1\n1 1\n1\n1\n", "\(outcome)")
  }

  @Test func withoutAnyNamespaceItsRootIsItsOwn() throws {
    let outcome = try bundle.script(
      """
      edit 'del(.hostname, .linux.maskedPaths, .linux.readonlyPaths) | .mounts = [] | .linux.namespaces = []
        | .hooks = {startContainer: [{path: "/bin/sh", args: ["sh", "-c", "pwd > /hook; ls -d /bin/busybox >> /hook"]}]}'
      does 'sleep 60'; $o run -d $id < /dev/null > out 2>&1; cat rootfs/hook; $o exec $id ls -d /bin/busybox; $o delete -f $id
      grep -c $b /proc/self/mountinfo
      """)
    #expect(outcome.output == "/\n/bin/busybox\n/bin/busybox\n0\n", "\(outcome)")
  }

  @Test func aStarterThatWasKilledLeavesNoLie() throws {
    let outcome = try bundle.script(
      """
      does 'sleep 60'; $o create $id < /dev/null > out 2>&1; cp -a state/$id kept; $o start $id
      cp -a kept/gate state/$id/; $o state $id | jq -r .status; $o start $id 2>&1 | told
      """)
    #expect(outcome.output == "running\n\"cannot start an already running container\"\n", "\(outcome)")
  }
}
