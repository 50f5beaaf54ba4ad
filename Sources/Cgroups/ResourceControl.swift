// Shares of the processor's cache and of the memory's bandwidth: Intel RDT, by the file system resctrl.

public import Linux
public import struct SystemPackage.FilePath

/// What a container gets of cache and bandwidth.
///
/// Source: runtime-spec 1.3, config-linux.md "IntelRdt"; Documentation/filesystems/resctrl.rst.
public struct ResourceControl: Hashable, Sendable {
  /// The group, `/` for the one that everybody is in; nil for one of the container's own.
  public var closID: String?
  /// Lines of cache, such as `L3:0=f;1=f0`; those of bandwidth are passed over.
  public var l3CacheSchema: String?
  /// A line of bandwidth, such as `MB:0=20;1=70`.
  public var memoryBandwidthSchema: String?
  /// Further lines, of any kind.
  public var schemata: [String] = []
  /// What the container uses is counted for itself.
  public var enablesMonitoring = false

  /// Nothing asked for.
  public init() {}

  /// What is written to `schemata`, a line each.
  var lines: [String] {
    let cache = (l3CacheSchema ?? "").split(separator: "\n").map(String.init).filter { !$0.hasPrefix("MB:") }
    return cache + (memoryBandwidthSchema.map { [$0] } ?? []) + schemata
  }
}

/// Why a share cannot be had.
///
/// Source: Documentation/filesystems/resctrl.rst.
public enum ResourceControlError: Error, Hashable, Sendable {
  /// The file system is not mounted, or there is none.
  case missing
  /// A field of `linux.intelRdt`, and what is wrong with it.
  case invalid(String, String)
  /// The group has other shares than asked for.
  case differs(FilePath, line: String)
  /// The kernel refused a call; with what it said in `info/last_cmd_status`.
  case refused(SystemCallError, status: String)
}

extension ResourceControlError {
  /// A refusal, with what the kernel says of it.
  init(_ error: SystemCallError, below root: FilePath) {
    let status = (try? CgroupFile.words(root.appending("info/last_cmd_status")).joined(separator: " ")) ?? ""
    self = .refused(error, status: status == "ok" ? "" : status)
  }
}

extension ResourceControlError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing: "linux.intelRdt: no resctrl file system is mounted (mount -t resctrl resctrl /sys/fs/resctrl)"
    case .invalid(let field, let problem): "linux.intelRdt.\(field): \(problem)"
    case .differs(let group, let line): "linux.intelRdt: \(group) exists, and its schemata has no line `\(line)`"
    case .refused(let error, let status): "linux.intelRdt: \(error)" + (status.isEmpty ? "" : " (\(status))")
    }
  }
}

/// A group that a process will be put in. A value until it is carried out.
///
/// Source: Documentation/filesystems/resctrl.rst.
public struct ResourceControlPlan: Hashable, Sendable {
  /// Where resctrl is mounted.
  let root: FilePath
  /// The group's directory.
  public let group: FilePath
  /// Whether the group is made.
  public let isMade: Bool
  /// Whether the group is made for the container alone, and removed with it.
  public let isOwned: Bool
  /// What its `schemata` gets.
  public let lines: [String]
  /// A directory below it that counts for the container alone.
  public let monitor: FilePath?
}

extension ResourceControl {
  /// Where resctrl is mounted; nil where it is not.
  ///
  /// - Throws: `SystemCallError` when /proc/self/mountinfo cannot be read.
  ///
  /// Source: Documentation/filesystems/resctrl.rst; proc_pid_mountinfo(5).
  public static func mountPoint() throws(SystemCallError) -> FilePath? {
    let text = try FileDescriptor.open("/proc/self/mountinfo").readAll()
    return mountPoint(in: String(decoding: text, as: UTF8.self))
  }

  static func mountPoint(in mounts: String) -> FilePath? {
    for line in mounts.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let separator = words.firstIndex(of: "-"), separator + 1 < words.count, words[separator + 1] == "resctrl",
        words.count > 4
      else { continue }
      return FilePath(String(words[4]))
    }
    return nil
  }

  /// Plans the group of a container.
  ///
  /// - Throws: `ResourceControlError`: a name is none, a group that is only named is not there, or has other shares.
  ///
  /// Source: Documentation/filesystems/resctrl.rst.
  public func plan(container: String, below root: FilePath?) throws(ResourceControlError) -> ResourceControlPlan {
    guard let root else { throw .missing }
    let name = try groupName(container)
    // The group that everybody is in needs no name when nothing but counting is asked for.
    let isRoot = closID == "/" || closID == nil && lines.isEmpty
    let group = isRoot ? root : root.appending(name)
    let exists = isRoot || CgroupFile.exists(group)
    if !exists, lines.isEmpty { throw .invalid("closID", "there is no group `\(name)`, and no schemata to make one") }
    try checkLines()
    if exists { try compare(group) }
    return ResourceControlPlan(
      root: root, group: group, isMade: !exists, isOwned: !exists && closID == nil, lines: exists ? [] : lines,
      monitor: enablesMonitoring ? group.appending("mon_groups").appending(container) : nil)
  }

  /// `/`, or the name of a directory.
  private func groupName(_ container: String) throws(ResourceControlError) -> String {
    let name = closID ?? container
    let isName = !["", ".", ".."].contains(name) && !name.contains("/") && !name.contains("\n")
    guard name == "/" || isName else { throw .invalid("closID", "`\(name)` is no name of a group") }
    return name
  }

  private func checkLines() throws(ResourceControlError) {
    for line in lines where line.contains("\n") || !line.contains(":") {
      throw .invalid("schemata", "`\(line)` is no line such as `L3:0=f`")
    }
  }

  /// Gives the group of a container these shares anew.
  ///
  /// - Returns: false when there is no such group.
  /// - Throws: `ResourceControlError.invalid` for a line that is none, or the group that everybody is in; `.refused` with
  ///   `EINVAL` for shares that the processor does not have.
  ///
  /// Source: Documentation/filesystems/resctrl.rst.
  public func update(container: String, below root: FilePath?) throws(ResourceControlError) -> Bool {
    guard let root else { throw .missing }
    let name = try groupName(container)
    guard name != "/" else { throw .invalid("closID", "the container is in the group that everybody is in") }
    try checkLines()
    let group = root.appending(name)
    guard CgroupFile.exists(group) else { return false }
    do throws(SystemCallError) {
      try CgroupFile.write(lines.joined(separator: "\n") + "\n", to: group.appending("schemata"))
    } catch {
      throw ResourceControlError(error, below: root)
    }
    return true
  }

  /// A group that is there must have what is asked for, since others may be in it.
  private func compare(_ group: FilePath) throws(ResourceControlError) {
    if lines.isEmpty { return }
    let present: String
    do throws(SystemCallError) {
      present = try CgroupFile.text(group.appending("schemata")) ?? ""
    } catch {
      throw .refused(error, status: "")
    }
    let known = Set(present.split(separator: "\n").map(ResourceControl.normal))
    for line in lines where !known.contains(ResourceControl.normal(line)) { throw .differs(group, line: line) }
  }

  /// A line without blanks, and numbers without leading zeros.
  private static func normal(_ line: some StringProtocol) -> String {
    let text = String(line.filter { !$0.isWhitespace }).lowercased()
    return text.split(separator: ";").map { part in
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else { return String(part) }
      let value = sides[1].drop { $0 == "0" }
      return sides[0] + "=" + (value.isEmpty ? "0" : value)
    }.joined(separator: ";")
  }
}

extension ResourceControlPlan {
  /// What is removed with the container, in this order. A group with a name of its own stays: others may have joined it.
  public var ownedDirectories: [FilePath] {
    [monitor, isOwned ? group : nil].compactMap(\.self)
  }

  /// Makes the group, and puts a process in it. What was made is removed when a step fails.
  ///
  /// - Throws: `ResourceControlError.refused` with `EINVAL` for shares that the processor does not have, `ENOSPC`
  ///   without a group left.
  ///
  /// Source: Documentation/filesystems/resctrl.rst.
  public func carryOut(_ processID: Int32) throws(ResourceControlError) {
    var made: [FilePath] = []
    do throws(SystemCallError) {
      if isMade { try make(group, &made) }
      if !lines.isEmpty { try CgroupFile.write(lines.joined(separator: "\n") + "\n", to: group.appending("schemata")) }
      try CgroupFile.write("\(processID)", to: group.appending("tasks"))
      if let monitor {
        try make(monitor, &made)
        try CgroupFile.write("\(processID)", to: monitor.appending("tasks"))
      }
    } catch {
      let refusal = ResourceControlError(error, below: root)
      // The first failure is the one to tell.
      do throws(SystemCallError) { for directory in made.reversed() { try removeDirectory(directory) } } catch {}
      throw refusal
    }
  }

  /// Puts another process in the group; one that has ended meanwhile is no failure.
  ///
  /// - Throws: `ResourceControlError.refused` with any errno of a write to `tasks`.
  ///
  /// Source: Documentation/filesystems/resctrl.rst.
  public func add(_ processID: Int32) throws(ResourceControlError) {
    do throws(SystemCallError) {
      for group in [group, monitor].compactMap(\.self) {
        try CgroupFile.write("\(processID)", to: group.appending("tasks"))
      }
    } catch {
      if error.errno != .esrch { throw ResourceControlError(error, below: root) }
    }
  }

  private func make(_ directory: FilePath, _ made: inout [FilePath]) throws(SystemCallError) {
    try makeDirectory(directory)
    made.append(directory)
  }
}
