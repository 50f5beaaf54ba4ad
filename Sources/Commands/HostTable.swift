// Names and addresses from /etc/hosts: a static program has no resolver, and a hostname's own entry is there.

internal import Linux
internal import struct SystemPackage.FilePath

/// The lines of /etc/hosts.
///
/// Source: hosts(5).
struct HostTable {
  /// One line: an address and its names.
  struct Entry: Hashable {
    let address: String
    /// The first name.
    let canonicalName: String
    let aliases: [String]
  }

  let entries: [Entry]

  /// Reads a table; lines without a name are left out.
  init(parsing text: [UInt8]) {
    entries = text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let content = line.prefix { $0 != UInt8(ascii: "#") }
      let words = content.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }.map { String(decoding: $0, as: UTF8.self) }
      guard words.count >= 2 else { return nil }
      return Entry(address: words[0], canonicalName: words[1], aliases: Array(words[2...]))
    }
  }

  /// Reads /etc/hosts; an absent file is an empty table.
  static func ofMachine() -> HostTable {
    do {
      return HostTable(parsing: try FileDescriptor.open("/etc/hosts").readAll())
    } catch {
      return HostTable(parsing: [])
    }
  }

  /// The lines on which a name stands.
  func entries(named name: String) -> [Entry] {
    entries.filter { $0.canonicalName == name || $0.aliases.contains(name) }
  }

  /// The lines of an address.
  func entries(address: String) -> [Entry] {
    entries.filter { $0.address == address }
  }
}
