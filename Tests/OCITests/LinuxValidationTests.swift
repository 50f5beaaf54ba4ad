// The linux section: each wrong value is named by its path.

import OCI
import Testing

@Suite struct LinuxValidationTests {
  private static func described(_ members: String) -> String {
    let text = """
      {"ociVersion":"1.3.0","root":{"path":"rootfs"},"linux":{"namespaces":[{"type":"mount"},{"type":"uts"},\
      {"type":"user"},{"type":"network"},{"type":"ipc"},{"type":"time"}],\(members)}}
      """
    do throws(SpecificationError) {
      _ = try Specification(json: Array(text.utf8))
      return "right"
    } catch {
      return "\(error.path): \(error.problem)".replacing("linux.", with: "", maxReplacements: 1)
    }
  }

  @Test(arguments: [
    // spec: linux.mappings.fields
    ("uidMappings[0].size: is required", #""uidMappings":[{"containerID":0,"hostID":0}]"#),
    (
      "uidMappings[1].containerID: the range overlaps that of linux.uidMappings[0]",
      #""uidMappings":[{"containerID":0,"hostID":0,"size":2},{"containerID":1,"hostID":9,"size":1}]"#
    ), ("gidMappings[0].size: must be greater than 0", #""gidMappings":[{"containerID":0,"hostID":0,"size":0}]"#),
    (
      "uidMappings[0].hostID: the range must end below 4294967296",
      #""uidMappings":[{"containerID":0,"hostID":4294967295,"size":2}]"#
    ), ("gidMappings: is required, as the other is given", #""uidMappings":[{"containerID":0,"hostID":0,"size":1}]"#),
    ("timeOffsets.realtime: there is no such name here", #""timeOffsets":{"realtime":{}}"#),
    (
      "timeOffsets.boottime.nanosecs: must be between 0 and 999999999",
      #""timeOffsets":{"boottime":{"nanosecs":1000000000}}"#
    ),
    // spec: linux.devices.type linux.devices.numbers
    ("devices[0].type: \"x\" is not known; known are: c, u, b, p", #""devices":[{"path":"/a","type":"x"}]"#),
    ("devices[0].minor: is required", #""devices":[{"path":"/a","type":"c","major":1}]"#),
    ("right", #""devices":[{"path":"/a","type":"p"}]"#),
    ("devices[0].path: must be an absolute path, not \"a\"", #""devices":[{"path":"a","type":"p"}]"#),
    ("netDevices.eth0.name: \"a/b\" is not the name of a network interface", #""netDevices":{"eth0":{"name":"a/b"}}"#),
    ("netDevices.b.name: \"c\" is given to two interfaces", #""netDevices":{"a":{"name":"c"},"b":{"name":"c"}}"#),
    // spec: linux.cgroups.path.invalid
    ("cgroupsPath: must not go up by ..", #""cgroupsPath":"/a/../../b""#),
    ("rootfsPropagation: \"x\" is not known; known are: shared", #""rootfsPropagation":"x""#),
    (
      "sysctl[\"kernel.panic\"]: belongs to no namespace, and would change the host's",
      #""sysctl":{"kernel.panic":"1"}"#
    ),
    ("sysctl[\"net/../kernel/panic\"]: is not the name", #""sysctl":{"net/../kernel/panic":"1"}"#),
    ("right", #""sysctl":{"net.ipv4.ip_forward":"1","kernel.shmmax":"1","fs.mqueue.msg_max":"1"}"#),
    // spec: linux.maskedpaths.absolute linux.readonlypaths.absolute
    ("maskedPaths[1]: must be an absolute path, not \"b\"", #""maskedPaths":["/a","b"]"#),
    ("readonlyPaths[0]: must be an absolute path, not \"b\"", #""readonlyPaths":["b"]"#),
    ("personality.domain: is required", #""personality":{}"#),
    ("personality.flags: there are no flags yet", #""personality":{"domain":"LINUX","flags":["A"]}"#),
    // spec: linux.rdt.membw.prefix linux.rdt.newlines
    ("intelRdt.memBwSchema: must begin with MB:", #""intelRdt":{"memBwSchema":"L3:"}"#),
    ("intelRdt.schemata[0]: must be a single line", #""intelRdt":{"schemata":["L3:\n"]}"#),
    ("intelRdt.closID: must be / or the name of a directory", #""intelRdt":{"closID":"../a"}"#),
    ("memoryPolicy.nodes: is required for MPOL_BIND", #""memoryPolicy":{"mode":"MPOL_BIND"}"#),
    ("memoryPolicy.nodes: MPOL_LOCAL has no nodes", #""memoryPolicy":{"mode":"MPOL_LOCAL","nodes":"1"}"#),
  ])
  func looksAtTheSection(_ message: String, _ members: String) {
    #expect(Self.described(members).hasPrefix(message), "\(Self.described(members))")
  }

  @Test(arguments: [
    // spec: linux.namespaces.duplicate linux.namespaces.path.absolute
    (#"{"type":"pid"},{"type":"pid","path":"/a"}"#, "linux.namespaces[1].type: pid is given twice"),
    (#"{"type":"pid","path":"a"}"#, "linux.namespaces[0].path: must be an absolute path, not \"a\""),
    (#"{"type":"net"}"#, "linux.namespaces[0].type: \"net\" is not known; known are: pid, network"),
    (#"{"path":"/a"}"#, "linux.namespaces[0].type: is required"),
  ])
  func looksAtNamespaces(_ namespaces: String, _ message: String) {
    let text = #"{"ociVersion":"1.3.0","root":{"path":"r"},"linux":{"namespaces":[\#(namespaces)]}}"#
    let error = #expect(throws: SpecificationError.self) { try Specification(json: Array(text.utf8)) }
    #expect(error.map { "\($0.path): \($0.problem)".hasPrefix(message) } ?? false)
  }

  @Test(arguments: [
    ("cpu.quota: must be an integer, not a string", #""cpu":{"quota":"1"}"#),
    ("cpu.quota: must be between -9223372036854775808 and", #""cpu":{"quota":9223372036854775808}"#),
    ("cpu.shares: must be an integer, not 1.5", #""cpu":{"shares":1.5}"#),
    // spec: linux.cpu.burst
    ("cpu.burst: must not be greater than quota (10)", #""cpu":{"quota":10,"burst":11}"#),
    ("cpu.cpus: must be a list such as 0-3,7", #""cpu":{"cpus":"0,,1"}"#),
    ("cpu.idle: must be between 0 and 1", #""cpu":{"idle":2}"#),
    ("memory.limit: must be -1 or more", #""memory":{"limit":-2}"#),
    ("memory.swappiness: must be between 0 and 100", #""memory":{"swappiness":101}"#),
    ("pids.limit: must be -1 or more", #""pids":{"limit":-2}"#), ("right", #""pids":{"limit":0}"#),
    // spec: linux.blockio.weightdevice.one
    ("blockIO.weightDevice[0]: must have weight or leafWeight", #""blockIO":{"weightDevice":[{"major":8,"minor":0}]}"#),
    ("blockIO.weight: must be between 10 and 1000", #""blockIO":{"weight":9}"#),
    (
      "blockIO.throttleReadBpsDevice[0].rate: is required",
      #""blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":0}]}"#
    ),
    ("hugepageLimits[0].pageSize: must be a size such as 2MB", #""hugepageLimits":[{"pageSize":"2M","limit":1}]"#),
    // spec: linux.rdma.one
    ("rdma.mlx5_1: must have hcaHandles or hcaObjects", #""rdma":{"mlx5_1":{}}"#),
    ("unified[\"../a\"]: must be the name of a file", #""unified":{"../a":"1"}"#),
    ("devices[0].access: must be made of r, w and m", #""devices":[{"allow":true,"access":"rx"}]"#),
    ("devices[0].allow: is required", #""devices":[{"access":"r"}]"#),
    ("devices[0].major: must be between -1 and", #""devices":[{"allow":true,"major":-2}]"#),
  ])
  func looksAtLimits(_ message: String, _ members: String) {
    let described = Self.described("\"resources\":{\(members)}").replacing("resources.", with: "", maxReplacements: 1)
    #expect(described.hasPrefix(message), "\(described)")
    // The limits by themselves, as `update` reads them.
    let error = Result { try Specification.Resources(json: Array("{\(members)}".utf8)) }
    switch error {
    case .success: #expect(message == "right")
    case .failure(let error): #expect("\(error)".hasPrefix(message), "\(error)")
    }
  }

  @Test(arguments: [
    // spec: linux.seccomp.names.one linux.seccomp.errno.unsupported linux.seccomp.metadata
    ("defaultAction: is required", ""),
    ("defaultAction: \"X\" is not known; known are: SCMP_ACT_KILL", #""defaultAction":"X""#),
    ("defaultAction: SCMP_ACT_NOTIFY would wait", #""defaultAction":"SCMP_ACT_NOTIFY""#),
    ("defaultErrnoRet: SCMP_ACT_ALLOW gives no errno", #""defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1"#),
    (
      "syscalls[0].names: must name a system call",
      #""defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":[],"action":"SCMP_ACT_LOG"}]"#
    ),
    (
      "syscalls[0].errnoRet: SCMP_ACT_LOG gives no errno",
      #""defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","errnoRet":2}]"#
    ),
    (
      "syscalls[0].args[0].index: must be between 0 and 5",
      #""defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}]}]"#
    ),
    (
      "syscalls[0].args[0].op: \"=\" is not known",
      #""defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":5,"value":1,"op":"="}]}]"#
    ),
    ("architectures[0]: \"X\" is not known", #""defaultAction":"SCMP_ACT_ALLOW","architectures":["X"]"#),
    ("flags[0]: \"X\" is not known", #""defaultAction":"SCMP_ACT_ALLOW","flags":["X"]"#),
    ("listenerMetadata: is for use with listenerPath", #""defaultAction":"SCMP_ACT_ALLOW","listenerMetadata":"a""#),
    (
      "listenerPath: is required for SCMP_ACT_NOTIFY",
      #""defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY"}]"#
    ),
  ])
  func looksAtTheFilter(_ message: String, _ members: String) {
    let described = Self.described("\"seccomp\":{\(members)}").replacing("seccomp.", with: "", maxReplacements: 1)
    #expect(described.hasPrefix(message), "\(described)")
  }
}
