// Checkpoints and restores that fail: the container goes on, and nothing is left. Those that succeed are tested where
// criu works, in the virtual machine of `make vm`.

import Containers
import Linux
import Testing
import struct SystemPackage.FilePath

/// A criu that is installed and cannot work on this kernel.
private let hasFailingCriu: Bool = {
  guard (try? FileDescriptor.workingDirectory.status(of: "/usr/sbin/criu")) != nil else { return false }
  var program = SystemCallProgram()
  program.append(.execute(["/usr/sbin/criu"], ["criu", "check"].map { Array($0.utf8) }, environment: []))
  return (try? program.start().pidfd.wait()) == .exited(1)
}()

@Suite(.enabled(if: TestBundle.isPossible))
struct CheckpointTests {
  private func running(_ label: String) throws -> (TestBundle, Container) {
    let bundle = try TestBundle(label)
    try bundle.configure(["sleep", "1000"])
    let container = try bundle.store.create(bundle.request)
    try container.start()
    return (bundle, container)
  }

  private func request(_ bundle: TestBundle, criu: String = "criu") -> CheckpointRequest {
    var request = CheckpointRequest()
    request.options.images = bundle.file("images")
    request.options.criu = criu
    return request
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func `says that criu is missing, or answers nothing`() throws {
    let (bundle, container) = try running("criu-missing")
    #expect(
      message { try container.checkpoint(request(bundle, criu: "/no/criu")) }
        .contains("cannot start criu: execve `/no/criu`: No such file"))
    #expect(
      message { try container.checkpoint(request(bundle, criu: "true")) }.contains("criu ended without an answer"))
    #expect(try container.status() == .running)
  }

  @Test func `keeps only what runs`() throws {
    let bundle = try TestBundle("criu-states")
    try bundle.configure(["true"])
    let container = try bundle.store.create(bundle.request)
    #expect(
      throws: ContainerError.wrongState("cannot checkpoint a container in the created state")
    ) { try container.checkpoint(request(bundle)) }
    try container.start()
    _ = try bundle.wait(for: container)
    #expect(
      throws: ContainerError.wrongState("cannot checkpoint a container in the stopped state")
    ) { try container.checkpoint(request(bundle)) }
  }

  @Test func `wants parents relative to the images`() throws {
    let (bundle, container) = try running("criu-parent")
    var wrong = request(bundle)
    wrong.parent = "/tmp"
    #expect(throws: ContainerError.refused("--parent-path must be relative")) { try container.checkpoint(wrong) }
    wrong.parent = "../nothing"
    #expect(message { try container.checkpoint(wrong) }.contains("cannot find the parent's images"))
  }

  @Test(.enabled(if: hasFailingCriu, "needs a criu that fails here"))
  func `a failing checkpoint says why, and the container goes on`() throws {
    let (bundle, container) = try running("criu-dump")
    let said = message { try container.checkpoint(request(bundle)) }
    #expect(said.hasPrefix("criu failed: type DUMP errno ") || said.hasPrefix("criu ended without"), "\(said)")
    #expect(said.contains("/images/dump.log)"), "\(said)")
    #expect(try container.status() == .running)
    #expect(bundle.content("images/descriptors.json")?.hasPrefix("[") == true)
    try container.delete(force: true)
    try bundle.expectNothingLeft()
  }

  @Test(.enabled(if: hasFailingCriu, "needs a criu that fails here"))
  func `a failing restore says why, and leaves nothing`() throws {
    let bundle = try TestBundle("criu-restore")
    try bundle.configure(["true"])
    try makeDirectory(bundle.file("images"))
    var request = RestoreRequest(bundle.request)
    request.options.images = bundle.file("images")
    #expect(
      message { _ = try bundle.store.restore(request, isDetached: true) }.contains("the checkpoint's streams"))
    try bundle.expectNothingLeft()
    try FileDescriptor.open(bundle.file("images/descriptors.json"), [.writeOnly, .create]).write("[]")
    let said = message { _ = try bundle.store.restore(request, isDetached: true) }
    #expect(said.hasPrefix("criu failed: type RESTORE errno ") || said.hasPrefix("criu ended without"), "\(said)")
    #expect(said.contains("/images/restore.log)"), "\(said)")
    try bundle.expectNothingLeft()
    #expect((try? FileDescriptor.workingDirectory.status(of: bundle.file("state/\(bundle.name)"))) == nil)
  }
}
