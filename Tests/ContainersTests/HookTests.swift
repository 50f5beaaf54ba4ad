// The hooks of a container: when each runs, where, and what its failure does.

import Containers
import Linux
import Testing
import struct SystemPackage.FilePath

@Suite(.enabled(if: TestBundle.isPossible))
struct HookTests {
  /// A hook that notes its kind, the host name that it sees, and the status that it is told.
  private func note(_ kind: String, _ bundle: TestBundle, log: String, tail: String = "") -> String {
    let script = "busybox echo \(kind) $(busybox hostname) $(busybox sed 's/.*status...//; s/.,.*//') >> \(log)\(tail)"
    let busybox = kind == "startContainer" ? "/bin/busybox" : bundle.file("rootfs/bin/busybox").string
    let text = script.replacing("busybox ", with: busybox + " ")
    return #""\#(kind)":[{"path":"\#(busybox)","args":["busybox","sh","-c","\#(text)"]}]"#
  }

  @Test func `run in their order, each in its namespaces, and are told the state`() throws {
    // spec: config.hooks.state config.hooks.prestart config.hooks.createruntime config.hooks.createcontainer
    // spec: config.hooks.startcontainer config.hooks.poststart config.hooks.poststop
    let bundle = try TestBundle("hooks")
    let log = bundle.file("rootfs/log").string
    let outside = ["prestart", "createRuntime", "createContainer", "poststart", "poststop"]
    let hooks = outside.map { note($0, bundle, log: log) } + [note("startContainer", bundle, log: "/log")]
    try bundle.configure(["true"], more: ",\"hooks\":{\(hooks.joined(separator: ","))}")
    #expect(try bundle.run() == .exited(0))
    let host = try #require(
      String(decoding: try FileDescriptor.open("/proc/sys/kernel/hostname").readAll(), as: UTF8.self)
        .split(separator: "\n").first)
    #expect(
      bundle.content("rootfs/log") == """
        prestart \(host) created
        createRuntime \(host) created
        createContainer inside created
        startContainer inside created
        poststart \(host) running
        poststop \(host) stopped

        """)
  }

  @Test(arguments: ["prestart", "createRuntime", "createContainer"])
  func `that fail before the container is made undo it`(kind: String) throws {
    // spec: runtime.lifecycle.hookfails
    let bundle = try TestBundle("fail-\(kind)")
    let log = bundle.file("log").string
    let hooks = [note(kind, bundle, log: log, tail: "; exit 4"), note("poststop", bundle, log: log)]
    try bundle.configure(["true"], more: ",\"hooks\":{\(hooks.joined(separator: ","))}")
    let error = try #require(throws: ContainerError.self) { try bundle.store.create(bundle.request) }
    #expect("\(error)".hasPrefix("error running \(kind) hook #0"))
    #expect("\(error)".contains("exit status 4"))
    #expect(try #require(bundle.content("log")).contains("poststop"))
    try bundle.expectNothingLeft()
  }

  @Test func `that fail before the start end the container`() throws {
    // spec: runtime.lifecycle.hookfails
    let bundle = try TestBundle("fail-start")
    try bundle.configure(
      ["true"], more: ",\"hooks\":{\(note("startContainer", bundle, log: "/log", tail: "; exit 5"))}")
    let container = try bundle.store.create(bundle.request)
    let error = try #require(throws: ContainerError.self) { try container.start() }
    #expect("\(error)".contains("exit status 5"))
    #expect(try container.status() == .stopped)
    _ = try bundle.wait(for: container)
    try container.delete()
    try bundle.expectNothingLeft()
  }

  @Test func `are ended when their time is over`() throws {
    let bundle = try TestBundle("timeout")
    let busybox = bundle.file("rootfs/bin/busybox").string
    let hook = #"{"path":"\#(busybox)","args":["busybox","sleep","100"],"timeout":1}"#
    try bundle.configure(["true"], more: ",\"hooks\":{\"createRuntime\":[\(hook)]}")
    let error = try #require(throws: ContainerError.self) { try bundle.store.create(bundle.request) }
    #expect("\(error)".contains("timeout of 1 s"))
    try bundle.expectNothingLeft()
  }
}
