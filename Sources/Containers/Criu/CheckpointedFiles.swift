// What of a container belongs to the world outside, which criu has to be told: mounts of files of outside, namespaces of
// others, and the standard streams.

internal import Cgroups
internal import Isolation
internal import JSON
internal import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

// MARK: Mounts

/// Mounts inside that show something of outside.
struct ExternalMounts {
  /// Where they lie inside, links resolved.
  private(set) var targets: [String] = []

  /// - Parameter root: the container's root directory as it is seen from outside.
  init(_ specification: Specification, _ hierarchies: CgroupHierarchies, root: FilePath) throws(ContainerError) {
    for mount in specification.mounts {
      let options = MountOptions(mount.options)
      let target = FilePath(mount.destination)
      if mount.type == "cgroup", options.binds == nil {
        targets += specification.cgroupBinds(hierarchies, on: target).map(\.string)
      } else if !options.remounts, options.binds != nil || mount.type == "bind" {
        targets.append(try target.resolved(inside: root))
      }
    }
    targets += (specification.linux?.devices ?? []).map(\.path)
  }
}

extension Specification {
  /// Hierarchies of version 1 are bound inside, unless the container has a cgroup namespace.
  fileprivate func cgroupBinds(_ hierarchies: CgroupHierarchies, on target: FilePath) -> [FilePath] {
    let hasNamespace = linux?.namespaces.contains { $0.type == .cgroup } ?? false
    if hasNamespace || hierarchies.layout == .v2 { return [] }
    return hierarchies.all.map { target.appending($0.mountPoint.lastComponent?.string ?? "unified") }
  }
}

extension FilePath {
  /// The same place with the links resolved that lie in a root directory; itself where it is not there yet.
  func resolved(inside root: FilePath) throws(ContainerError) -> String {
    do throws(SystemCallError) {
      let directory = try FileDescriptor.open(root, [.path, .directory])
      let found = try directory.open(self, [.path], resolve: [.inRoot, .noMagicLinks])
      let top = try directory.ownPath()
      let path = try found.ownPath()
      return top == "/" || !path.hasPrefix(top + "/") ? path : String(path.dropFirst(top.count))
    } catch {
      if error.errno == .enoent { return string }
      throw .failed(purpose: "find a mount of the container", error)
    }
  }
}

extension FileDescriptor {
  /// Where the file is.
  fileprivate func ownPath() throws(SystemCallError) -> String {
    let link = try FileDescriptor.workingDirectory.readLink(FilePath("/proc/self/fd/\(number)"))
    return String(decoding: link, as: UTF8.self)
  }
}

// MARK: Namespaces

extension Specification {
  /// Namespaces of others that criu leaves alone, under a name that tells it at the restore which is meant.
  private static let external: [(kind: Namespace.Kind, key: String)] = [
    (.network, "extRootNetNS"), (.pid, "extRootPidNS"),
  ]

  /// Namespaces of others that are there at the restore too, by path and by key.
  var keptNamespaces: [(path: FilePath, kind: Namespace.Kind, key: String)] {
    Self.external.compactMap { kind, key in
      let found = linux?.namespaces.first { $0.type == kind }
      return found?.path.map { (FilePath($0), kind, key) }
    }
  }

  /// Namespaces of others that criu joins by path.
  var joinedByCriu: [(path: String, kind: Namespace.Kind)] {
    (linux?.namespaces ?? []).compactMap { namespace in
      guard !Self.external.contains(where: { $0.kind == namespace.type }) else { return nil }
      return namespace.path.map { ($0, namespace.type) }
    }
  }
}

// MARK: Standard streams

/// What the first three descriptors of a container lead to, in the images as `descriptors.json`, as runc and crun have it.
struct ExternalDescriptors {
  static let fileName: FilePath = "descriptors.json"
  /// Pipes as `pipe:[NUMBER]`, files outside as `file[MOUNT:INODE]` in criu's words, else a path.
  let targets: [String]

  init(of processID: Int32) throws(ContainerError) {
    do throws(SystemCallError) {
      let process = try FileDescriptor.open(FilePath("/proc/\(processID)"), [.path, .directory])
      let text = try process.readFile("mountinfo")
      let mounts = MountInfo.parse(text.span).map(\.mountID)
      targets = try (0..<3).map { (number: Int) throws(SystemCallError) in
        try Self.target(number, of: process, mounts)
      }
    } catch {
      throw .failed(purpose: "look at the container's streams", error)
    }
  }

  private static func target(
    _ number: Int, of process: borrowing FileDescriptor, _ mounts: [UInt64]
  ) throws(SystemCallError) -> String {
    let link: String
    do throws(SystemCallError) {
      link = String(decoding: try process.readLink(FilePath("fd/\(number)")), as: UTF8.self)
    } catch {
      // It is closed.
      if error.errno == .enoent { return "" }
      throw error
    }
    guard link.hasPrefix("/") else { return link }
    let status = try process.status(of: FilePath("fd/\(number)"))
    // Terminals have a way of their own.
    let isMemory = status.isCharacterDevice && status.standsFor.major == 1
    if mounts.contains(status.mountID) || !(status.isFile || isMemory) { return link }
    return "file[\(String(status.mountID, radix: 16)):\(String(status.inode, radix: 16))]"
  }

  /// Reads what a checkpoint wrote.
  init(in images: borrowing FileDescriptor) throws(ContainerError) {
    let number = images.number
    let text = try attempt("read the checkpoint's streams") { () throws(SystemCallError) in
      try FileDescriptor(borrowing: number).readFile(Self.fileName)
    }
    guard case .array(let elements) = JSONValue(text) else {
      throw .refused("\(Self.fileName) of the checkpoint is no list")
    }
    targets = elements.map { $0.text ?? "" }
  }

  func write(to images: borrowing FileDescriptor) throws(ContainerError) {
    var json = JSONWriter(.line)
    json.array { json in for target in targets { json.value(target) } }
    let (bytes, number) = (json.bytes, images.number)
    try attempt("keep the container's streams") { () throws(SystemCallError) in
      try FileDescriptor.open(
        Self.fileName, [.writeOnly, .create, .truncate, .noFollow], in: FileDescriptor(borrowing: number)
      ).write(bytes)
    }
  }

  /// The files outside.
  var files: [String] { targets.filter { $0.hasPrefix("file[") } }

  /// What is connected to the restoring program's own streams: number and name.
  var inherited: [(Int32, String)] {
    targets.enumerated().filter { $0.element.hasPrefix("pipe:") || $0.element.hasPrefix("file[") }.map {
      (Int32($0.offset), $0.element)
    }
  }
}
