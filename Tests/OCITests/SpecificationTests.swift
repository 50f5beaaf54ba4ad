// config.json, as engines write it and with every field that there is.

import Fuzzing
import JSON
import OCI
import Testing

@Suite struct SpecificationTests {
  @Test func readsWhatPodmanWrites() throws {
    let specification = try Specification(json: try Corpus.text("config", "podman.json"))
    #expect(specification.root?.path == "/var/lib/example/rootfs")
    #expect(specification.process?.user.umask == 0o22)
    #expect(specification.process?.args == ["/bin/sh", "-c", "sleep 5"])
    #expect(specification.process?.capabilities?.bounding.count == 11)
    #expect(specification.mounts.count == 11)
    #expect(specification.linux?.namespaces.map(\.type) == [.pid, .network, .ipc, .uts, .mount])
    #expect(specification.linux?.resources?.memory?.limit == 64 << 20)
    #expect(specification.linux?.resources?.pids?.limit == 100)
    #expect(specification.linux?.seccomp?.syscalls.count == 22)
  }

  @Test func readsWhatRuntimesWrite() throws {
    for name in ["runc-default.json", "runc-rootless.json", "crun-default.json"] {
      let specification = try Specification(json: try Corpus.text("config", name))
      #expect(specification.mounts.count == 7)
      #expect(specification.process?.args == ["sh"])
    }
  }

  @Test func readsEveryField() throws {
    let all = try Specification(json: try Corpus.text("config", "full.json"))
    #expect(all.process?.consoleSize == Specification.ConsoleSize(height: 25, width: 80))
    #expect(all.process?.args.last == "echo \"hé🌍\"\n")
    #expect(all.process?.rlimits == [Specification.ResourceLimit(type: .openFiles, soft: 1024, hard: .max)])
    #expect(all.process?.scheduler?.period == 3)
    #expect(all.hooks?.byName.map { $0.hooks.map(\.timeout) } == (1...6).map { [$0] })
    #expect(all.linux?.namespaces[1] == Specification.Namespace(type: .network, path: "/run/netns/one"))
    #expect(all.linux?.timeOffsets[.boottime] == Specification.TimeOffset(secs: -604_800))
    #expect(all.linux?.netDevices["eth0"]?.name == "container0")
    #expect(all.linux?.resources?.memory?.checkBeforeUpdate == true)
    #expect(all.linux?.resources?.blockIO?.throttleWriteIOPSDevice.first?.rate == .max)
    #expect(all.linux?.seccomp?.syscalls.first?.args.first?.value == .max)
    #expect(all.linux?.intelRdt?.schemata == ["L3:0=f", "MB:0=20"])
    #expect(all.linux?.memoryPolicy?.flags == [.staticNodes])
  }

  @Test func writesWhatItReads() throws {
    for text in try Corpus("config").texts {
      let specification = try Specification(json: text)
      #expect(try Specification(json: specification.json()) == specification)
    }
  }

  @Test func writesPriorities() throws {
    var specification = Specification.ofShell()
    var scheduler = Specification.Scheduler(policy: .roundRobin)
    scheduler.priority = 7
    specification.process?.scheduler = scheduler
    #expect(try Specification(json: specification.json()) == specification)
  }

  /// A field that is in the text and not in what is written of it has been forgotten on the way.
  @Test func losesNoField() throws {
    let text = try Corpus.text("config", "full.json")
    let original = try #require(JSONValue(text))
    let written = try #require(JSONValue(try Specification(json: text).json()))
    let ignored = ["windows", "x-unknown", "process.user.username", "linux.personality.flags"]
    let fewer = Set(leaves(of: original)).subtracting(leaves(of: written))
    #expect(fewer.filter { leaf in !ignored.contains { leaf.hasPrefix($0) } } == [])
  }

  private func leaves(of value: JSONValue, _ path: String = "") -> [String] {
    switch value {
    case .object(let members):
      members.flatMap { leaves(of: $0.value, path.isEmpty ? $0.key : path + "." + $0.key) } + [path]
    case .array(let elements):
      elements.enumerated().flatMap { leaves(of: $0.element, "\(path)[\($0.offset)]") } + [path]
    default: [path]
    }
  }

  /// runc's own, but for the name of the host and the newer version.
  @Test func makesTheDefaultsOfRunc() throws {
    var ofRunc = try Specification(json: try Corpus.text("config", "runc-default.json"))
    ofRunc.ociVersion = Specification.version
    ofRunc.hostname = "pangaea-oci"
    ofRunc.process?.capabilities?.ambient = []
    #expect(Specification.ofShell() == ofRunc)
    var rootless = try Specification(json: try Corpus.text("config", "runc-rootless.json"))
    rootless.ociVersion = Specification.version
    rootless.hostname = "pangaea-oci"
    rootless.process?.capabilities?.ambient = []
    #expect(Specification.rootlessShell(uid: 0, gid: 0) == rootless)
  }

  @Test func readsAProcessByItself() throws {
    let process = try Specification.Process(json: Array(#"{"cwd":"/tmp","args":["id"],"env":null}"#.utf8))
    #expect(process.args == ["id"])
    let error = #expect(throws: SpecificationError.self) {
      try Specification.Process(json: Array(#"{"cwd":"tmp","args":["id"]}"#.utf8))
    }
    #expect(error?.description == "cwd: must be an absolute path, not \"tmp\"")
  }

  @Test func takesMinusOneOfOldEnginesAsAny() throws {
    let text = #"{"devices":[{"allow":false,"type":"","major":-1,"minor":3,"access":"m"}]}"#
    let rule = try Specification.Resources(json: Array(text.utf8)).devices.first
    #expect(rule?.type == .all)
    #expect(rule?.major == nil)
    #expect(rule?.minor == 3)
  }

  @Test func findsCapabilitiesThatAreNotKnown() {
    var capabilities = Specification.Capabilities()
    capabilities.bounding = ["CAP_KILL", "CAP_NEW"]
    capabilities.ambient = ["CAP_NEW", "CAP_CHOWN", "kill"]
    #expect(capabilities.names(besides: ["CAP_KILL", "CAP_CHOWN"]) == ["CAP_NEW", "kill"])
  }

  @Test func refusesWhatIsTooLong() {
    let error = #expect(throws: SpecificationError.self) {
      try Specification(json: [UInt8](repeating: 0x20, count: Specification.maximumLength + 1))
    }
    #expect(error?.description == "is longer than 16 MiB (16777217 bytes)")
  }
}
