// What a container may be called: its identifier becomes the name of a directory.

/// The name that an engine gives a container.
public struct ContainerIdentifier: Hashable, Sendable {
  /// As it was given.
  public let text: String

  /// Checks a name: ASCII letters, digits, `_`, `+`, `-` and `.`, at least one of them, at most 1024, and neither `.`
  /// nor `..`.
  ///
  /// - Throws: `ContainerError.invalidIdentifier` for any other.
  public init(_ text: String) throws(ContainerError) {
    guard ContainerIdentifier.isIdentifier(text) else { throw .invalidIdentifier(text) }
    self.text = text
  }

  static func isIdentifier(_ text: String) -> Bool {
    guard (1...1024).contains(text.utf8.count), text != ".", text != ".." else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
      default: false
      }
    }
  }
}

extension ContainerIdentifier: CustomStringConvertible {
  public var description: String { text }
}
