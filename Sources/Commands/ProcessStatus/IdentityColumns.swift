// Columns that say who a process is, whose, and with which rights.

internal import Linux
internal import Processes

extension Column {
  /// PIDs of the process and of those that it belongs to.
  static let identities: [Column] = {
    let pid = Column.processID("pid", "PID") { $0.threadGroupID }
    let pgid = Column.processID("pgid", "PGID") { $0.stat.processGroupID }
    let sid = Column.processID("sid", "SID") { $0.stat.sessionID }
    let lwp = Column.processID("lwp", "LWP", .thread) { $0.processID }
    let threads = Column.number("nlwp", "NLWP", 4, .process) { record, _ in Int64(record.stat.threadCount) }
    return [
      pid, pid.named("tgid", "TGID"), Column.processID("ppid", "PPID") { $0.parentID },
      pgid, pgid.named("pgrp", "PGRP"), sid, sid.named("sess", "SESS"), sid.named("session", "SESS"),
      Column.processID("tpgid", "TPGID") { $0.stat.foregroundProcessGroupID },
      lwp, lwp.named("tid", "TID"), lwp.named("spid", "SPID"),
      threads, threads.named("thcount", "THCNT", width: 5),
      .text("nspid", "NSPID", 11, .left, .both, .status) { record, _, cell in
        let numbers = record.status.value?.processIDs ?? []
        cell.put(numbers.isEmpty ? "-" : numbers.map { "\($0)" }.joined(separator: ","))
      },
    ]
  }()

  /// Users and groups.
  static let credentials: [Column] =
    users(["euid", "uid"], ["euser", "user", "uname", "uid_hack"], .owner) { $0.owner.value?.userID }
    + users(["ruid"], ["ruser"], .status) { $0.status.value?.userIDs.real }
    + users(["suid", "svuid"], ["suser", "svuser"], .status) { $0.status.value?.userIDs.saved }
    + users(["fuid", "fsuid"], ["fuser", "fsuser"], .status) { $0.status.value?.userIDs.fileSystem }
    + groups(["egid", "gid"], ["egroup", "group"], .owner) { $0.owner.value?.groupID }
    + groups(["rgid"], ["rgroup"], .status) { $0.status.value?.groupIDs.real }
    + groups(["sgid", "svgid"], ["sgroup", "svgroup"], .status) { $0.status.value?.groupIDs.saved }
    + groups(["fgid", "fsgid"], ["fgroup", "fsgroup"], .status) { $0.status.value?.groupIDs.fileSystem }
    + [
      .number("luid", "LUID", 5, .both, .loginUser) { record, _ in
        record.loginUserID.value.flatMap { $0 == .max ? nil : Int64($0) }
      },
      .foreign("supgid", "SUPGID", 20, .unlimited, .status) { record, _ in
        list(record.status.value?.supplementaryGroupIDs) { Array("\($0)".utf8) }
      },
      .foreign("supgrp", "SUPGRP", 40, .unlimited, .status) { record, snapshot in
        list(record.status.value?.supplementaryGroupIDs) { snapshot.groupName($0) }
      },
      label, label.named("context", "CONTEXT"), label.named("zone", "ZONE"),
    ]

  /// Namespaces by their inode numbers.
  static let namespaces: [Column] = NamespaceKind.allCases.map { kind in
    let name = kind.procName + "ns"
    return Column.number(name, name.uppercased(), 10, .both, .namespaces) { record, _ in
      record.namespaces.value?[kind].map { Int64(truncatingIfNeeded: $0) }
    }
  }

  private typealias Identifier = @Sendable (ProcessRecord) -> UInt32?

  private static func users(
    _ numbers: [String], _ names: [String], _ fields: ProcessFields, _ value: @escaping Identifier
  ) -> [Column] {
    numbers.map { number($0, $0.uppercased(), fields, value) }
      + names.map { name in
        owner(name, heading(of: name), fields, value) { snapshot, id in snapshot.userName(id) }
      }
  }

  private static func groups(
    _ numbers: [String], _ names: [String], _ fields: ProcessFields, _ value: @escaping Identifier
  ) -> [Column] {
    numbers.map { number($0, $0.uppercased(), fields, value) }
      + names.map { name in
        owner(name, heading(of: name), fields, value) { snapshot, id in snapshot.groupName(id) }
      }
  }

  private static func heading(of name: String) -> String {
    switch name {
    case "uname": "USER"
    case "uid_hack": "UID"
    default: name.uppercased()
    }
  }

  private static func number(
    _ name: String, _ heading: String, _ fields: ProcessFields, _ value: @escaping Identifier
  ) -> Column {
    // Printed as a signed number, as the original does: 4294967295 is -1.
    .number(name, heading, 5, .both, fields) { record, _ in
      value(record).map { Int64(Int32(bitPattern: $0)) }
    }
  }

  /// A name; one that is too long is cut and marked with `+`.
  private static func owner(
    _ name: String, _ heading: String, _ fields: ProcessFields, _ value: @escaping Identifier,
    _ lookUp: @escaping @Sendable (Snapshot, UInt32) -> [UInt8]
  ) -> Column {
    Column(
      name: name, heading: heading, width: 8, alignment: .name, scope: .both, fields: fields,
      write: { record, snapshot, cell in
        guard let id = value(record) else { return cell.put(UInt8(ascii: "?")) }
        if !snapshot.options.isNumeric, cell.put(name: lookUp(snapshot, id)) { return }
        cell.put(number: UInt64(id))
      },
      order: { record, snapshot in .text(value(record).map { lookUp(snapshot, $0) } ?? []) })
  }

  private static func list(_ groups: [UInt32]?, _ text: (UInt32) -> [UInt8]) -> [UInt8] {
    guard let groups, !groups.isEmpty else { return [UInt8(ascii: "-")] }
    return Array(groups.map(text).joined(separator: [UInt8(ascii: ",")]))
  }

  /// The context of the security module, up to its first character that cannot be shown.
  private static let label = Column.text("label", "LABEL", 31, .left, .both, .securityLabel) { record, _, cell in
    let text = (record.securityLabel.value ?? []).prefix { (0x20..<0x7f).contains($0) }
    if text.isEmpty { cell.put(UInt8(ascii: "-")) } else { cell.put(ascii: text) }
  }
}
