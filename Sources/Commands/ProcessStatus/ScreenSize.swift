// How large the screen is that ps prints for.

internal import Linux
internal import struct SystemPackage.FilePath

/// Columns and rows.
struct ScreenSize {
  var columns: Int
  var rows: Int

  /// The size of the terminal, of which standard output, standard error, standard input or /dev/tty tells. What is
  /// no terminal is never too narrow. COLUMNS and LINES come before the terminal's answer, options before those.
  init(_ request: StatusRequest) {
    let window = Self.windowSize() ?? WindowSize(rows: 24, columns: 80)
    columns = FileDescriptor.standardOutput.isTerminal ? window.columns : Cell.unlimited
    rows = window.rows
    if let set = Self.variable("COLUMNS") { columns = set }
    if let set = Self.variable("LINES") { rows = set }
    if let set = request.columns { columns = set }
    if let set = request.rows { rows = set }
    if request.wideCount == 1 { columns = max(columns, 132) }
    if request.wideCount > 1 { columns = Cell.unlimited }
  }

  private static func variable(_ name: String) -> Int? {
    environmentVariable(name).flatMap { Int($0) }.flatMap { $0 > 0 && $0 < 131_072 ? $0 : nil }
  }

  /// The size that the first of the caller's terminals tells; one of no columns or rows tells nothing.
  private static func windowSize() -> WindowSize? {
    for number: Int32 in [1, 2, 0] {
      if let size = FileDescriptor(borrowing: number).knownWindowSize, size.rows > 0 { return size }
    }
    do throws(SystemCallError) {
      let flags: OpenFlags = [.noControllingTerminal, .nonBlocking]
      return try FileDescriptor.open("/dev/tty", flags).knownWindowSize
    } catch {
      return nil
    }
  }
}
