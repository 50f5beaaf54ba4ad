// What keeps a namespace alive, in words.

internal import JSON
internal import Linux
internal import Namespaces
internal import Processes

/// Everything that keeps one namespace.
struct NamespaceHolders {
  private let namespace: Namespace
  private let children: [Namespace]
  private let possessions: [Namespace]

  init(_ namespace: Namespace, _ inventory: NamespaceInventory) {
    self.namespace = namespace
    children = inventory.children(of: namespace.link)
    possessions = inventory.possessions(of: namespace.link)
  }

  /// One for each holder beside the member processes.
  private var phrases: [[UInt8]] {
    namespace.holders.map(phrase) + children.map { Array("its child \($0.link)".utf8) }
      + possessions.map { Array("\($0.link), which it owns".utf8) }
  }

  private func phrase(_ holder: NamespaceHolder) -> [UInt8] {
    if case .mount(let place, let path) = holder {
      let shown = path.isEmpty ? Array("out of sight".utf8) : path
      return Array("mount ".utf8) + shown + Array(" in mnt:[\(place)]".utf8)
    }
    return Array(text(holder).utf8)
  }

  private func text(_ holder: NamespaceHolder) -> String {
    switch holder {
    case .thread(let processID, let threadID): "thread \(threadID) of PID \(processID)"
    case .forChildren(let processID): "the next children of PID \(processID)"
    case .descriptor(let processID, let number): "descriptor \(number) of PID \(processID)"
    case .socket(let processID, let number): "socket \(number) of PID \(processID)"
    case .mount: word(holder)
    }
  }

  /// The holders beside the processes in a word or two; nil when there are none.
  var summary: String? {
    var kinds: [String] = []
    for holder in namespace.holders {
      let word = word(holder)
      if !kinds.contains(word) { kinds.append(word) }
    }
    if !children.isEmpty { kinds.append("child") }
    if !possessions.isEmpty { kinds.append("owned") }
    return kinds.isEmpty ? nil : kinds.joined(separator: ",")
  }

  private func word(_ holder: NamespaceHolder) -> String {
    switch holder {
    case .thread: "thread"
    case .forChildren: "for_children"
    case .descriptor: "fd"
    case .socket: "socket"
    case .mount: "mount"
    }
  }

  /// All that keeps the namespace, one to a line.
  ///
  /// - Parameter name: the command name of a PID, for the processes.
  func explanation(name: (Int32) -> String) -> String {
    var lines = ["\(namespace.link) is kept alive by"]
    lines += namespace.members.map { "  process \($0) (\(name($0)))" }
    lines += phrases.map { "  " + Escaping.escaped($0[...]) }
    if lines.count == 1 { return "\(namespace.link): nothing that can be seen from here keeps it alive\n" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes the holders beside the processes as the JSON member `holders`.
  func write(to json: inout JSONWriter) {
    json.member("holders", texts: phrases.map { $0[...] })
  }
}
