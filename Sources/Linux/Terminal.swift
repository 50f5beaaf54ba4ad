// Terminals: whether a descriptor is one, and how large.

internal import CLinux
internal import Glibc

/// The size of a terminal in character cells; 0 where the terminal does not know.
///
/// Source: TIOCGWINSZ(2const).
public struct WindowSize: Hashable, Sendable {
  public var rows: Int
  public var columns: Int

  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }
}

extension FileDescriptor {
  /// The size of the terminal that the descriptor refers to.
  ///
  /// - Throws: `SystemCallError` with `ENOTTY` when it is no terminal.
  ///
  /// Corresponds to ioctl(2) with TIOCGWINSZ.
  public borrowing func windowSize() throws(SystemCallError) -> WindowSize {
    // struct winsize: ws_row, ws_col, ws_xpixel, ws_ypixel.
    var size: [UInt16] = [0, 0, 0, 0]
    let number = number
    _ = try unsafe size.withMutableBytes { (pointer, _) throws(SystemCallError) in
      try systemCall(
        "ioctl", __NR_ioctl, UInt64(descriptor: number), UInt64(TIOCGWINSZ), unsafe UInt64(address: pointer),
        on: "descriptor \(number)")
    }
    return WindowSize(rows: Int(size[0]), columns: Int(size[1]))
  }

  /// Whether the descriptor refers to a terminal.
  ///
  /// Corresponds to isatty(3).
  public var isTerminal: Bool {
    do {
      _ = try windowSize()
      return true
    } catch {
      return false
    }
  }
}
