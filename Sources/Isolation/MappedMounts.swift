// Mounts that show the owners of files mapped: made by the caller, who has rights in the user namespace of their file
// systems, and handed to the world detached.

public import Linux
internal import struct SystemPackage.FilePath

/// Detached mounts by their place in a plan; they go with this value unless the world took copies.
final class MappedMounts {
  /// Their descriptors.
  private(set) var numbers: [Int: Int32] = [:]

  fileprivate func add(_ mount: consuming DetachedMount, at index: Int) {
    numbers[index] = mount.release()
  }

  deinit {
    for number in numbers.values { _ = FileDescriptor(owning: number) }
  }
}

extension IsolationPlan {
  /// Opens what is to be bound with owners mapped.
  ///
  /// - Throws: `IsolationError` with `EINVAL` for a file system that cannot map owners, `EPERM` without the rights over
  ///   it.
  func openMappedMounts() throws(IsolationError) -> MappedMounts {
    let opened = MappedMounts()
    for (index, mount) in mounts.enumerated() {
      guard let map = mount.idMap, case .bind(let source, let isRecursive) = mount.source else { continue }
      let userNamespace = try map.maps.makeUserNamespace()
      let purpose = "map the owners of \(source.string), to be mounted on \(mount.target.string)"
      let tree = try attempt(purpose) { () throws(SystemCallError) in
        let tree = try DetachedMount(openingTree: source, isRecursive ? [.clone, .recursive] : .clone)
        try tree.setAttributes(
          .mappedIDs, userNamespace: userNamespace.descriptor, recursive: map.isRecursive)
        return tree
      }
      opened.add(tree, at: index)
    }
    return opened
  }
}

extension IDMaps {
  /// A user namespace with these maps, in which nobody is.
  ///
  /// - Throws: `IsolationError` with `EPERM` for IDs that the caller may not map.
  ///
  /// Source: mount_setattr(2), MOUNT_ATTR_IDMAP; user_namespaces(7).
  public func makeUserNamespace() throws(IsolationError) -> NamespaceDescriptor {
    let purpose = "make a user namespace for the owners of files"
    var program = SystemCallProgram()
    program.begin(purpose)
    program.append(.setParentDeathSignal(.kill))
    program.append(.waitForever())
    let child = try attempt(purpose) { () throws(SystemCallError) in try program.start(namespaces: .newUser) }
    do throws(IsolationError) {
      if isWrittenByTools { try writeByTools(to: child.processID) } else { try write(to: child.processID) }
      let opened = try attempt(purpose) { () throws(SystemCallError) in
        NamespaceDescriptor(try FileDescriptor.open(FilePath("/proc/\(child.processID)/ns/user")))
      }
      do throws(SystemCallError) { try child.pidfd.end() } catch {}
      return opened
    } catch {
      do throws(SystemCallError) { try child.pidfd.end() } catch {}
      throw error
    }
  }
}
