// The world at one moment, and what is different at the next: a browser is sent differences.

internal import Linux
public import Processes

/// All processes and namespaces at nearly one moment.
public struct WorldSnapshot: Hashable, Sendable {
  /// In ascending order of PIDs.
  public var inhabitants: [Inhabitant] = []
  /// In ascending order of kinds and inodes.
  public var continents: [Continent] = []
  /// The machine's own namespaces.
  public var machine = NamespaceLinks()
  /// How many announcements of the kernel were lost until then, and made up for by looking at everything.
  public var lost: UInt64 = 0

  /// Before anything was read.
  public init() {}
}

/// What has to be told to somebody who knows one snapshot so that he knows another.
public struct WorldDifference: Hashable, Sendable {
  /// New, or not what they were.
  public var inhabitants: [Inhabitant] = []
  /// No more there.
  public var gone: [ProcessIdentity] = []
  /// New, or not what they were.
  public var continents: [Continent] = []
  /// No more there.
  public var sunken: [NamespaceLink] = []
  /// How many announcements were lost in all, where some were since.
  public var lost: UInt64?

  /// Compares two snapshots.
  public init(from old: WorldSnapshot, to new: WorldSnapshot) {
    for (before, after) in pairs(
      old.inhabitants, new.inhabitants, by: { $0.identity.processID < $1.identity.processID })
    {
      if let after, after != before { inhabitants.append(after) }
      // A PID that went to another process is a death and a birth.
      if let before, before.identity != after?.identity { gone.append(before.identity) }
    }
    for (before, after) in pairs(old.continents, new.continents, by: { $0.link.isBefore($1.link) }) {
      if let after, after != before { continents.append(after) }
      if let before, after == nil { sunken.append(before.link) }
    }
    if new.lost != old.lost { lost = new.lost }
  }

  /// Whether there is nothing to tell.
  public var isEmpty: Bool {
    inhabitants.isEmpty && gone.isEmpty && continents.isEmpty && sunken.isEmpty && lost == nil
  }
}

/// Walks two ordered lists side by side: what is in both as a pair, what is in one alone beside nil.
private func pairs<Element>(
  _ old: [Element], _ new: [Element], by isBefore: (Element, Element) -> Bool
) -> [(Element?, Element?)] {
  var pairs: [(Element?, Element?)] = []
  var (left, right) = (old[...], new[...])
  while let before = left.first, let after = right.first {
    let (takesLeft, takesRight) = (!isBefore(after, before), !isBefore(before, after))
    pairs.append((takesLeft ? left.removeFirst() : nil, takesRight ? right.removeFirst() : nil))
  }
  return pairs + left.map { ($0, nil) } + right.map { (nil, $0) }
}

extension NamespaceLink {
  /// The order of snapshots: kinds as /proc names them, then inodes.
  func isBefore(_ other: NamespaceLink) -> Bool {
    (kind.rawValue, inode) < (other.kind.rawValue, other.inode)
  }
}
