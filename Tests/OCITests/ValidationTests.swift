// Each wrong value is named by its path, in words that say what it should be.

import Fuzzing
import OCI
import Testing

@Suite struct ValidationTests {
  /// A configuration that is right, and whose parts the cases replace.
  private static let right = """
    {"ociVersion":"1.3.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["sh"]},"linux":{"namespaces":[\
    {"type":"mount"},{"type":"uts"},{"type":"user"},{"type":"network"},{"type":"ipc"},{"type":"time"}]}}
    """

  private static func described(_ text: String) -> String {
    do throws(SpecificationError) {
      _ = try Specification(json: Array(text.utf8))
      return "right"
    } catch {
      return "\(error.path): \(error.problem)"
    }
  }

  /// The configuration with some text put in place of another.
  private static func with(_ part: String, _ other: String) -> String {
    guard let range = right.firstRange(of: part) else { return "no such part: \(part)" }
    return right.prefix(upTo: range.lowerBound) + other + right.suffix(from: range.upperBound)
  }

  @Test func acceptsWhatIsRight() {
    #expect(Self.described(Self.right) == "right")
  }

  @Test(arguments: [
    // spec: config.version.semver
    ("ociVersion: must be a version such as 1.2.0, not \"1.0\"", #""ociVersion":"1.3.0""#, #""ociVersion":"1.0""#),
    ("ociVersion: only versions 1 are supported, not 2.0.0", "1.3.0", "2.0.0"), ("right", "1.3.0", "1.0.2-dev"),
    ("ociVersion: is required", #""ociVersion":"1.3.0","#, ""),
    ("ociVersion: must be a string, not a number", #""1.3.0""#, "1.3"),
    // spec: config.root.required config.root.path.required
    ("root: is required", #""root":{"path":"rootfs"},"#, ""), ("root.path: is required", #"{"path":"rootfs"}"#, "{}"),
    // spec: config.process.cwd.absolute config.process.args.one
    ("process.cwd: must be an absolute path, not \"tmp\"", #""cwd":"/""#, #""cwd":"tmp""#),
    ("process.cwd: is required", #""cwd":"/","#, ""), ("process.args: must name a program", #"["sh"]"#, "[]"),
    ("process.args[0]: must be a string, not a number", #"["sh"]"#, "[1]"),
    ("process.args: must be an array, not a string", #"["sh"]"#, #""sh""#),
    ("process.args[0]: must not hold a NUL character", #""sh""#, #""s\u0000h""#),
  ])
  func namesThePlaceOfWhatIsWrong(_ message: String, _ part: String, _ other: String) {
    #expect(Self.described(Self.with(part, other)) == message)
  }

  /// Members that are put into the process section.
  @Test(arguments: [
    // spec: config.process.rlimits.known config.process.rlimits.duplicate
    (
      "process.rlimits[0].type: \"RLIMIT_X\" is not known; known are: RLIMIT_AS",
      #""rlimits":[{"type":"RLIMIT_X","soft":1,"hard":1}]"#
    ),
    (
      "process.rlimits[1].type: RLIMIT_AS is given twice",
      #""rlimits":[{"type":"RLIMIT_AS","soft":1,"hard":1},{"type":"RLIMIT_AS","soft":1,"hard":2}]"#
    ),
    (
      "process.rlimits[0].soft: must not be greater than hard (1)",
      #""rlimits":[{"type":"RLIMIT_AS","soft":2,"hard":1}]"#
    ), ("process.rlimits[0].hard: is required", #""rlimits":[{"type":"RLIMIT_AS","soft":2}]"#),
    ("process.oomScoreAdj: must be between -1000 and 1000", #""oomScoreAdj":1001"#),
    ("process.scheduler.policy: is required", #""scheduler":{"nice":1}"#),
    ("process.scheduler.nice: must be between -20 and 19", #""scheduler":{"policy":"SCHED_OTHER","nice":20}"#),
    ("process.scheduler.priority: must be between 1 and 99", #""scheduler":{"policy":"SCHED_RR"}"#),
    (
      "process.scheduler: runtime, deadline and period are for SCHED_DEADLINE alone",
      #""scheduler":{"policy":"SCHED_BATCH","period":1}"#
    ),
    ("process.ioPriority.priority: must be between 0 and 7", #""ioPriority":{"class":"IOPRIO_CLASS_BE","priority":8}"#),
    (
      "process.execCPUAffinity.final: must be a list such as 0-3,7, not \"3-1\"",
      #""execCPUAffinity":{"final":"3-1"}"#
    ), ("process.consoleSize.width: is required", #""consoleSize":{"height":25}"#),
    ("process.user.uid: must be between 0 and 4294967295", #""user":{"uid":-1}"#),
    ("process.user.umask: must be between 0 and 4095", #""user":{"umask":8192}"#),
    ("process.cwd: is given twice", #""cwd":"/x""#), ("right", #""unknown":{"cwd":1,"cwd":2},"unknown":3"#),
    // spec: config.process.capabilities.go
    ("right", #""capabilities":{"bounding":["CAP_NEW"]}"#),
  ])
  func looksAtTheProcess(_ message: String, _ members: String) {
    let text = Self.with(#""args":["sh"]"#, #""args":["sh"],"# + members)
    #expect(Self.described(text).hasPrefix(message))
  }

  /// Members that are put beside the process section.
  @Test(arguments: [
    ("mounts[0].destination: is required", #""mounts":[{}]"#),
    ("mounts[0].source: is required for a bind mount", #""mounts":[{"destination":"/a","options":["rbind"]}]"#),
    // spec: config.mounts.mappings.both
    (
      "mounts[0].gidMappings: is required, as the other is given",
      #""mounts":[{"destination":"/a","uidMappings":[{"containerID":0,"hostID":0,"size":1}]}]"#
    ),
    (
      "hooks.poststop[1].path: must be an absolute path, not \"b\"",
      #""hooks":{"poststop":[{"path":"/a"},{"path":"b"}]}"#
    ),
    // spec: config.hooks.path.absolute config.hooks.timeout.positive
    ("hooks.prestart[0].timeout: must be between 1 and", #""hooks":{"prestart":[{"path":"/a","timeout":0}]}"#),
    ("hooks.createRuntime[0].path: is required", #""hooks":{"createRuntime":[{}]}"#),
    // spec: config.annotations.key.notempty config.annotations.value.string
    ("annotations: a name must not be empty", #""annotations":{"":"a"}"#),
    ("annotations.a: must be a string, not true or false", #""annotations":{"a":true}"#),
    ("annotations[\"a.b\"]: is given twice", #""annotations":{"a.b":"","a.b":""}"#),
    ("hostname: must not be longer than 64 bytes", #""hostname":"\#(String(repeating: "x", count: 65))""#),
    // spec: config.extensibility.ignore
    ("right", #""solaris":{"anything":[1]},"vm":null"#),
  ])
  func looksAtTheWhole(_ message: String, _ members: String) {
    #expect(Self.described(Self.with(#""process""#, members + #","process""#)).hasPrefix(message))
  }

  @Test func asksForNamespacesWhereTheyAreNeeded() {
    let bare = Self.with(#"{"type":"uts"},{"type":"user"},{"type":"network"},{"type":"ipc"},{"type":"time"}"#, "")
      .replacing(#"{"type":"mount"},"#, with: "")
    let cases = [
      ("hostname", #""hostname":"a""#), ("domainname", #""domainname":"a""#),
      ("mounts[0].options", #""mounts":[{"destination":"/a","options":["idmap"]}]"#),
    ]
    for (place, members) in cases {
      let text = bare.replacing(#""process""#, with: members + #","process""#)
      #expect(Self.described(text).hasPrefix(place + ": "), "\(members)")
    }
    let linux = [
      ("linux.maskedPaths", #""maskedPaths":["/a"]"#), ("linux.timeOffsets", #""timeOffsets":{"boottime":{"secs":1}}"#),
      (
        "linux.uidMappings",
        #""uidMappings":[{"containerID":0,"hostID":0,"size":1}],"gidMappings":[{"containerID":0,"hostID":0,"size":1}]"#
      ),
      ("linux.netDevices", #""netDevices":{"eth0":{}}"#), (#"linux.sysctl["net.a"]"#, #""sysctl":{"net.a":"1"}"#),
    ]
    for (place, members) in linux {
      let text = bare.replacing(#""linux":{"#, with: #""linux":{"# + members + ",")
      #expect(Self.described(text).hasPrefix(place + ": "), "\(members): \(Self.described(text))")
    }
  }
}
