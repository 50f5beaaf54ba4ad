// /proc/PID/cgroup: which control group of each hierarchy a process is in. It is read for processes and for control
// groups, so it is here, where both see it.

/// A process's place in one hierarchy of control groups: one line of the file.
///
/// Source: cgroups(7), "/proc files".
public struct CgroupMembership: Hashable, Sendable {
  /// 0 for version 2, else the number of the version 1 hierarchy.
  public let hierarchyID: Int
  /// The controllers of a version 1 hierarchy, `name=systemd` of a named one; empty for version 2.
  public let controllers: [[UInt8]]
  /// Relative to the hierarchy's root as the reader's cgroup namespace sees it, with a slash first; `/..` leads out of
  /// it. A removed cgroup's path ends with ` (deleted)`.
  public let path: [UInt8]

  /// A line from its parts.
  public init(hierarchyID: Int, controllers: [[UInt8]], path: [UInt8]) {
    self.hierarchyID = hierarchyID
    self.controllers = controllers
    self.path = path
  }

  /// Whether this is the unified hierarchy of version 2.
  public var isUnified: Bool { hierarchyID == 0 && controllers.isEmpty }

  private static let deletion = Array(" (deleted)".utf8)

  /// Whether the cgroup has been removed meanwhile; a zombie may remain in it.
  public var isDeleted: Bool { path.suffix(Self.deletion.count).elementsEqual(Self.deletion) }

  /// The path without the mark of a removed cgroup.
  public var pathOfCgroup: ArraySlice<UInt8> { isDeleted ? path.dropLast(Self.deletion.count) : path[...] }

  /// Parses the file; lines that are not `number:controllers:/path` are passed over. A path may have colons.
  public static func parse(_ text: Span<UInt8>) -> [CgroupMembership] {
    var memberships: [CgroupMembership] = []
    text.forEachLine { line in
      if let membership = CgroupMembership(text, line: line) { memberships.append(membership) }
    }
    return memberships
  }

  private init?(_ text: Span<UInt8>, line: Range<Int>) {
    let colon = UInt8(ascii: ":")
    guard let first = text.firstIndex(of: colon, in: line),
      let second = text.firstIndex(of: colon, in: (first + 1)..<line.upperBound),
      let number = CgroupMembership.number(text, line.lowerBound..<first),
      second + 1 < line.upperBound, text[second + 1] == UInt8(ascii: "/")
    else { return nil }
    let controllers = text.copy((first + 1)..<second).split(separator: UInt8(ascii: ",")).map(Array.init)
    self.init(hierarchyID: number, controllers: controllers, path: text.copy((second + 1)..<line.upperBound))
  }

  /// A decimal number of at most nine digits.
  private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard (1...9).contains(range.count) else { return nil }
    var value = 0
    for index in range {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return nil }
      value = value * 10 + Int(text[index] - UInt8(ascii: "0"))
    }
    return value
  }
}
