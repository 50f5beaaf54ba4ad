// /proc/PID/ns: which namespace of each kind a process is in.

public import Linux

/// A namespace as a link of /proc names it, for example `uts:[4026531838]`.
///
/// An inode's number is reused once its namespace is gone. Source: namespaces(7).
public struct NamespaceLink: Hashable, Sendable {
  /// Which of the eight.
  public let kind: NamespaceKind
  /// The number in brackets.
  public let inode: UInt64

  /// A link from its parts.
  public init(kind: NamespaceKind, inode: UInt64) {
    self.kind = kind
    self.inode = inode
  }

  /// Parses a link's target.
  ///
  /// - Returns: nil when it is no such text, or of a kind that is not known.
  public init?(_ text: Span<UInt8>) {
    let whole = 0..<text.count
    guard let colon = text.firstIndex(of: UInt8(ascii: ":"), in: whole) else { return nil }
    guard let kind = NamespaceKind.allCases.first(where: { text.matches($0.staticName, in: 0..<colon) }) else {
      return nil
    }
    guard let inode = NamespaceLink.inode(in: text.extracting(colon..<text.count)) else { return nil }
    self.init(kind: kind, inode: inode)
  }

  /// The inode's number in a link's target, whatever its kind.
  static func inode(in text: Span<UInt8>) -> UInt64? {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":"), in: 0..<text.count) else { return nil }
    var cursor = ByteCursor(text, from: colon + 1)
    guard cursor.skip(UInt8(ascii: "[")), let inode = cursor.number(), cursor.skip(UInt8(ascii: "]")),
      cursor.isAtEnd
    else { return nil }
    return inode
  }
}

extension NamespaceLink: CustomStringConvertible {
  public var description: String { "\(kind.procName):[\(inode)]" }
}

/// The namespaces of one process or thread, of each kind that could be read.
///
/// Source: proc_pid_ns(5).
public struct NamespaceLinks: Hashable, Sendable {
  private var inodes: InlineArrayStorage = .init()
  /// The PID namespace that its next children will be in; nil before its first child, too.
  public internal(set) var pidForChildren: UInt64?
  /// The time namespace that its next children will be in.
  public internal(set) var timeForChildren: UInt64?
  /// Why a link could not be read: `EACCES`, or `ENOENT` for a zombie's.
  public internal(set) var firstError: Errno?

  /// Nothing read.
  public init() {}

  /// The inode's number; nil where the link could not be read or does not exist.
  public internal(set) subscript(kind: NamespaceKind) -> UInt64? {
    get { inodes[kind] == 0 ? nil : inodes[kind] }
    set { inodes[kind] = newValue ?? 0 }
  }

  /// The namespace of a kind; nil where the link could not be read or does not exist.
  public func link(_ kind: NamespaceKind) -> NamespaceLink? {
    self[kind].map { NamespaceLink(kind: kind, inode: $0) }
  }
}

/// Eight numbers without an allocation, comparable.
struct InlineArrayStorage: Hashable, Sendable {
  private var numbers = InlineArray<8, UInt64>(repeating: 0)

  subscript(kind: NamespaceKind) -> UInt64 {
    get { numbers[Int(kind.rawValue)] }
    set { numbers[Int(kind.rawValue)] = newValue }
  }

  static func == (left: Self, right: Self) -> Bool {
    NamespaceKind.allCases.allSatisfy { left[$0] == right[$0] }
  }

  func hash(into hasher: inout Hasher) {
    for kind in NamespaceKind.allCases { hasher.combine(self[kind]) }
  }
}

extension NamespaceKind {
  /// The name in /proc/PID/ns.
  var staticName: StaticString {
    switch self {
    case .cgroup: "cgroup"
    case .ipc: "ipc"
    case .mount: "mnt"
    case .network: "net"
    case .pid: "pid"
    case .time: "time"
    case .user: "user"
    case .uts: "uts"
    }
  }
}
