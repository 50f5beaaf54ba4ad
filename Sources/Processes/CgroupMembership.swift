// /proc/PID/cgroup: which control group of each hierarchy a process is in.

internal import Linux

/// A process's place in one cgroup hierarchy.
///
/// Source: cgroups(7), "/proc files".
public struct CgroupMembership: Hashable, Sendable {
  /// 0 for version 2, else the number of the version 1 hierarchy.
  public let hierarchyID: Int
  /// The controllers of a version 1 hierarchy, `name=systemd` of a named one; empty for version 2.
  public let controllers: [[UInt8]]
  /// Relative to the hierarchy's root as the reader's cgroup namespace sees it; `/..` leads out of it. A removed
  /// cgroup's path ends with ` (deleted)`.
  public let path: [UInt8]

  /// A line from its parts.
  public init(hierarchyID: Int, controllers: [[UInt8]], path: [UInt8]) {
    self.hierarchyID = hierarchyID
    self.controllers = controllers
    self.path = path
  }

  /// Whether this is the unified hierarchy of version 2.
  public var isUnified: Bool { hierarchyID == 0 && controllers.isEmpty }

  /// Parses the file; lines that are not `number:controllers:path` are passed over.
  public static func parse(_ text: Span<UInt8>) -> [CgroupMembership] {
    var memberships: [CgroupMembership] = []
    var cursor = ByteCursor(text)
    while !cursor.isAtEnd {
      let line = cursor.field(before: 10)
      var fields = ByteCursor(text.extracting(0..<line.upperBound), from: line.lowerBound)
      guard let number = fields.number(), fields.skip(UInt8(ascii: ":")) else { continue }
      guard let colon = text.firstIndex(of: UInt8(ascii: ":"), in: fields.position..<line.upperBound) else {
        continue
      }
      let controllers = text.copy(fields.position..<colon).split(separator: UInt8(ascii: ",")).map(Array.init)
      memberships.append(
        CgroupMembership(
          hierarchyID: Int(truncatingIfNeeded: number), controllers: controllers,
          path: text.copy((colon + 1)..<line.upperBound)))
    }
    return memberships
  }
}
