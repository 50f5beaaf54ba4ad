// What tells that something on the machine is the lab's. A machine is busy: others start processes, mount and make
// cgroups meanwhile, so that a difference alone tells nothing.

import Linux
import Processes
import struct SystemPackage.FilePath

/// What tells that a process, a cgroup or a mount is the lab's.
struct LabTraces {
  /// How many worlds were made.
  private(set) var worlds = 0
  /// The namespaces that were made for worlds.
  private var namespaces: Set<NamespaceValue> = []
  /// The file systems that the machine had mounted when a world began, by the PID of its init.
  private var machineDevices: [Int32: Set<MountInfo.Device>] = [:]
  /// Mounts of the machine that came out of a world, and how.
  private var escapedMounts: [MountInfo: String] = [:]
  /// The name of the lab's cgroup, which no other has.
  let cgroup: String

  init(cgroup: String) {
    self.cgroup = cgroup
  }

  /// Notes the namespaces of a world.
  ///
  /// - Throws: `SystemCallError` when they cannot be looked at.
  mutating func add(_ world: borrowing LabWorld) throws(SystemCallError) {
    worlds += 1
    for kind in (world.plan.namespaces.union(.newCgroup)).kinds {
      namespaces.insert(try NamespaceValue(kind, of: world.initID))
    }
    machineDevices[world.initID] = Set(try MountInfo.ofLab().map(\.device))
  }

  /// Looks, while a world is there still, which mounts of the machine came out of it: once it has ended, the numbers of
  /// its file systems and peer groups are given to others.
  mutating func lookForEscapes(from initID: Int32) {
    guard let former = machineDevices.removeValue(forKey: initID),
      // Its init may have been killed from outside, which ends the world.
      let text = try? FileDescriptor.open(FilePath("/proc/\(initID)/mountinfo")).readAll(),
      let machine = try? MountInfo.ofLab()
    else { return }
    let mounts = MountInfo.parse(text.span)
    let devices = Set(mounts.map(\.device)).subtracting(former)
    let groups = Set(mounts.flatMap(\.groups))
    for mount in machine {
      if devices.contains(mount.device) { escapedMounts[mount] = "of a file system of a world" }
      if mount.groups.contains(where: groups.contains) { escapedMounts[mount] = "a peer of a mount of a world" }
    }
  }
}

// MARK: Telling

extension LabTraces {
  /// Whether a cgroup is the lab's, or below it.
  func owns(_ directory: FilePath) -> Bool {
    directory.components.contains { $0.string == cgroup }
  }

  /// Why a mount of the machine is the lab's; nil where nothing tells that it is.
  func belonging(of mount: MountInfo) -> String? {
    if let why = escapedMounts[mount] { return why }
    if owns(FilePath(bytes: mount.root)) || owns(FilePath(bytes: mount.mountPoint)) { return "at the lab's cgroup" }
    guard mount.fileSystemType.elementsEqual("nsfs".utf8),
      let kind = NamespaceKind.allCases.first(where: { mount.root.starts(with: "\($0.procName):".utf8) }),
      let descriptor = try? NamespaceDescriptor(opening: FilePath(bytes: mount.mountPoint)),
      let namespace = try? NamespaceValue(kind, descriptor), namespaces.contains(namespace)
    else { return nil }
    return "the \(kind.name) namespace of a world"
  }

  /// The processes among these that are the lab's, one line each.
  ///
  /// - Throws: `LabFailure` when /proc cannot be read.
  func remaining(of processes: Set<ProcessIdentity>) throws(LabFailure) -> [String] {
    try LabFailure.wrapping("the machine's processes cannot be read") { () throws(SystemCallError) in
      let tree = ProcessTree(try ProcessTable(reading: [.stat, .cgroup]))
      let family = Set(tree.descendants(of: CallingProcess.processID).map(\.identity))
      return tree.table.records.filter { processes.contains($0.identity) && !$0.stat.isZombie }.compactMap { record in
        guard let why = family.contains(record.identity) ? "a descendant of the lab" : membership(of: record) else {
          return nil
        }
        let name = String(decoding: record.commandName, as: UTF8.self).escapingControls
        return "a process is left: PID \(record.processID) \(name), \(why)"
      }
    }
  }

  /// In what of the lab's a process is; nil in nothing, and for a process of somebody who lets nobody look.
  private func membership(of record: ProcessRecord) -> String? {
    let places = (record.cgroup.value ?? []).flatMap { $0.path.split(separator: UInt8(ascii: "/")) }
    if places.contains(where: { $0.elementsEqual(cgroup.utf8) }) { return "in the lab's cgroup" }
    for kind in NamespaceKind.allCases {
      guard let own = try? NamespaceValue(kind, of: record.processID) else { continue }
      if namespaces.contains(own) { return "in the \(kind.name) namespace of a world" }
    }
    return nil
  }
}

extension NamespaceValue {
  fileprivate init(_ kind: NamespaceKind, of process: Int32) throws(SystemCallError) {
    self = try NamespaceValue(kind, NamespaceDescriptor(opening: FilePath("/proc/\(process)/ns/\(kind.procName)")))
  }
}

extension MountInfo {
  /// What numbers a file system as long as it is there.
  struct Device: Hashable, Sendable {
    let major: UInt32
    let minor: UInt32
  }

  var device: Device { Device(major: deviceMajor, minor: deviceMinor) }

  /// The peer groups that it sends to or receives from.
  fileprivate var groups: [UInt64] { [peerGroup, master].compactMap(\.self) }
}
