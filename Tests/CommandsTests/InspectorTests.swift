// tree, env, inspect and pstree on real processes, in a world of their own that ends with the test.

import JSON
import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Commands

/// Runs a shell script in new user, mount, PID and UTS namespaces with a /proc of their own.
///
/// In the script `$P` is the built program.
private func inWorld(_ script: String) throws -> EndedProgram {
  let absolute =
    pangaeaPath.hasPrefix("/") ? pangaeaPath : try CallingProcess.workingDirectory().string + "/" + pangaeaPath
  return try runOther(
    ["unshare", "-Urmpfu", "--mount-proc", "sh", "-c", "P=\(absolute); " + script],
    environment: ["PATH=/usr/bin:/bin:/usr/sbin", "LANG=C.UTF-8"])
}

/// Whether this machine lets the tests make such a world.
let canMakeWorlds = (try? runOther(["unshare", "-Urmpfu", "--mount-proc", "true"]))?.status == .exited(0)
private let hasHostname = (try? runOther(["hostname", "-V"]))?.status == .exited(0)
private let hasPstree = (try? runOther(["pstree", "-V"]))?.status == .exited(0)
let hasSchemaValidator = (try? runOther(["python3", "-c", "import jsonschema"]))?.status == .exited(0)

@Suite(.enabled(if: canMakeWorlds, "user namespaces with a /proc of their own cannot be made here"))
struct InspectorTests {
  @Test func drawsTheForestOfAWorld() throws {
    let ended = try inWorld("sleep 90 & sleep 90 & $P tree; kill -9 $(jobs -p)")
    #expect(ended.lines.first == "sh 1")
    #expect(ended.text.contains("├─2×[sleep]\n"))
    #expect(ended.text.contains("└─pangaea "))
    #expect(!ended.text.contains("+uts"))
  }

  @Test func marksBorders() throws {
    let ended = try inWorld("unshare -u sleep 90 & unshare -pf --mount-proc sleep 91 & sleep 0.5; $P tree 1")
    #expect(ended.text.contains(" +uts[A]"))
    #expect(ended.text.contains("→1 +pid[A]"))
    #expect(ended.text.contains("\nuts[A] uts:["))
    #expect(ended.text.contains(", 1 process\n"))
  }

  @Test func showsBranchesAndAncestors() throws {
    let ended = try inWorld("sh -c 'sleep 90; :' & sleep 0.3; $P tree -p --ascii $(pgrep -x sleep)")
    #expect(ended.lines.count == 3)
    #expect(ended.lines[0] == "sh 1" && ended.lines[1].hasPrefix("`-sh ") && ended.lines[2].hasPrefix("  `-sleep "))
    let missing = try inWorld("$P tree 1 77777")
    #expect(missing.status == .exited(1))
    #expect(missing.errorText == "pangaea: no process has PID 77777\n")
    #expect(missing.lines.first == "sh 1")
  }

  @Test func showsHostileNamesHarmlessly() throws {
    let ended = try inWorld(
      "d=$(mktemp -d); n=\"$d/$(printf 'a)\\n\\033[31m\\377')\"; cp $(command -v sleep) \"$n\"; \"$n\" 90 & "
        + "sleep 0.5; $P tree; $P tree --json; rm -r $d")
    #expect(ended.text.contains("a)\\n\\e[31m\\xFF "))
    #expect(!ended.output.contains(0x1b) && !ended.output.contains(0xff))
  }

  @Test func showsEnvironments() throws {
    let start = "env -i A=1 B=\"$(printf 'x\\033y')\" A=2 sleep 90 & p=$!; sleep 0.3; "
    #expect(try inWorld(start + "$P env $p").text == "A=2\nB=x\\ey\n")
    #expect(try inWorld(start + "$P env $p -0").text == "A=2\0B=x\u{1b}y\0")
    #expect(try inWorld(start + "$P env $p B").text == "x\\ey\n")
    let unset = try inWorld(start + "$P env $p C; exit $?")
    #expect(unset.text.isEmpty && unset.status == .exited(1))
    let diff = try inWorld(start + "$P env $p --diff").lines
    #expect(diff.contains("+ A=2") && diff.contains { $0.hasPrefix("- PATH=") })
  }

  @Test func followsAVariableDown() throws {
    let ended = try inWorld(
      "V=1 sh -c 'V=2 sh -c \"V=2 sleep 90; :\"; :' & sleep 0.4; $P env $(pgrep -x sleep) --ancestry V")
    let origins = ended.lines.dropFirst().map { $0.split(separator: " ").dropFirst(2).joined(separator: " ") }
    #expect(origins == ["unknown -", "introduced 1", "changed 2", "inherited 2"])
  }

  @Test func readsLargeEnvironmentsAndCommandLines() throws {
    let environment = (0..<100_000).map { Array("V\($0)=x".utf8) }
    let large = Array(repeating: UInt8(ascii: "a"), count: 120_000)
    var program = SystemCallProgram()
    program.append(.execute(["/bin/sleep"], [Array("sleep".utf8), Array("90".utf8)], environment: environment))
    let sleeper = try program.start()
    defer { try? sleeper.pidfd.send(.kill) }
    try sleeper.report.awaitExecution()
    #expect(try runPangaea(["env", "\(sleeper.processID)"]).lines.count == 100_000)
    #expect(try runPangaea(["env", "\(sleeper.processID)", "V99999"]).text == "x\n")
    var shell = SystemCallProgram()
    let arguments = ["sh", "-c", "sleep 90; :"].map { Array($0.utf8) } + Array(repeating: large, count: 9)
    shell.append(.execute(["/bin/sh"], arguments, environment: []))
    let holder = try shell.start()
    defer { try? holder.pidfd.send(.kill) }
    try holder.report.awaitExecution()
    #expect(try runPangaea(["tree", "-a", "\(holder.processID)"]).output.count > 1_000_000)
  }

  @Test func saysWhyAnEnvironmentIsHidden() throws {
    let ended = try runPangaea(["env", "999999999"])
    #expect(ended.errorText == "pangaea: no process has PID 999999999\n")
    #expect(ended.status == .exited(1))
  }

  @Test func marksDepartures() throws {
    let ended = try inWorld(
      "(cd /tmp; umask 077; exec unshare -u sleep 90) & sleep 0.4; $P inspect -d $(pgrep -x sleep)")
    #expect(ended.lines.first?.hasSuffix(" sleep, child of 1 sh") == true)
    #expect(ended.text.contains("* working directory"))
    #expect(ended.text.contains("* umask                     077  (parent: 0"))
    #expect(ended.text.contains("* UTS namespace"))
    #expect(!ended.text.contains("mount namespace"))
  }

  @Test func givesJSONForEachLook() throws {
    let ended = try inWorld("(timeout -s INT 2 $P tree --json --watch 0.2) | head -3")
    #expect(ended.lines.count == 3)
    #expect(ended.lines.allSatisfy { JSONValue(Array($0.utf8))?["processes"] != nil })
  }

  @Test func saysThatProcIsMissing() throws {
    for verb in ["tree", "env 1", "inspect 1"] {
      let ended = try inWorld("mount -t tmpfs none /proc; $P \(verb); exit $?")
      #expect(ended.status == .exited(2))
      #expect(ended.errorText.contains("why: no proc is mounted on /proc"), "\(verb): \(ended.errorText)")
    }
  }

  @Test func setsTheHostnameOfItsWorldAlone() throws {
    let before = try SystemName().hostName
    let ended = try inWorld(
      "$P hostname blue.example && $P hostname && $P hostname -s && hostname; $P hostname 'a b'; exit $?")
    #expect(ended.text == "blue.example\nblue\nblue.example\n")
    #expect(ended.status == .exited(1))
    #expect(ended.errorText.hasPrefix("pangaea: 'a b' is no hostname\n  why: "))
    #expect(try SystemName().hostName == before)
  }

  /// Debian's hostname(1), beside ours, in a world with hosts of its own.
  @Test(
    .enabled(if: hasHostname, "hostname is not installed"),
    arguments: [
      "-d", "-a", "-f", "-s", "-i", "-b", "-bs", "-b green; $H", "green; $H -d",
      "-F /dev/null", "-b -F /dev/null; $H", "-b -F /nowhere; $H", "-F names; $H", "-b -F names; $H", "-y",
      "-by isle; $H -y",
    ])
  func answersAsDebiansHostname(_ words: String) throws {
    let ended = try inWorld(
      """
      mount -t tmpfs none /mnt; cd /mnt; ln -s $P hostname; printf '# none\\n\\nred\\nblue\\n' >names
      printf '127.0.0.2 vm.example.org vm other\\n127.0.0.3 green\\n' >hosts; mount --bind hosts /etc/hosts
      for H in /usr/bin/hostname /mnt/hostname; do
        export H; for name in vm green; do /usr/bin/hostname $name; unshare -u sh -c '$H \(words); echo $?; $H' 2>&1; done
        echo =====
      done
      """)
    let parts = ended.text.replacing("/usr/bin/hostname:", with: "hostname:").split(separator: "=====\n")
    #expect(parts.count == 2 && parts[0] == parts[1], "\(ended.text)\(ended.errorText)")
  }

  @Test(
    .enabled(if: hasPstree, "psmisc is not installed"),
    arguments: [
      "", "-p", "-c", "-n", "-S", "-u", "-T", "-t", "-al", "-s 4", "-sp 4", "-A", "-U", "-G", "-Sp", "-Z", "-g",
      "-pg",
    ])
  func drawsAsPsmiscDoes(_ options: String) throws {
    let world =
      "sleep 90 & sleep 90 & sh -c 'sleep 90 & sleep 91; :' & unshare -u sleep 90 & "
      + "perl -e '$0=\"x\\\\y\"; sleep 90' & sleep 0.6; "
    let ended = try inWorld(
      "d=$(mktemp -d); ln -s $P $d/pstree; \(world) "
        + "a=$(exec pstree \(options)); b=$(exec $d/pstree \(options)); rm -r $d; "
        + "printf '%s\\n=====\\n%s\\n' \"$a\" \"$b\"")
    let parts = ended.text.split(separator: "\n=====\n")
    try #require(parts.count == 2)
    // Each shows itself, under a PID of its own.
    func comparable(_ text: Substring) -> [String] {
      text.split(separator: "\n").map { line in
        guard let name = line.firstRange(of: "pstree") else { return String(line) }
        return String(line[..<name.upperBound])
      }
    }
    #expect(comparable(parts[0]) == comparable(parts[1]))
  }

  @Test(
    .enabled(if: hasSchemaValidator, "the Python module jsonschema is not installed"),
    arguments: [
      ("tree", "tree"), ("tree", "tree -tk"), ("env", "env 1"), ("env", "env 1 PATH"), ("env", "env 1 --ancestry PATH"),
      ("env", "env $s --diff"), ("inspect", "inspect 1 $s"), ("ns", "ns --output-all"),
      ("ns", "ns --json --why $(readlink /proc/$s/ns/uts)"), ("ns", "ns --why $(readlink /proc/$s/ns/uts) -J"),
      ("ps", "ps -eF"),
      ("kill", "kill --tree --dry-run $s"), ("doctor", "doctor"),
      ("cgroup", "cgroup ls"), ("cgroup", "cgroup ls --no-processes"), ("cgroup", "cgroup show"),
      ("plan", "run --plan --json --hostname blue true"), ("plan", "enter $s --plan --json -- true"),
      ("lab", "lab check --format=json S3"),
      ("env", "env $b"), ("env", "env $b X"), ("env", "env $b --diff"), ("env", "env $b --ancestry X"),
      ("inspect", "inspect $b"), ("ns", "ns -p $b --output-all"), ("tree", "tree $b"), ("ps", "ps -p $b -o comm,args"),
      ("kill", "kill --tree --dry-run $b"), ("kill", "kill --tree 999999"), ("tree", "tree 999999"),
      ("tree", "tree $s"),
    ])
  func keepsToItsSchema(_ schema: String, _ command: String) throws {
    let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let words = command.contains("json") ? command : command + " --json"
    let ended = try inWorld(
      "unshare -u sleep 90 & s=$!; n=$(mktemp -d)/$(printf 's\\377'); cp $(command -v sleep) \"$n\"; X=\"$n\" \"$n\" 90 & b=$!; "
        + "sleep 0.3; rm -r \"${n%/*}\"; $P \(words) | python3 -c 'import json, jsonschema, sys; "
        + "jsonschema.validate(json.load(sys.stdin), json.load(open(\"/\(root)/Documentation/schemas/\(schema).json\")))' "
        + "&& echo valid")
    #expect(ended.text == "valid\n")
  }

  @Test func listsTheNamespacesOfTheListedProcessesAlone() throws {
    let ended = try inWorld(
      "unshare -u sleep 90 & sleep 0.3; $P tree --json 999999 2>/dev/null; echo $?; $P tree --json $! | grep -c '\"inode\"'"
    )
    #expect(ended.text.contains("\"namespaces\": []") && ended.text.contains("\"reason\": \"no such process\""))
    #expect(ended.text.hasSuffix("\n1\n1\n"), "\(ended.text)")
  }

  /// The byte 0xff is no UTF-8: it shows as U+FFFD, and is there to be read as it is.
  @Test(arguments: [
    ("env $b X --json", "\"valueBytes\": \"61ff\""), ("env $b --json", "\"valueBytes\": \"61ff\""),
    ("env $b --diff --json", "\"valueBytes\": \"61ff\""), ("ps -p $b -o args --json", "\"argsBytes\": \"7368202d6320"),
    ("inspect $b --json", "61ff\""), ("inspect $b --json", "\"valueBytes\": \"2f6d6e742f61ff\""),
    ("inspect $b --json", "\"parentValueBytes\": \"2f6d6e742f61fe\""),
    ("inspect -d $b", #"/mnt/a\xFF  (parent: /mnt/a\xFE)"#),
    ("ns -p $b -t uts -o +command --json", "\"commandBytes\": \"7368202d6320"),
    ("ns -p $b -t uts -o command", #"sleep 90; : a\xFF"#),
    ("ns -p $b -t uts -o command -r", #"sleep\x2090;\x20:\x20a\xff"#),
    ("ns -P -o nsfs --json", "\"nsfsBytes\": \"2f6d6e742f61ff2f6e73\""), ("ns -P -o nsfs", #"/mnt/a\xFF/ns"#),
    ("ns -P -o holders --json", "\"holdersBytes\": [\n        \"6d6f756e74202f6d6e742f61ff2f6e7320"),
    ("ns --why $(stat -c %i /mnt/a*/ns)", #"  mount /mnt/a\xFF/ns in mnt:["#),
    ("ns --why $(stat -c %i /mnt/a*/ns) --json", "\"holdersBytes\": [\n      \"6d6f756e74202f6d6e742f61ff2f6e7320"),
  ])
  func keepsTheBytesOfWhatIsNotUTF8(_ command: String, _ part: String) throws {
    let ended = try inWorld(
      "x=$(printf 'a\\377'); mount -t tmpfs none /mnt; mkdir /mnt/$x /mnt/$(printf 'a\\376'); touch /mnt/$x/ns; "
        + "unshare --uts=/mnt/$x/ns true; cd /mnt/$(printf 'a\\376'); "
        + "(cd /mnt/$x; X=\"$x\" exec unshare -u sh -c 'sleep 90; :' \"$x\") & b=$!; sleep 0.3; $P \(command)")
    #expect(ended.text.contains(part), "\(ended.text)")
    #expect(!ended.output.contains(0xff) && !ended.output.contains(0xfe))
  }
}
