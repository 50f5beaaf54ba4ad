// A bundle made from the machine's busybox, with a store of its own, in a directory that goes with it.

import Containers
import Linux
import Processes
import Testing
import struct SystemPackage.FilePath

/// A bundle and a store, both below one temporary directory.
final class TestBundle {
  static let busybox: FilePath? = ["/bin/busybox", "/usr/bin/busybox"].first { path in
    (try? FileDescriptor.workingDirectory.status(of: path)) != nil
  }
  /// Whether containers can be made here: as root, from a busybox.
  static let isPossible = UserIDs.current.effective == 0 && busybox != nil

  let directory: FilePath
  let name: String
  let store: ContainerStore

  init(_ label: String) throws {
    name = "pangaea-test-\(label)-\(CallingProcess.processID)"
    directory = FilePath("/tmp").appending(name)
    store = ContainerStore(root: directory.appending("state"))
    for path in ["", "rootfs", "rootfs/bin", "rootfs/proc", "rootfs/dev", "rootfs/tmp", "hooks"] {
      try makeDirectory(directory.appending(path))
    }
    let program = try FileDescriptor.open(#require(Self.busybox)).readAll()
    let copy = try FileDescriptor.open(file("rootfs/bin/busybox"), [.writeOnly, .create], mode: 0o755)
    try copy.write(program)
  }

  deinit {
    for container in (try? store.list()) ?? [] { try? container.delete(force: true) }
    try? Self.remove(directory)
  }

  func file(_ path: String) -> FilePath { directory.appending(path) }

  /// What a file of the bundle's directory holds; nil when there is none.
  func content(_ path: String) -> String? {
    guard let bytes = try? FileDescriptor.open(file(path)).readAll() else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes config.json: an applet of busybox with its arguments, or another program by its path; and more members of
  /// some of the objects.
  func configure(
    _ arguments: [String], process: String = "", mounts: String = "", namespaces: [String] = TestBundle.namespaces,
    linux: String = "", more: String = ""
  ) throws {
    let isPath = arguments.first?.hasPrefix("/") == true
    let quoted = ((isPath ? [] : ["busybox"]) + arguments).map { "\"\($0)\"" }.joined(separator: ",")
    let text = """
      {"ociVersion":"1.3.0","root":{"path":"rootfs"},"hostname":"inside",
       "process":{"cwd":"/","args":[\(quoted)],"env":["PATH=/bin"]\(process)},
       "mounts":[{"destination":"/proc","type":"proc","source":"proc"}\(mounts)],
       "linux":{"namespaces":[\(namespaces.joined(separator: ","))]\(linux)}
       \(more)}
      """
    try FileDescriptor.open(file("config.json"), [.writeOnly, .create, .truncate]).write(text)
  }

  static let namespaces = ["pid", "mount", "uts", "ipc", "network"].map { #"{"type":"\#($0)"}"# }

  var request: ContainerRequest { ContainerRequest(identifier: name, bundle: directory) }

  /// Waits for the end of a container's first process, which is a child of the tests.
  func wait(for container: Container) throws -> Linux.ExitStatus {
    let process = try #require(try container.record()?.process)
    return try PIDFD(opening: process.processID).wait()
  }

  /// Makes, starts and removes a container.
  func run() throws -> Linux.ExitStatus {
    let container = try store.create(request)
    try container.start()
    let status = try wait(for: container)
    try container.delete()
    return status
  }

  /// Whether nothing of a container is left: no state, no control group.
  func expectNothingLeft(_ location: SourceLocation = #_sourceLocation) throws {
    #expect(try store.list().isEmpty, sourceLocation: location)
    let mounts = try String(decoding: FileDescriptor.open("/proc/self/mountinfo").readAll(), as: UTF8.self)
    #expect(!mounts.contains(name), sourceLocation: location)
    let own = try FileDescriptor.open("/proc/self/cgroup").readAll()
    #expect(!String(decoding: own, as: UTF8.self).contains(name), sourceLocation: location)
  }

  private static func remove(_ directory: FilePath) throws {
    for name in try FileDescriptor.open(directory, [.directory, .noFollow]).entryNames() {
      let path = directory.appending(FilePath(bytes: name).components)
      let status = try FileDescriptor.workingDirectory.status(of: path, followsLink: false)
      if status.isDirectory { try remove(path) } else { try removeFile(path) }
    }
    try removeDirectory(directory)
  }
}
