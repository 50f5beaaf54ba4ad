// Paths by their bytes: what a start asks of a path. The views of FilePath are generic, and look their types up at
// run time: a tenth of a millisecond, and pages of the runtime that nothing else of a start touches.

public import struct SystemPackage.FilePath

extension FilePath {
  /// The directory that holds what the path names: `/a` of `/a/b`; `/` of `/a` and of `/`; empty for `a`.
  ///
  /// Source: dirname(3), apart from the last, which is `.` there.
  public var parentDirectory: FilePath {
    let bytes = self.bytes
    guard let slash = bytes.lastIndex(of: slash) else { return FilePath() }
    return FilePath(bytes: bytes[..<max(slash, 1)])
  }

  /// Whether the path has nothing but names: no `.` and no `..`, which lead elsewhere.
  public var hasOnlyNames: Bool {
    var dots: Int? = 0
    for byte in bytes {
      if byte == slash {
        if dots == 1 || dots == 2 { return false }
        dots = 0
      } else {
        dots = byte == UInt8(ascii: ".") ? dots.map { $0 + 1 } : nil
      }
    }
    return dots != 1 && dots != 2
  }

  /// The names on the way from the top, as if links did not exist: `.` is left out, `..` takes the name before it away,
  /// and leads nowhere from the top. What is no UTF-8 is repaired.
  public var names: [String] {
    var names: [String] = []
    for name in bytes.split(separator: slash) {
      switch String(decoding: name, as: UTF8.self) {
      case ".": break
      case "..": _ = names.popLast()
      case let name: names.append(name)
      }
    }
    return names
  }

  /// The place that a relative path names below this one; this one for an empty path.
  public func below(_ relative: FilePath) -> FilePath {
    relative.isEmpty ? self : FilePath(bytes: bytes + [slash] + relative.bytes)
  }

  private var slash: UInt8 { UInt8(ascii: "/") }
}

extension Array<String> {
  /// The texts, one behind the other, with a separator between each two. Does what the standard library's
  /// `joined(separator:)` does, which is generic, and so costs a start what this file's first lines say.
  public func joined(by separator: String) -> String {
    var text = ""
    for (index, element) in enumerated() { text += index == 0 ? element : separator + element }
    return text
  }
}
