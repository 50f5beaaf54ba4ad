// A word that was mistyped, and the one that was probably meant.

/// Finds the nearest of some names.
enum NearName {
  /// The name that a mistyped one is nearest to; nil where none is near.
  ///
  /// A name is near that needs one change for each three letters: a letter more, less, another, or two that changed
  /// places. Of several the first.
  static func of(_ typed: String, among names: some Sequence<String>) -> String? {
    let most = max(1, typed.count / 3)
    let distances = names.map { (name: $0, distance: distance(Array(typed.lowercased()), Array($0.lowercased()))) }
    return distances.filter { $0.distance <= most && $0.distance < typed.count }.min { $0.distance < $1.distance }?.name
  }

  /// The least number of changes from one to the other (optimal string alignment).
  private static func distance(_ from: [Character], _ to: [Character]) -> Int {
    var rows = [Array(0...to.count)]
    for (i, letter) in from.enumerated() {
      var row = [i + 1]
      for (j, other) in to.enumerated() {
        var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == to[j - 1], from[i - 1] == other { least = min(least, rows[i - 1][j - 1] + 1) }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[from.count][to.count]
  }
}
