// The root directory of containers that have no mount namespace of their own, and labels where nothing knows of any.

import Containers
import Linux
import OCI
import Processes
import Testing
import struct SystemPackage.FilePath

@Suite(.enabled(if: TestBundle.isPossible))
struct RootTests {
  private static let withoutMount = TestBundle.namespaces.filter { !$0.contains("mount") }

  private func link(_ process: Int32, _ name: String) throws -> String {
    String(
      decoding: try FileDescriptor.open("/proc", .directory).readLink(FilePath("\(process)/\(name)")), as: UTF8.self)
  }

  private func mounts() throws -> String {
    String(decoding: try FileDescriptor.open("/proc/self/mountinfo").readAll(), as: UTF8.self)
  }

  @Test func `is entered without a mount namespace, and nothing is mounted`() throws {
    // spec: linux.namespaces.inherit
    let bundle = try TestBundle("shared-mounts")
    try bundle.configure(["sleep", "100"], namespaces: Self.withoutMount)
    let before = try mounts()
    var warnings: [String] = []
    let container = try bundle.store.create(bundle.request) { warnings.append($0) }
    #expect(warnings == ["mounts, linux.devices: nothing is mounted or made without a new mount namespace"])
    let first = try #require(try container.record()?.process?.processID)
    #expect(try link(first, "ns/mnt") == link(CallingProcess.processID, "ns/mnt"))
    #expect(try link(first, "root") == bundle.file("rootfs").string)
    #expect(try mounts() == before)
    try container.start()
    var request = ExecutionRequest()
    request.arguments = ["busybox", "sh", "-c", "busybox pwd > /out"]
    request.pidFile = bundle.file("pid")
    _ = try container.execute(request, isDetached: true)
    _ = try PIDFD(opening: try #require(bundle.content("pid").flatMap { Int32($0) })).wait()
    #expect(bundle.content("rootfs/out") == "/\n")
    try container.delete(force: true)
    try bundle.expectNothingLeft()
  }

  @Test func `is entered in the mount namespace of another`() throws {
    // spec: linux.namespaces.path.join
    let bundle = try TestBundle("joined-mounts")
    var program = SystemCallProgram()
    program.append(.unshare(.newMount))
    program.append(
      .execute(["/bin/sleep"], ["sleep", "100"].map { Array($0.utf8) }, environment: []))
    let other = try program.start()
    defer { #expect(throws: Never.self) { try other.pidfd.end() } }
    try other.report.awaitExecution()
    let joined = #"{"type":"mount","path":"/proc/\#(other.processID)/ns/mnt"}"#
    try bundle.configure(["sleep", "100"], namespaces: Self.withoutMount + [joined])
    let container = try bundle.store.create(bundle.request)
    let first = try #require(try container.record()?.process?.processID)
    #expect(try link(first, "ns/mnt") == link(other.processID, "ns/mnt"))
    #expect(try link(first, "root") == bundle.file("rootfs").string)
    try container.delete(force: true)
    try bundle.expectNothingLeft()
  }

  @Test func `takes nothing that only mounts can bring without a mount namespace of its own`() throws {
    let bundle = try TestBundle("shared-masks")
    let joined = #"{"type":"mount","path":"/proc/self/ns/mnt"}"#
    try bundle.configure(
      ["true"], namespaces: Self.withoutMount + [joined], linux: #","maskedPaths":["/proc/kcore"]"#)
    let error = try #require(throws: ContainerError.self) { try bundle.store.create(bundle.request) }
    #expect("\(error)".contains("linux.maskedPaths: needs a new mount namespace"))
    try bundle.expectNothingLeft()
  }

  @Test(.enabled(if: !MountLabels.areKnown))
  func `has no labels where SELinux is not in force`() throws {
    let bundle = try TestBundle("labels")
    try bundle.configure(
      ["sh", "-c", "busybox grep -c ' /labeled ' /proc/mounts > /out"],
      mounts: #",{"destination":"/labeled","type":"tmpfs","source":"tmpfs"}"#,
      linux: #","mountLabel":"system_u:object_r:container_file_t:s0""#)
    #expect(try bundle.run() == .exited(0))
    #expect(bundle.content("rootfs/out") == "1\n")
  }
}

private enum MountLabels {
  static let areKnown = (try? FileDescriptor.workingDirectory.status(of: "/sys/fs/selinux/enforce")) != nil
}
