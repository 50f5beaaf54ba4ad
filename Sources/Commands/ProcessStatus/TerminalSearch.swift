// Which terminal a person means by `pts/3`, `3`, `tty1`, `S0` or `-`; and numbers as C reads them.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// Finds terminals by what may be typed after `-t`.
enum TerminalSearch {
  /// - Throws: when there is no such terminal, or the file is none.
  static func find(_ name: String) throws(StatusRequestError) -> TerminalNumber {
    let paths =
      name.hasPrefix("/")
      ? [name] : ["/dev/pts/\(name)", "/dev/\(name)", "/dev/tty\(name)", "/dev/pty\(name)", "/dev/\(name)nsole"]
    for path in paths {
      guard let status = status(of: path) else { continue }
      guard status.isCharacterDevice else { throw StatusRequestError("list member was not a TTY") }
      return TerminalNumber(major: status.standsFor.major, minor: status.standsFor.minor)
    }
    if name == "-" || name == "?" { return .none }
    throw StatusRequestError("TTY could not be found")
  }

  private static func status(of path: String) -> FileStatus? {
    do { return try FileDescriptor.workingDirectory.status(of: FilePath(path)) } catch { return nil }
  }
}

/// Numbers as strtoul(3) with base 0 reads them.
enum CNumber {
  /// Decimal, `0x` and hexadecimal, or `0` and octal; nil where any of the text is something else.
  static func parse(_ text: Substring) -> UInt64? {
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
    if text.count > 1, text.hasPrefix("0") { return UInt64(text.dropFirst(), radix: 8) }
    return UInt64(text)
  }
}
