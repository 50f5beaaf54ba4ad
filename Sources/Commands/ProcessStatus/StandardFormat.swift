// The columns of ps where none are listed: UNIX formats grow by each letter, BSD formats are fixed and then changed.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The columns that letters such as `-f`, `-l`, `u` and `j` ask for.
struct StandardFormat {
  private let request: StatusRequest

  init(_ request: StatusRequest) {
    self.request = request
  }

  /// - Throws: what the original says of formats that contradict each other.
  func columns() throws(StatusRequestError) -> [Column] {
    if request.format.isEmpty, request.modifiers.isEmpty, let chosen = environmentVariable("PS_FORMAT"),
      !chosen.isEmpty,
      let columns = try? ColumnSpecification.parse(chosen)
    {
      return columns
    }
    let format = request.format
    if format.isSubset(of: [.unixFull, .unixLong]) { return try named(unixNames()) }
    guard let group = Self.groups[format.rawValue] else { throw StatusRequestError("conflicting format options") }
    return try modified(ColumnSpecification.columns(named: group) ?? [])
  }

  private static let groups: [UInt16: String] = [
    StatusRequest.Format.bsdJobs.rawValue: "OL_j", StatusRequest.Format.bsdLong.rawValue: "OL_l",
    StatusRequest.Format.bsdSignals.rawValue: "OL_s", StatusRequest.Format.bsdUser.rawValue: "OL_u",
    StatusRequest.Format.bsdMemory.rawValue: "OL_v", StatusRequest.Format.bsdRegisters.rawValue: "OL_X",
    StatusRequest.Format.oldMemory.rawValue: "OL_m", StatusRequest.Format.context.rawValue: "FLASK_context",
  ]

  private func named(_ names: [String]) throws(StatusRequestError) -> [Column] {
    names.flatMap { ColumnSpecification.columns(named: $0) ?? [] }
  }

  private func unixNames() throws(StatusRequestError) -> [String] {
    let isLong = request.format.contains(.unixLong)
    let hasFlags = !request.modifiers.contains(.noFlags)
    if !hasFlags, !isLong { throw StatusRequestError("modifier -y without format -l makes no sense") }
    return identityNames(isLong: isLong, hasFlags: hasFlags) + useNames(isLong: isLong, hasFlags: hasFlags)
      + endNames(isLong: isLong)
  }

  /// Up to the PIDs.
  private func identityNames(isLong: Bool, hasFlags: Bool) -> [String] {
    let modifiers = request.modifiers
    let isFull = request.format.contains(.unixFull)
    var names: [String] = []
    if modifiers.contains(.label) { names.append("label") }
    if isLong, hasFlags { names.append("f") }
    if isLong { names.append("s") }
    if isFull { names.append("uid_hack") } else if isLong { names.append("uid") }
    names.append("pid")
    if request.threads.contains(.unixT) { names.append("spid") }
    if isFull || isLong { names.append("ppid") }
    if modifiers.contains(.jobs) { names += ["pgid", "sid"] }
    if request.threads.contains(.unixL) { names.append("lwp") }
    return names
  }

  /// CPU and memory.
  private func useNames(isLong: Bool, hasFlags: Bool) -> [String] {
    let modifiers = request.modifiers
    let isFull = request.format.contains(.unixFull)
    var names: [String] = []
    if modifiers.contains(.processor) { names.append("psr") }
    if isFull || isLong, !modifiers.contains(.scheduling) { names.append("c") }
    if request.threads.contains(.unixL), isFull { names.append("nlwp") }
    if modifiers.contains(.scheduling) { names += ["class", "pri"] } else if isLong { names += ["opri", "ni"] }
    if isLong { names.append(hasFlags ? "addr_1" : "rss") }
    if modifiers.contains(.extraFull) || isLong { names.append("sz") }
    if isLong { names.append("wchan") }
    if modifiers.contains(.extraFull) {
      if hasFlags || !isLong { names.append("rss") }
      if !modifiers.contains(.processor) { names.append("psr") }
    }
    return names
  }

  /// From the start time on.
  private func endNames(isLong: Bool) -> [String] {
    let isFull = request.format.contains(.unixFull)
    var names: [String] = []
    if isFull { names.append("stime") }
    names.append("tname")
    if request.prefersBSD {
      if !isLong { names.append("stat") }
      names.append("bsdtime")
      names.append(request.format.isEmpty ? "args" : "cmd")
    } else {
      names.append("time")
      names.append(isFull ? "cmd" : "ucmd")
    }
    return names
  }

  /// A fixed format, with the columns that modifiers add and take away.
  private func modified(_ columns: [Column]) throws(StatusRequestError) -> [Column] {
    var columns = columns
    if request.modifiers.contains(.jobs) {
      try insert("pgid", after: ["PPID", "PID"], in: &columns)
      try insert("sid", after: ["PGID"], in: &columns)
    }
    if request.modifiers.contains(.noFlags) {
      columns.removeAll { $0.heading == "F" }
      try insert("rss", after: ["ADDR"], in: &columns)
      columns.removeAll { $0.heading == "ADDR" }
    }
    if request.modifiers.contains(.scheduling) {
      columns.removeAll { ["%CPU", "CPU", "CP", "C", "NI"].contains($0.heading) }
      if let index = columns.firstIndex(where: { $0.heading == "PRI" }) {
        columns.replaceSubrange(index...index, with: try named(["class", "pri"]))
      }
    }
    if request.threads.contains(.unixT) { try insert("spid", after: ["PID"], in: &columns) }
    if request.threads.contains(.unixL) {
      try insert("lwp", after: ["SID", "SESS", "PGID", "PGRP", "PPID", "PID"], in: &columns)
      try insert("nlwp", after: ["%CPU"], in: &columns)
    }
    if request.modifiers.contains(.label) { columns = try named(["label"]) + columns }
    return columns
  }

  /// Inserts a column after the first heading of the list that there is.
  private func insert(
    _ name: String, after headings: [String], in columns: inout [Column]
  ) throws(StatusRequestError) {
    for heading in headings {
      guard let index = columns.firstIndex(where: { $0.heading == heading }) else { continue }
      columns.insert(contentsOf: try named([name]), at: index + 1)
      return
    }
  }
}

/// How wide a PID can be.
enum ProcessIDWidth {
  /// The digits of the largest PID that the kernel gives; 5 where it does not say.
  static let current: Int = {
    do throws(SystemCallError) {
      let text = String(decoding: try Procfs.machine.read("sys/kernel/pid_max"), as: UTF8.self)
      guard let limit = Int(text.filter { $0 != "\n" }) else { return 5 }
      return String(limit - 1).utf8.count
    } catch {
      return 5
    }
  }()
}
