// What engines read, as values: lines of the log, states, lists, and command lines as typed.

import CommandDescription
import Containers
import JSON
import Linux
import OCI
import Testing
import struct SystemPackage.FilePath

@testable import EngineCommands

@Suite struct EngineLogTests {
  private func line(_ message: String, _ format: EngineLog.Format) -> String {
    EngineLog.line(.error, message, format, at: Timestamp(nanoseconds: 1_709_251_198_000_000_001))
  }

  @Test func speaksAsRuncDoes() {
    #expect(
      line("container does not exist", .text)
        == "time=\"2024-02-29T23:59:58.000000001Z\" level=error msg=\"container does not exist\"\n")
    #expect(line("bare", .text).hasSuffix(" msg=bare\n"))
    #expect(line("a \"b\"\n", .text).hasSuffix(#"msg="a \"b\"\n""# + "\n"))
  }

  @Test func writesJSON() {
    #expect(
      line("no \"x\"\u{1b}\\", .json)
        == #"{"level":"error","msg":"no \"x\"\u001b\\","time":"2024-02-29T23:59:58.000000001Z"}"# + "\n")
  }
}

@Suite struct FeaturesTests {
  /// A configuration with a member of `linux`, and one of `process`.
  private func isTaken(linux: String = "", process: String = "") -> Bool {
    let text = """
      {"ociVersion":"1.3.0","root":{"path":"r"},"process":{"cwd":"/","args":["a"]\(process)},
       "linux":{"namespaces":[{"type":"network"}]\(linux)}}
      """
    return (try? Specification(json: Array(text.utf8))) != nil
  }

  @Test func whatIsNamedIsTaken() throws {
    // spec: features.linux.capabilities features.linux.memorypolicy features.linux.idmap features.static
    let value = try #require(JSONValue(FeaturesCommand.features.json()))
    let linux = try #require(value["linux"])
    let capabilities = (linux["capabilities"]?.elements ?? []).compactMap(\.text)
    #expect(capabilities.count >= 41)
    for name in capabilities { #expect(Capability(named: name) != nil, "\(name)") }
    let modes = (linux["memoryPolicy"]?["modes"]?.elements ?? []).compactMap(\.text)
    for mode in modes {
      let nodes = ["MPOL_DEFAULT", "MPOL_LOCAL"].contains(mode) ? "" : #","nodes":"0""#
      #expect(isTaken(linux: #","memoryPolicy":{"mode":"\#(mode)"\#(nodes)}"#), "\(mode)")
    }
    for flag in (linux["memoryPolicy"]?["flags"]?.elements ?? []).compactMap(\.text) {
      #expect(isTaken(linux: #","memoryPolicy":{"mode":"MPOL_BIND","nodes":"0","flags":["\#(flag)"]}"#), "\(flag)")
    }
    for flag in (linux["seccomp"]?["knownFlags"]?.elements ?? []).compactMap(\.text) {
      #expect(isTaken(linux: #","seccomp":{"defaultAction":"SCMP_ACT_ALLOW","flags":["\#(flag)"]}"#), "\(flag)")
    }
    #expect(isTaken(linux: #","netDevices":{"a":{}}"#) && linux["netDevices"]?["enabled"]?.truth == true)
    #expect(linux["mountExtensions"]?["idmap"]?["enabled"]?.truth == true)
    #expect(linux["intelRdt"]?["monitoring"]?.truth == true)
    #expect(linux["cgroup"]?["systemdUser"]?.truth == true)
    #expect(modes.count == 7 && value["mountOptions"]?.elements.contains(.text("rro")) == true)
  }

  @Test func theVersionsAreInOrder() {
    // spec: features.version.order
    let features = FeaturesCommand.features
    #expect(features.ociVersionMin.compare(numerically: features.ociVersionMax))
  }
}

extension String {
  /// Whether a version comes before another, or is the same.
  fileprivate func compare(numerically other: String) -> Bool {
    let (own, others) = (split(separator: ".").map { Int($0) ?? 0 }, other.split(separator: ".").map { Int($0) ?? 0 })
    return own == others || own.lexicographicallyPrecedes(others)
  }
}

@Suite struct SummaryTests {
  private var state: ContainerState {
    var state = ContainerState(id: "web", status: .running, pid: 7, bundle: "/b")
    state.ociVersion = "1.2.0"
    state.rootfs = "/b/rootfs"
    state.created = "2024-02-29T23:59:58Z"
    state.annotations = ["b": "2", "a": "1"]
    state.owner = "root"
    return state
  }

  @Test func stateHasTheFieldsOfRunc() {
    // spec: runtime.state.fields
    #expect(
      String(decoding: state.json(isIndented: true), as: UTF8.self) == """
        {
          "ociVersion": "1.2.0",
          "id": "web",
          "pid": 7,
          "status": "running",
          "bundle": "/b",
          "rootfs": "/b/rootfs",
          "created": "2024-02-29T23:59:58Z",
          "annotations": {
            "a": "1",
            "b": "2"
          },
          "owner": "root"
        }

        """)
  }

  @Test func listsAsRuncDoes() {
    #expect(
      ListCommand.table([state]) == """
        ID          PID         STATUS      BUNDLE      CREATED                OWNER
        web         7           running     /b          2024-02-29T23:59:58Z   root

        """)
    #expect(String(decoding: ListCommand.json([]), as: UTF8.self) == "[]\n")
    let one = String(decoding: ListCommand.json([state]), as: UTF8.self)
    #expect(one.hasPrefix(#"[{"ociVersion":"1.2.0","id":"web","pid":7,"#) && one.hasSuffix("}]\n"))
  }

  @Test func leavesTheProcessesOfTheContainerInTheTable() throws {
    let table = Array("UID PID CMD\nroot 1 init\nroot 7 sh -c 1\nroot 11 x\n".utf8)
    let rows = try ProcessesCommand.rows(ofTable: table, [7, 11])
    #expect(String(decoding: rows, as: UTF8.self) == "UID PID CMD\nroot 7 sh -c 1\nroot 11 x\n")
    #expect(throws: EngineFailure("couldn't find PID field in ps output")) {
      try ProcessesCommand.rows(ofTable: Array("CMD\nx\n".utf8), [7])
    }
    #expect(String(decoding: ProcessesCommand.json([7, 11]), as: UTF8.self) == "[7,11]\n")
  }
}

@Suite struct TypedRequestTests {
  private func call(_ arguments: [String]) -> EngineCall {
    EngineCall(arguments: arguments, options: GlobalOptions(), log: EngineLog())
  }

  @Test func readsExec() throws {
    var command = ExecCommand()
    let words = [
      "-d", "-u", "7:8", "-e", "A=1", "--env", "B=2", "-c", "CAP_KILL", "--cwd=/x", "-g", "3", "--preserve-fds", "2",
      "web",
      "sh", "-c", "-x",
    ]
    let operands = try call(words).read(ExecCommand.self, operands: 1...Int.max, stopsAtOperand: true) {
      (option) throws(EngineFailure) in try command.take(option)
    }
    #expect(operands == ["web", "sh", "-c", "-x"])
    #expect(command.isDetached && command.request.userID == 7 && command.request.groupID == 8)
    #expect(command.request.environment == ["A=1", "B=2"] && command.request.capabilities == ["CAP_KILL"])
    #expect(command.request.workingDirectory == "/x" && command.request.additionalGroups == [3])
    #expect(command.request.preservedDescriptors == 2 && command.request.hasTerminal == nil)
  }

  @Test(arguments: [["-t"], ["--tty"], ["--tty=true"], ["-ttrue"]]) func asksForATerminal(_ words: [String]) throws {
    var command = ExecCommand()
    _ = try call(words + ["x"]).read(ExecCommand.self) { (option) throws(EngineFailure) in try command.take(option) }
    #expect(command.request.hasTerminal == true)
  }

  @Test func readsLimits() throws {
    var command = UpdateCommand()
    let words = [
      "--memory", "1g", "--memory-swap", "-1", "--cpu-quota", "-1", "--cpu-share=512", "--cpuset-cpus", "0-1",
      "--pids-limit", "5", "--blkio-weight", "100", "--cpu-idle", "1", "web",
    ]
    let operands = try call(words).read(UpdateCommand.self) { (option) throws(EngineFailure) in try command.take(option)
    }
    #expect(operands == ["web"])
    let resources = command.resources
    #expect(resources.memory?.limit == 1 << 30 && resources.memory?.swap == -1 && resources.memory?.reservation == nil)
    #expect(resources.cpu?.quota == -1 && resources.cpu?.shares == 512 && resources.cpu?.cpus == "0-1")
    #expect(resources.cpu?.idle == 1 && resources.pids?.limit == 5 && resources.blockIO?.weight == 100)
  }

  private static let byteCounts: [(String, Int64?)] = [
    ("1024", 1024), ("1k", 1024), ("2M", 2_097_152), ("1.5g", 1_610_612_736), ("512MiB", 536_870_912), ("10b", 10),
    ("-1", -1), ("1 kb", 1024), ("9223372036854775807", Int64.max), ("", nil), ("x", nil), ("-2", nil), ("1x", nil),
    ("9000000t", nil),
  ]

  @Test(arguments: byteCounts)
  func readsByteCounts(_ text: String, _ bytes: Int64?) {
    #expect(ByteCount.read(text) == bytes)
  }

  private static let wrong: [([String], String)] = [
    (["--nosuch", "x"], "unrecognized option '--nosuch'"), ([], "\"create\" requires exactly 1 argument(s)"),
    (["a", "b"], "\"create\" requires exactly 1 argument(s)"),
    (["--preserve-fds", "-1", "x"], "invalid value \"-1\" for --preserve-fds"),
    (["--bundle"], "option '--bundle' requires an argument"),
  ]

  @Test(arguments: wrong) func refuses(_ words: [String], _ message: String) {
    #expect(throws: EngineFailure(message)) {
      var creation = CreationOptions()
      _ = try call(words).read(CreateCommand.self) { (option) throws(EngineFailure) in try creation.take(option) }
    }
  }

  @Test func readsWhatStandsBeforeTheVerb() throws {
    var options = GlobalOptions()
    let words = [
      "--root=/r", "--log", "file:/l", "--log-format", "json", "--systemd-cgroup", "--rootless=false", "run", "-d",
    ]
    #expect(try options.read(words) == 7)
    #expect(options.root == "/r" && options.logFile == "/l" && options.logFormat == "json")
    #expect(options.cgroupManager == .systemd && options.rootless == .never && options.criu == "criu")
  }
}
