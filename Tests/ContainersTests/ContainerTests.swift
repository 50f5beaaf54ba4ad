// The life of a container, on the kernel.

import Cgroups
import Containers
import Linux
import OCI
import Processes
import Testing
import struct SystemPackage.FilePath

@Suite(.enabled(if: TestBundle.isPossible))
struct ContainerTests {
  @Test func `goes from created to running to stopped, and leaves nothing`() throws {
    // spec: runtime.state.status runtime.start.runs runtime.kill.signal
    // spec: runtime.delete.resources runtime.lifecycle.destroy
    let bundle = try TestBundle("life")
    try bundle.configure(["sleep", "100"])
    var request = bundle.request
    request.pidFile = bundle.file("pid")
    let container = try bundle.store.create(request)
    #expect(try container.status() == .created)
    let process = try #require(try container.record()?.process)
    #expect(bundle.content("pid") == "\(process.processID)")
    #expect(try bundle.store.list() == [container])

    try container.start()
    #expect(try container.status() == .running)
    #expect(try container.processes() == [process.processID])
    try container.pause()
    #expect(try container.status() == .paused)
    try container.resume()
    #expect(try container.status() == .running)

    try container.kill(.kill)
    #expect(try bundle.wait(for: container) == .signaled(.kill))
    #expect(try container.status() == .stopped)
    let cgroup = try #require(try container.record()?.cgroup)
    try container.delete()
    for place in cgroup.places {
      #expect((try? FileDescriptor.workingDirectory.status(of: place.directory)) == nil)
    }
    try bundle.expectNothingLeft()
  }

  @Test func `says which state is needed`() throws {
    // spec: runtime.create.duplicate runtime.start.wrongstate runtime.kill.wrongstate
    // spec: runtime.delete.wrongstate runtime.state.id.unique
    let bundle = try TestBundle("states")
    try bundle.configure(["sleep", "100"])
    let container = try bundle.store.create(bundle.request)
    #expect(throws: ContainerError.exists(bundle.name)) { try bundle.store.create(bundle.request) }
    #expect(throws: ContainerError.wrongState("container not paused: it is created")) { try container.resume() }
    try container.start()
    #expect(throws: ContainerError.wrongState("cannot start an already running container")) { try container.start() }
    #expect(throws: ContainerError.self) { try container.delete() }
    try container.kill(.kill)
    _ = try bundle.wait(for: container)
    #expect(throws: ContainerError.wrongState("cannot start a container that has stopped")) { try container.start() }
    #expect(throws: ContainerError.wrongState("container not running: it is stopped")) {
      try container.kill(.terminate)
    }
    #expect(throws: ContainerError.wrongState("cannot exec in a stopped container")) {
      _ = try container.execute(ExecutionRequest(), isDetached: true)
    }
    try container.delete()
    #expect(throws: ContainerError.doesNotExist(bundle.name)) { try container.delete() }
    try container.delete(force: true)
  }

  @Test func `takes everything back when a mount fails`() throws {
    // spec: runtime.errors.unchanged runtime.lifecycle.environment
    let bundle = try TestBundle("undo")
    try bundle.configure(
      ["true"], mounts: #",{"destination":"/x","type":"bind","source":"/nowhere/at/all","options":["bind"]}"#)
    #expect(throws: ContainerError.self) { try bundle.store.create(bundle.request) }
    try bundle.expectNothingLeft()
  }

  @Test func `takes everything back when the last step fails`() throws {
    // spec: runtime.errors.unchanged
    let bundle = try TestBundle("last")
    try bundle.configure(["true"])
    var request = bundle.request
    request.pidFile = "/nowhere/at/all/pid"
    #expect(throws: ContainerError.self) { try bundle.store.create(request) }
    try bundle.expectNothingLeft()
  }

  @Test func `shows nothing that the runtime has open`() throws {
    // spec: runtimelinux.descriptors
    let bundle = try TestBundle("open")
    try bundle.configure(["sh", "-c", "ls /proc/self/fd > /out"])
    let container = try bundle.store.create(bundle.request)
    let first = try #require(try container.record()?.process?.processID)
    let names = try FileDescriptor.open(FilePath("/proc/\(first)/fd"), .directory).entryNames()
    // The gate, besides the standard streams.
    #expect(names.count == 4)
    try container.start()
    _ = try bundle.wait(for: container)
    // The last is that of the directory itself.
    #expect(bundle.content("rootfs/out")?.split(separator: "\n").count == 4)
    try container.delete()
  }

  @Test func `sets the home directory of the user from the container's accounts`() throws {
    let bundle = try TestBundle("home")
    try makeDirectory(bundle.file("rootfs/etc"))
    try FileDescriptor.open(bundle.file("rootfs/etc/passwd"), [.writeOnly, .create])
      .write("ann:x:7:7::/home/ann:/bin/sh\nroot:x:0:0::/somewhere:/bin/sh\n")
    try bundle.configure(["sh", "-c", "echo $HOME > /out"])
    #expect(try bundle.run() == .exited(0))
    #expect(bundle.content("rootfs/out") == "/somewhere\n")
  }

  @Test func `allows no device that it was not given`() throws {
    let bundle = try TestBundle("devices")
    let all = #"["CAP_MKNOD","CAP_DAC_OVERRIDE"]"#
    try bundle.configure(
      [
        "sh", "-c",
        "busybox mknod /tmp/m c 1 11; busybox cat /tmp/m 2> /out; busybox head -c 1 /dev/zero | busybox wc -c >> /out",
      ],
      process: #","capabilities":{"bounding":\#(all),"effective":\#(all),"permitted":\#(all)}"#)
    #expect(try bundle.run() == .exited(0))
    #expect(bundle.content("rootfs/out") == "cat: can't open '/tmp/m': Operation not permitted\n1\n")
  }

  @Test func `tells that there is no such program`() throws {
    let bundle = try TestBundle("absent")
    try bundle.configure(["/bin/absent"])
    let error = try #require(throws: ContainerError.self) { try bundle.store.create(bundle.request) }
    #expect("\(error)".contains("no such file or directory"))
    try bundle.expectNothingLeft()
  }

  @Test func `lets another process join what the first one is in`() throws {
    let bundle = try TestBundle("join")
    try bundle.configure(["sleep", "100"])
    let container = try bundle.store.create(bundle.request)
    try container.start()
    let first = try #require(try container.record()?.process?.processID)
    var request = ExecutionRequest()
    request.arguments = [
      "busybox", "sh", "-c",
      "(for n in pid mnt uts ipc net; do busybox readlink /proc/self/ns/$n; done; busybox hostname) > /out; exit 3",
    ]
    request.pidFile = bundle.file("pid")
    #expect(try container.execute(request, isDetached: true) == nil)
    let joined = try #require(bundle.content("pid").flatMap { Int32($0) })
    #expect(try PIDFD(opening: joined).wait() == .exited(3))
    let expected = try ["pid", "mnt", "uts", "ipc", "net"].map { kind in
      String(
        decoding: try FileDescriptor.open("/proc", .directory).readLink(FilePath("\(first)/ns/\(kind)")), as: UTF8.self)
    }
    #expect(bundle.content("rootfs/out") == (expected + ["inside"]).map { $0 + "\n" }.joined())
    try container.delete(force: true)
    try bundle.expectNothingLeft()
  }

  @Test func `never hangs on a container that is half made`() throws {
    let bundle = try TestBundle("half")
    try makeDirectory(bundle.store.root)
    try makeDirectory(bundle.store.root.appending(bundle.name))
    let container = try bundle.store.container(named: bundle.name)
    #expect(try bundle.store.list().map { try $0.status() } == [.stopped])
    try FileDescriptor.open(container.directory.appending("state.json"), [.writeOnly, .create]).write("{\"id\":")
    #expect(try container.status() == .stopped)
    try container.delete()
    #expect(try bundle.store.list().isEmpty)
  }

  @Test func `forbids the system calls that the configuration forbids`() throws {
    // spec: linux.seccomp.filter
    let bundle = try TestBundle("seccomp")
    let rules = #"{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":61}"#
    try bundle.configure(
      ["sh", "-c", "busybox mkdir /made 2> /said || echo refused >> /said"],
      linux: #","seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[\#(rules)]}"#)
    #expect(try bundle.run() == .exited(0))
    #expect(bundle.content("rootfs/said") == "mkdir: can't create directory '/made': No data available\nrefused\n")
  }

  @Test func `limits what the configuration limits, and anew`() throws {
    // spec: linux.pids.limit
    let bundle = try TestBundle("limits")
    try bundle.configure(["sleep", "100"], linux: #","resources":{"pids":{"limit":17}}"#)
    let container = try bundle.store.create(bundle.request)
    let cgroup = try #require(try container.record()?.cgroup)
    #expect(try cgroup.limits().processes == 17)
    var resources = Specification.Resources()
    resources.pids = Specification.PIDs(limit: 21)
    try container.update(resources)
    #expect(try container.statistics().processes.limit == 21)
    try container.delete(force: true)
    try bundle.expectNothingLeft()
  }
}
