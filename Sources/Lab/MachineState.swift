// What of the machine a course must leave as it was, and how to tell whether it did.

import Linux
import Processes
import struct SystemPackage.FilePath

/// The parts of the machine that a world keeps a course away from, at one moment.
struct MachineState: Hashable, Sendable {
  /// The hostname and the NIS domain name.
  private let names: [[UInt8]]
  /// The mounts of the lab's own mount namespace.
  private let mounts: Set<MountInfo>
  /// Every process of the lab's PID namespace.
  private let processes: Set<ProcessIdentity>
  /// The machine's kernel: its name, release and architecture.
  let kernel: String

  /// Looks at the machine.
  ///
  /// - Throws: `LabFailure` when /proc cannot be read.
  static func read() throws(LabFailure) -> MachineState {
    try LabFailure.wrapping("the machine's state cannot be read") { () throws(SystemCallError) in
      let name = try SystemName()
      let mounts = try FileDescriptor.open("/proc/self/mountinfo").readAll()
      let kernel = [name.kernelName, name.release, name.machine].map { String(decoding: $0, as: UTF8.self) }
      return MachineState(
        names: [name.hostName, name.domainName], mounts: Set(MountInfo.parse(mounts.span)),
        processes: Set(try ProcessTable(reading: .stat).records.map(\.identity)),
        kernel: kernel.joined(separator: " "))
    }
  }

  /// What is not as it was, one line each; empty when all is. Processes of others come and go: only those count that
  /// are the lab's by its traces.
  ///
  /// - Throws: `LabFailure` when /proc cannot be read.
  static func changes(since before: MachineState, _ traces: LabTraces) throws(LabFailure) -> [String] {
    let now = try read()
    return now.changedNames(since: before) + now.changedMounts(since: before)
      + (try traces.remaining(of: now.processes.subtracting(before.processes)))
  }

  private func changedNames(since before: MachineState) -> [String] {
    zip(["hostname", "domain name"], zip(before.names, names)).compactMap { what, names in
      names.0 == names.1 ? nil : "the \(what) was \(names.0.shown) and is \(names.1.shown)"
    }
  }

  private func changedMounts(since before: MachineState) -> [String] {
    mounts.subtracting(before.mounts).map { "a mount is new: \($0.shown)" }.sorted()
      + before.mounts.subtracting(mounts).map { "a mount is gone: \($0.shown)" }.sorted()
  }

  /// What is compared, in words.
  func compared(_ traces: LabTraces) -> String {
    "hostname, domain name, \(mounts.count) mounts, the lab's cgroups, and processes that descend from it or are in "
      + "a namespace or cgroup of the \(traces.worlds == 1 ? "world" : "\(traces.worlds) worlds") made"
  }
}

/// What tells that a process is the lab's.
struct LabTraces {
  /// How many worlds were made.
  private(set) var worlds = 0
  /// The namespaces that were made for worlds.
  private var namespaces: Set<NamespaceValue> = []
  /// The name of the lab's cgroup, which no other has; nil without one.
  let cgroup: String?

  init(cgroup: String?) {
    self.cgroup = cgroup
  }

  /// Notes the namespaces of a world.
  ///
  /// - Throws: `SystemCallError` when they cannot be looked at.
  mutating func add(_ world: borrowing LabWorld) throws(SystemCallError) {
    worlds += 1
    for kind in (world.plan.namespaces.union(.newCgroup)).kinds {
      namespaces.insert(try LabTraces.namespace(kind, of: world.initID))
    }
  }

  private static func namespace(_ kind: NamespaceKind, of process: Int32) throws(SystemCallError) -> NamespaceValue {
    try NamespaceValue(kind, NamespaceDescriptor(opening: FilePath("/proc/\(process)/ns/\(kind.procName)")))
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
    if let cgroup, places.contains(where: { $0.elementsEqual(cgroup.utf8) }) { return "in the lab's cgroup" }
    for kind in NamespaceKind.allCases {
      guard let own = try? LabTraces.namespace(kind, of: record.processID) else { continue }
      if namespaces.contains(own) { return "in the \(kind.name) namespace of a world" }
    }
    return nil
  }
}

extension [UInt8] {
  fileprivate var shown: String { String(decoding: self, as: UTF8.self).escapingControls }
}

extension MountInfo {
  fileprivate var shown: String { "\(fileSystemType.shown) at \(mountPoint.shown)" }
}
