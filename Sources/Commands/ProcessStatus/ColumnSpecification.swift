// Reads lists of columns (`pid,user:12,comm=NAME`, `%p %c`) and of orders (`-rss,+pid`).

/// Lists of columns as typed after `-o`.
enum ColumnSpecification {
  /// The columns of a list; in the manner of AIX where it is not one of the usual manner but has a `%`.
  ///
  /// - Throws: what the original says of a list that is neither.
  static func parse(_ text: String) throws(StatusRequestError) -> [Column] {
    do throws(StatusRequestError) {
      return try parseNames(text)
    } catch {
      let isShare = ["%cpu", "%mem"].contains { text == $0 || text.hasPrefix($0 + " ") || text.hasPrefix($0 + ",") }
      guard text.contains("%"), !isShare, !text.hasPrefix("%m") else { throw error }
      return try parseLetters(text)
    }
  }

  /// The columns that a name stands for: one, or those of a group.
  static func columns(named name: String, heading: String? = nil) -> [Column]? {
    if var column = Column.named(name) {
      if column.isProcessIDWide { column.width = max(ProcessIDWidth.current, column.heading.utf8.count) }
      if let heading {
        column.width = max(column.width, heading.utf8.count)
        column.heading = heading
      }
      return [column]
    }
    guard let group = Column.groupsOfColumns[name] else { return nil }
    return group.split(separator: ",").flatMap { columns(named: String($0), heading: heading) ?? [] }
  }

  /// The members of a list. A single separator at its end is allowed.
  static func members(_ text: String, _ what: String) throws(StatusRequestError) -> [Substring] {
    var members = text.split(omittingEmptySubsequences: false) { " ,\t\n".contains($0) }
    if members.count > 1, members.last?.isEmpty == true { members.removeLast() }
    if members.contains(where: \.isEmpty) {
      throw StatusRequestError(text.isEmpty ? "empty \(what) list" : "improper \(what) list")
    }
    return members
  }

  private static func parseNames(_ text: String) throws(StatusRequestError) -> [Column] {
    var columns: [Column] = []
    for member in try members(text, "format") { columns += try parseName(member) }
    return columns
  }

  /// `name`, `name:width`, `name=heading` or both.
  private static func parseName(_ member: Substring) throws(StatusRequestError) -> [Column] {
    let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let words = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var width: Int?
    if words.count == 2 {
      guard words[1].allSatisfy({ ("0"..."9").contains($0) }), !words[1].hasPrefix("0"), let number = Int32(words[1])
      else { throw StatusRequestError("column widths must be unsigned decimal numbers") }
      width = Int(number)
    }
    guard var columns = columns(named: String(words[0]), heading: parts.count == 2 ? String(parts[1]) : nil) else {
      throw StatusRequestError("unknown user-defined format specifier \"\(words[0])\"")
    }
    if let width {
      guard columns.count == 1 else {
        throw StatusRequestError("can not set width for a macro (multi-column) format specifier")
      }
      columns[0].width = width
    }
    return columns
  }

  /// `%p %c`: letters, and text that is printed as it is.
  private static func parseLetters(_ text: String) throws(StatusRequestError) -> [Column] {
    guard text.hasPrefix("%") || text.hasPrefix(" ") else { throw StatusRequestError("improper AIX field descriptor") }
    var columns: [Column] = []
    var rest = text[...]
    while !rest.isEmpty {
      if rest.hasPrefix("%") {
        guard let letter = rest.dropFirst().first, letter != " ", letter != "%" else {
          throw StatusRequestError("missing AIX field descriptor")
        }
        guard let (name, heading) = Column.letters[letter] else {
          throw StatusRequestError("unknown AIX field descriptor")
        }
        columns += self.columns(named: name, heading: heading) ?? []
        rest = rest.dropFirst(2)
      } else {
        let literal = rest.prefix { $0 != "%" }
        columns.append(.literal(String(literal)))
        rest = rest.dropFirst(literal.count)
      }
    }
    return columns
  }
}

/// One key of an order.
struct SortOrder: Sendable {
  let column: Column
  let isDescending: Bool

  /// `key`, `+key` or `-key`.
  init(_ text: Substring) throws(StatusRequestError) {
    isDescending = text.hasPrefix("-")
    let name = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text
    guard let column = Column.named(String(name)) else { throw StatusRequestError("unknown sort specifier") }
    self.column = column
  }

  /// A list of keys, the first one weighing most.
  static func parse(_ text: String) throws(StatusRequestError) -> [SortOrder] {
    var orders: [SortOrder] = []
    for member in try ColumnSpecification.members(text, "sort") { orders.append(try SortOrder(member)) }
    return orders
  }

  /// BSD's letters, each with an optional sign; nil where the text is no such order.
  static func parseLetters(_ text: String) -> [SortOrder]? {
    var orders: [SortOrder] = []
    var seen: Set<Character> = []
    var sign = "+"
    for character in text {
      if character == "+" || character == "-" {
        sign = String(character)
        continue
      }
      guard let name = Column.orderLetters[character], seen.insert(character).inserted,
        Column.named(name) != nil
      else { return nil }
      do throws(StatusRequestError) {
        orders.append(try SortOrder((sign + name)[...]))
      } catch {
        return nil
      }
      sign = "+"
    }
    return orders.isEmpty ? nil : orders
  }
}
