// The machine before and after a course, and how the two differ: what is the lab's, and what others did meanwhile.

import Cgroups
import Linux
import Processes
import struct SystemPackage.FilePath

/// The parts of the machine that a world keeps a course away from, at one moment.
struct MachineState: Sendable {
  /// The hostname and the NIS domain name.
  private let names: [[UInt8]]
  /// The mounts of the lab's own mount namespace.
  private let mounts: Set<MountInfo>
  /// The directories of all cgroups in all hierarchies.
  private let cgroups: Set<FilePath>
  /// Every process of the lab's PID namespace.
  private let processes: Set<ProcessIdentity>
  /// The machine's kernel: its name, release and architecture.
  let kernel: String

  /// Looks at the machine.
  ///
  /// - Throws: `LabFailure` when /proc or a hierarchy cannot be read.
  static func read() throws(LabFailure) -> MachineState {
    try LabFailure.wrapping("the machine's state cannot be read") { () throws(SystemCallError) in
      try MachineState()
    }
  }

  private init() throws(SystemCallError) {
    let name = try SystemName()
    names = [name.hostName, name.domainName]
    let words = [name.kernelName, name.release, name.machine].map { String(decoding: $0, as: UTF8.self) }
    kernel = words.joined(separator: " ")
    mounts = Set(try MountInfo.ofLab())
    cgroups = Set(try Self.allCgroups())
    processes = Set(try ProcessTable(reading: .stat).records.map(\.identity))
  }

  private static func allCgroups() throws(SystemCallError) -> [FilePath] {
    var found: [FilePath] = []
    for hierarchy in try CgroupHierarchies.read().all { found += try hierarchy.directories() }
    return found
  }

  /// How the machine is not as it was.
  ///
  /// - Throws: `LabFailure` when the machine cannot be looked at.
  static func changes(since before: MachineState, _ traces: LabTraces) throws(LabFailure) -> MachineChanges {
    let now = try read()
    var changes = MachineChanges(remains: now.changedNames(since: before))
    now.compareMounts(with: before, traces, &changes)
    now.compareCgroups(with: before, traces, &changes)
    let begun = now.processes.subtracting(before.processes)
    let left = try traces.remaining(of: begun)
    changes.remains += left
    changes.note(begun.count - left.count, "process", "es", "new")
    return changes
  }

  /// What is compared, in words.
  func compared(_ traces: LabTraces) -> String {
    let own = cgroups.count { !traces.owns($0) }
    return
      "hostname, domain name, \(mounts.count) mounts with their options, \(own) cgroups, \(processes.count) processes; "
      + "what is new counts where it is the lab's: in its cgroup, a descendant, in a namespace of the "
      + "\(traces.worlds == 1 ? "world" : "\(traces.worlds) worlds") made, a mount that came out of one"
  }
}

// MARK: Subject by subject

extension MachineState {
  private func changedNames(since before: MachineState) -> [String] {
    zip(["hostname", "domain name"], zip(before.names, names)).compactMap { what, names in
      names.0 == names.1 ? nil : "the \(what) was \(names.0.shown) and is \(names.1.shown)"
    }
  }

  /// A mount that is there still must be as it was; a new one counts where it is the lab's.
  private func compareMounts(with before: MachineState, _ traces: LabTraces, _ changes: inout MachineChanges) {
    let gone = before.mounts.subtracting(mounts)
    let new = mounts.subtracting(before.mounts)
    let changed = new.inOrder.filter { mount in gone.contains { mount.isSame(as: $0) } }
    for mount in changed {
      let change = gone.first { mount.isSame(as: $0) }.flatMap { mount.change(since: $0) }
      if let change { changes.remains.append("a mount is changed: \(change)") }
    }
    let come = new.subtracting(changed).inOrder
    changes.remains += come.compactMap { mount in
      traces.belonging(of: mount).map { "a mount is left: \(mount.shown), \($0)" }
    }
    let others = come.filter { traces.belonging(of: $0) == nil }
    changes.note(others.count, "mount", "s", "new", others.map(\.shown))
    let lost = gone.inOrder.filter { mount in !changed.contains { $0.isSame(as: mount) } }
    changes.note(lost.count, "mount", "s", "gone", lost.map(\.shown))
  }

  private func compareCgroups(with before: MachineState, _ traces: LabTraces, _ changes: inout MachineChanges) {
    let own = cgroups.filter(traces.owns)
    changes.remains += own.map { "a cgroup is left: \($0.string.escapingControls)" }.sorted()
    changes.note(cgroups.subtracting(before.cgroups).subtracting(own).count, "cgroup", "s", "new")
    let gone = before.cgroups.subtracting(cgroups).filter { !traces.owns($0) }
    changes.note(gone.count, "cgroup", "s", "gone")
  }
}

/// What is not as it was.
struct MachineChanges: Hashable, Sendable {
  /// What is the lab's, or may be, one line each; empty when the machine is clean.
  var remains: [String] = []
  /// What others did meanwhile: nothing tells that it is the lab's.
  private(set) var others: [String] = []

  /// How many are named beside their number.
  private static let mostNames = 3

  fileprivate init(remains: [String]) {
    self.remains = remains
  }

  fileprivate mutating func note(
    _ count: Int, _ word: String, _ plural: String, _ what: String, _ names: [String] = []
  ) {
    if count == 0 { return }
    let more = names.count > Self.mostNames ? ["and \(names.count - Self.mostNames) more"] : []
    let shown = (names.prefix(Self.mostNames) + more).joined(separator: ", ")
    others.append("\(count) \(word)\(count == 1 ? "" : plural) \(what)" + (shown.isEmpty ? "" : " (\(shown))"))
  }
}

extension [UInt8] {
  fileprivate var shown: String { String(decoding: self, as: UTF8.self).escapingControls }
}

extension Set<MountInfo> {
  /// By place.
  fileprivate var inOrder: [MountInfo] { sorted { $0.mountPoint.lexicographicallyPrecedes($1.mountPoint) } }
}

extension MountInfo {
  /// The mounts of the lab's own mount namespace.
  ///
  /// - Throws: `SystemCallError` when /proc cannot be read.
  static func ofLab() throws(SystemCallError) -> [MountInfo] {
    let text = try FileDescriptor.open("/proc/self/mountinfo").readAll()
    return parse(text.span)
  }

  fileprivate var shown: String { "\(fileSystemType.shown) at \(mountPoint.shown)" }

  /// Whether this is the same mount at another time.
  fileprivate func isSame(as other: MountInfo) -> Bool {
    mountID == other.mountID && device == other.device && mountPoint == other.mountPoint && root == other.root
  }

  /// How the mount changed; nil in nothing that its owner alone can change: the numbers of peer groups change by
  /// what others unmount.
  fileprivate func change(since former: MountInfo) -> String? {
    let states = [former, self].map { mount in
      [mount.options.shown, mount.superOptions.shown, mount.peerGroup == nil ? "private" : "shared"]
        .joined(separator: " ")
    }
    return states[0] == states[1] ? nil : "\(shown) was \(states[0]) and is \(states[1])"
  }
}
