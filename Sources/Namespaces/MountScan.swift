// Namespaces that bind mounts keep, in this mount namespace and in every other that can be looked into.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// A pass over mount namespaces.
struct MountScan {
  private let source: Procfs
  private var reader = MountReader()
  private var mountIDs: [UInt64] = []
  /// The inodes of the mount namespaces that have been looked into.
  private var done: Set<UInt64> = []
  /// The inode of this process's mount namespace, whose paths can be opened.
  private var own: UInt64 = 0

  init(_ source: Procfs) {
    self.source = source
  }

  /// Asks the kernel for all mount namespaces (Linux 6.12); those that it does not show are read as text, through
  /// a process that is in each.
  mutating func run(into findings: inout InventoryFindings) {
    do throws(SystemCallError) {
      let start = NamespaceDescriptor(try source.directory.open(NumberedPath("self/ns/mnt")))
      own = try start.inode()
      scanMounts(of: own, id: try start.mountNamespaceID(), &findings)
      walk(from: start, forwards: true, &findings)
      walk(from: start, forwards: false, &findings)
    } catch {
      // An older kernel: text is all there is.
    }
    for namespace in findings.namespaces where namespace.kind == .mount && !done.contains(namespace.inode) {
      scanText(of: namespace, &findings)
    }
    if done.isEmpty { scanText(of: "self/mountinfo", own, &findings) }
  }

  private mutating func walk(
    from start: borrowing NamespaceDescriptor, forwards: Bool, _ findings: inout InventoryFindings
  ) {
    do throws(SystemCallError) {
      var next = forwards ? try start.nextMountNamespace() : try start.previousMountNamespace()
      while true {
        let inode = try next.namespace.inode()
        if findings.isWanted(.mount) { note(next.namespace, inode, &findings) }
        scanMounts(of: inode, id: next.id, &findings)
        next = forwards ? try next.namespace.nextMountNamespace() : try next.namespace.previousMountNamespace()
      }
    } catch {
      // ENOENT: that was the last. ENOTTY: the kernel has no such list.
    }
  }

  /// Notes a mount namespace of the kernel's list. One that nobody has found so far can be asked only now.
  private func note(
    _ namespace: borrowing NamespaceDescriptor, _ inode: UInt64, _ findings: inout InventoryFindings
  ) {
    let index = findings.index(of: NamespaceLink(kind: .mount, inode: inode), nil)
    if findings.access[index] == nil { NamespaceRelations(source).ask(namespace, index, &findings) }
  }

  private mutating func scanMounts(of inode: UInt64, id: UInt64, _ findings: inout InventoryFindings) {
    do throws(SystemCallError) {
      let count = try listMounts(of: id, into: &mountIDs)
      for mountID in mountIDs[..<count] { scan(mountID, in: inode, id, &findings) }
      done.insert(inode)
    } catch {
      // Read as text instead.
    }
  }

  private mutating func scan(_ mountID: UInt64, in inode: UInt64, _ id: UInt64, _ findings: inout InventoryFindings) {
    do throws(SystemCallError) {
      guard try reader.status(of: mountID, in: id, .superblock).magic == MountStatus.namespaceMagic else { return }
      let mount = try reader.status(of: mountID, in: id, [.root, .mountPoint])
      note(root: mount.root, at: mount.mountPoint, in: inode, &findings)
    } catch {
      // Unmounted meanwhile.
    }
  }

  private mutating func scanText(of namespace: Namespace, _ findings: inout InventoryFindings) {
    var reason: Errno?
    for member in namespace.members {
      reason = scanText(of: FilePath("\(member)/mountinfo"), namespace.inode, &findings)
      if reason == nil { return }
    }
    if let reason { findings.note(.mounts(namespace.inode), reason) }
  }

  /// - Returns: why the file could not be read; nil when it was.
  @discardableResult
  private mutating func scanText(
    of path: FilePath, _ inode: UInt64, _ findings: inout InventoryFindings
  ) -> Errno? {
    do throws(SystemCallError) {
      let text = try source.directory.readFile(path)
      for mount in MountInfo.parse(text.span) where mount.fileSystemType.elementsEqual("nsfs".utf8) {
        note(root: mount.root, at: mount.mountPoint, in: inode, &findings)
      }
      done.insert(inode)
      return nil
    } catch {
      return error.errno
    }
  }

  private func note(
    root: [UInt8], at mountPoint: [UInt8], in inode: UInt64, _ findings: inout InventoryFindings
  ) {
    guard let link = NamespaceLink(root.span) else { return }
    let access = inode == own && !mountPoint.isEmpty ? NamespaceAccess.path(FilePath(bytes: mountPoint)) : nil
    findings.addHolder(.mount(namespace: inode, path: mountPoint), of: link, access)
  }
}
