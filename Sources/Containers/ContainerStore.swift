// The directory of all containers of one runtime root: a directory for each, which only its owner may look into.

internal import Isolation
internal import Linux
public import struct SystemPackage.FilePath

/// Where containers are written down: ROOT/IDENTIFIER.
public struct ContainerStore: Hashable, Sendable {
  /// The directory that has one for each container.
  public let root: FilePath

  /// A store in a directory, which need not exist yet.
  public init(root: FilePath) {
    self.root = root
  }

  /// The caller's own: /run/pangaea-oci for root, else below XDG_RUNTIME_DIR, else /tmp/pangaea-oci-UID.
  public static var own: ContainerStore {
    let user = UserIDs.current.effective
    let runtime = environmentVariable("XDG_RUNTIME_DIR").flatMap { $0.hasPrefix("/") ? $0 : nil }
    if isRootOfMachine || (user == 0 && runtime == nil) { return ContainerStore(root: "/run/pangaea-oci") }
    guard let runtime else { return ContainerStore(root: FilePath("/tmp/pangaea-oci-\(user)")) }
    return ContainerStore(root: FilePath(runtime).appending("pangaea-oci"))
  }

  /// Root of a user namespace of its own is an ordinary user outside, and has a runtime directory.
  static var isRootOfMachine: Bool {
    guard UserIDs.current.effective == 0 else { return false }
    do throws(SystemCallError) {
      let map = [IDMapRange](kernelText: try FileDescriptor.open("/proc/self/uid_map").readAll())
      return map.first == IDMapRange(inner: 0, outer: 0, count: .max)
    } catch {
      return true
    }
  }

  /// XDG_RUNTIME_DIR of an ordinary user, whose own systemd listens there; nil for root.
  static var ownRuntimeDirectory: FilePath? {
    if isRootOfMachine { return nil }
    return environmentVariable("XDG_RUNTIME_DIR").map { FilePath($0) }
  }

  /// The container of a name.
  ///
  /// - Throws: `ContainerError.invalidIdentifier`, `.doesNotExist`.
  public func container(named name: String) throws(ContainerError) -> Container {
    let container = Container(identifier: try ContainerIdentifier(name), store: self)
    guard try container.directoryExists() else { throw .doesNotExist(name) }
    return container
  }

  /// Every container, by name; also those that are half made.
  ///
  /// - Throws: `ContainerError.failed` when the root is there and cannot be read.
  public func list() throws(ContainerError) -> [Container] {
    var containers: [Container] = []
    for name in try names().sorted() {
      containers.append(Container(identifier: try ContainerIdentifier(name), store: self))
    }
    return containers
  }

  private func names() throws(ContainerError) -> [String] {
    do throws(SystemCallError) {
      var names: [String] = []
      var reader = DirectoryReader()
      try reader.forEachEntry(of: FileDescriptor.open(root, [.directory])) { (entry) throws(SystemCallError) in
        guard entry.type == .directory || entry.type == .unknown else { return }
        names.append(String(decoding: entry.bytes, as: UTF8.self))
      }
      return names.filter(ContainerIdentifier.isIdentifier)
    } catch {
      if error.errno == .enoent { return [] }
      throw .failed(purpose: "list the containers", error)
    }
  }

  /// Takes a name: makes the directory of a container that is about to be made, and locks it.
  ///
  /// - Throws: `ContainerError.exists` when there is one.
  func claim(_ container: Container) throws(ContainerError) -> ContainerLock {
    do throws(SystemCallError) {
      try makeDirectory(of: container)
    } catch {
      if error.errno == .eexist { throw .exists(container.identifier.text) }
      throw .failed(purpose: "make the container's state directory", error)
    }
    do throws(ContainerError) {
      return try container.lock()
    } catch {
      do throws(SystemCallError) { try removeDirectory(container.directory) } catch {}
      throw error
    }
  }

  /// Makes the directory of a container, and the store's where there is none. With the last container of another
  /// caller the latter may go again in between.
  private func makeDirectory(of container: Container) throws(SystemCallError) {
    for _ in 0..<8 {
      do throws(SystemCallError) {
        return try Linux.makeDirectory(container.directory, mode: 0o700)
      } catch {
        guard error.errno == .enoent else { throw error }
        try makeDirectories(root)
      }
    }
    try Linux.makeDirectory(container.directory, mode: 0o700)
  }

  /// Takes the caller's own directory away with its last container; one that an engine named is the engine's.
  ///
  /// That it stays when it cannot be removed harms nobody.
  func removeRootIfUnused() {
    guard self == .own else { return }
    do throws(SystemCallError) { try removeDirectory(root) } catch {}
  }
}

/// Makes a directory and those above it, for their owner alone; there may be some already.
func makeDirectories(_ directory: FilePath) throws(SystemCallError) {
  do throws(SystemCallError) {
    try makeDirectory(directory, mode: 0o700)
  } catch {
    switch error.errno {
    case .eexist: return
    case .enoent where directory.components.count > 1:
      try makeDirectories(directory.parentDirectory)
      do throws(SystemCallError) { try makeDirectory(directory, mode: 0o700) } catch  where error.errno == .eexist {}
    default: throw error
    }
  }
}

/// The sole right to change a container; it is given back with this value.
struct ContainerLock: ~Copyable {
  private let directory: FileDescriptor

  init(_ directory: consuming FileDescriptor) {
    self.directory = directory
  }

  /// A process that was forked meanwhile has the open file too, and would keep the lock.
  deinit { do throws(SystemCallError) { try directory.unlock() } catch {} }
}
