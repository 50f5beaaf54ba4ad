// /proc/PID/environ: the block of variables that execve(2) laid down. What the program changes afterwards is
// in its own memory and not here.

internal import Linux

/// The environment that a process was started with, byte for byte.
///
/// Source: proc_pid_environ(5), environ(7).
public struct Environment: Hashable, Sendable {
  /// One string of the block.
  public struct Entry: Hashable, Sendable {
    /// The string without the NUL that ends it.
    public let bytes: [UInt8]

    /// The bytes of /proc/PID/environ.
    public init(bytes: [UInt8]) {
      self.bytes = bytes
    }

    /// What stands before the first `=`; nil for a malformed entry, which has none.
    public var name: ArraySlice<UInt8>? {
      bytes.firstIndex(of: UInt8(ascii: "=")).map { bytes[..<$0] }
    }

    /// What stands after the first `=`; nil for a malformed entry, which has none.
    public var value: ArraySlice<UInt8>? {
      bytes.firstIndex(of: UInt8(ascii: "=")).map { bytes[($0 + 1)...] }
    }
  }

  /// All strings in their order; duplicates, malformed and empty ones included.
  public let entries: [Entry]
  /// Whether the block's last string lacks its NUL: the program has written over the block.
  public let isUnterminated: Bool

  /// Parses the file.
  public init(_ text: Span<UInt8>) {
    var entries: [Entry] = []
    var cursor = ByteCursor(text)
    while !cursor.isAtEnd { entries.append(Entry(bytes: text.copy(cursor.field(before: 0)))) }
    self.entries = entries
    isUnterminated = text.count > 0 && text[text.count - 1] != 0
  }

  /// An environment from its entries, in order.
  public init(entries: [Entry]) {
    self.entries = entries
    isUnterminated = false
  }

  /// The value that getenv(3) would find: the first entry of that name; nil where there is none.
  public func value(of name: some Collection<UInt8>) -> [UInt8]? {
    for entry in entries where entry.isNamed(name) { return entry.value.map(Array.init) }
    return nil
  }

  /// Each value of that name, in the order of the block.
  public func values(of name: some Collection<UInt8>) -> [[UInt8]] {
    entries.filter { $0.isNamed(name) }.compactMap { $0.value.map(Array.init) }
  }

  /// The block as the kernel has it: each string followed by NUL.
  public var block: [UInt8] {
    var bytes = Array(entries.map { $0.bytes + [0] }.joined())
    if isUnterminated { bytes.removeLast() }
    return bytes
  }
}

extension Environment.Entry {
  /// Compares without making a copy: there may be 100,000 entries.
  func isNamed(_ name: some Collection<UInt8>) -> Bool {
    bytes.count > name.count && bytes[name.count] == UInt8(ascii: "=") && bytes.starts(with: name)
      && !name.contains(UInt8(ascii: "="))
  }
}

extension Environment {
  /// How a child's environment differs from its parent's.
  public struct Difference: Hashable, Sendable {
    /// Entries of names that the parent lacks.
    public var added: [Entry] = []
    /// Entries of the parent whose names are gone.
    public var removed: [Entry] = []
    /// First entries of names that both have, with values that differ.
    public var changed: [Change] = []

    /// A difference from its parts.
    public init(added: [Entry] = [], removed: [Entry] = [], changed: [Change] = []) {
      self.added = added
      self.removed = removed
      self.changed = changed
    }

    /// Whether nothing differs.
    public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }
  }

  /// One name with two values.
  public struct Change: Hashable, Sendable {
    /// The parent's.
    public let before: Entry
    /// The process's own.
    public let after: Entry

    /// A change from its parts.
    public init(before: Entry, after: Entry) {
      self.before = before
      self.after = after
    }
  }

  /// Compares by name what getenv(3) would find; malformed entries are compared whole.
  ///
  /// - Parameter parent: the environment that this one came from.
  public func difference(from parent: Environment) -> Difference {
    let before = parent.firstEntries
    let after = firstEntries
    var difference = Difference()
    for entry in after.order {
      guard let old = before.byKey[entry.key] else {
        difference.added.append(entry)
        continue
      }
      if old != entry { difference.changed.append(Change(before: old, after: entry)) }
    }
    difference.removed = before.order.filter { after.byKey[$0.key] == nil }
    return difference
  }

  private var firstEntries: (order: [Entry], byKey: [ArraySlice<UInt8>: Entry]) {
    var byKey: [ArraySlice<UInt8>: Entry] = [:]
    var order: [Entry] = []
    for entry in entries where byKey[entry.key] == nil {
      byKey[entry.key] = entry
      order.append(entry)
    }
    return (order, byKey)
  }

  /// One generation in a variable's descent.
  public struct Inheritance: Hashable, Sendable {
    /// Where a value comes from.
    public enum Origin: Hashable, Sendable {
      /// The same value as the parent's, or absent in both.
      case inherited
      /// The parent has none.
      case introduced
      /// The parent has another value.
      case changed
      /// The parent has one, this process none.
      case dropped
      /// No parent to compare with.
      case unknown
    }
    /// The bytes after the `=`; nil where the variable is absent.
    public let value: [UInt8]?
    /// How it stands to the parent's.
    public let origin: Origin
  }

  /// Follows one variable down a line of descent.
  ///
  /// - Parameter line: from the oldest ancestor to the process itself; nil where an environment could not be
  ///   read.
  /// - Returns: one element for each of `line`; nil where that one was nil.
  public static func ancestry(
    of name: some Collection<UInt8>, along line: [Environment?]
  ) -> [Inheritance?] {
    line.indices.map { index in
      guard let environment = line[index] else { return nil }
      let value = environment.value(of: name)
      guard index > 0, let parent = line[index - 1] else { return Inheritance(value: value, origin: .unknown) }
      return Inheritance(value: value, origin: origin(of: value, after: parent.value(of: name)))
    }
  }

  private static func origin(of value: [UInt8]?, after parent: [UInt8]?) -> Inheritance.Origin {
    if value == parent { return .inherited }
    if parent == nil { return .introduced }
    return value == nil ? .dropped : .changed
  }
}

extension Environment.Entry {
  /// The name, or the whole of a malformed entry.
  fileprivate var key: ArraySlice<UInt8> { name ?? bytes[...] }
}
