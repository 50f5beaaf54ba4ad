// The traits' names: for a person, and for programs.

internal import Linux

extension Lineage.Trait {
  /// The trait's name for a person, for example `UTS namespace`, `effective capabilities`, `max open files`.
  public var label: String {
    switch self {
    case .namespace(let kind): "\(kind.name) namespace"
    case .limit(let name): name.prefix(1).lowercased() + name.dropFirst()
    case .processID: "PID"
    case .userIDs: "user IDs"
    case .groupIDs: "group IDs"
    default: words.joined(separator: " ")
    }
  }

  /// The trait's name in JSON, for example `umask`, `utsNamespace`, `limit Max open files`.
  public var key: String {
    switch self {
    case .namespace(let kind): "\(kind)Namespace"
    case .limit(let name): "limit \(name)"
    default: "\(self)"
    }
  }

  /// The words of the case's name: `effectiveCapabilities` is `effective capabilities`.
  private var words: [String] {
    var words = [""]
    for letter in "\(self)" {
      if letter.isUppercase { words.append("") }
      words[words.count - 1] += letter.lowercased()
    }
    return words
  }
}
