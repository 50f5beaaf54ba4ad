// Tables and words that several verbs print in.

internal import CommandDescription

/// The formats of runc.
enum OutputFormat {
  /// The value of --format.
  ///
  /// - Throws: `EngineFailure` where it is neither `table` nor `json`.
  static func checked(_ option: ScannedOption) throws(EngineFailure) -> String {
    guard let format = option.value, ["table", "json"].contains(format) else {
      throw EngineFailure("invalid format option")
    }
    return format
  }

  /// Rows in columns of at least twelve characters, three blanks apart; the last column is as wide as its text.
  static func table(_ rows: [[String]]) -> String {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in max(12, (rows.map { $0[column].count }.max() ?? 0) + 3) }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column == columns - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined() + "\n"
    }.joined()
  }
}
