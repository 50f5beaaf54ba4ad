// The columns of `ns` and `lsns`.

/// A column; the raw value is its name as it is typed and shown.
enum NamespaceColumn: String, CaseIterable {
  case namespace = "NS"
  case type = "TYPE"
  case path = "PATH"
  case processCount = "NPROCS"
  case processID = "PID"
  case parentID = "PPID"
  case command = "COMMAND"
  case userID = "UID"
  case user = "USER"
  case networkID = "NETNSID"
  case mountPoints = "NSFS"
  case parent = "PNS"
  case owner = "ONS"
  case uniqueID = "ID"
  case holders = "HOLDERS"

  /// Those that lsns(8) of util-linux 2.41 has.
  static let classic = allCases.filter { $0 != .uniqueID && $0 != .holders }

  /// Finds a column by name, in any case.
  init?(named name: some StringProtocol) {
    self.init(rawValue: name.uppercased())
  }

  /// What it shows, as a phrase.
  var meaning: String {
    switch self {
    case .namespace: "namespace identifier (inode number)"
    case .type: "kind of namespace"
    case .path: "path to the namespace"
    case .processCount: "number of processes in the namespace"
    case .processID: "lowest PID in the namespace"
    case .parentID: "PPID of the PID"
    case .command: "command line of the PID"
    case .userID: "UID of the PID"
    case .user: "username of the PID"
    case .networkID: "namespace ID as used by network subsystem"
    case .mountPoints: "nsfs mountpoint (usually used network subsystem)"
    case .parent: "parent namespace identifier (inode number)"
    case .owner: "owner namespace identifier (inode number)"
    case .uniqueID: "number that no other namespace gets until the machine restarts"
    case .holders: "what keeps the namespace beside its processes"
    }
  }

  /// Whether its values are numbers, which JSON shows without quotes. Unique identifiers have 64 bits, too many for
  /// readers that keep numbers as doubles.
  var isNumber: Bool {
    switch self {
    case .namespace, .processCount, .processID, .parentID, .userID, .parent, .owner: true
    default: false
    }
  }

  /// How wide lsns makes it when its values fill the title's width.
  var usualWidth: Int {
    switch self {
    case .namespace, .parent, .owner: 10
    case .type, .processCount, .processID, .parentID: 5
    default: 0
    }
  }

  /// Whether its values stand at the right of the column.
  var isRight: Bool { isNumber || self == .networkID || self == .uniqueID }
}
