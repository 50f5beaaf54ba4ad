// What a column of ps is: a name to ask for it by, a heading, a place, and how its field is made.

internal import JSON
internal import Linux
internal import Processes

/// One column that may be asked for.
struct Column: Sendable {
  /// How a field stands in its column.
  enum Alignment: Sendable {
    case left
    case right
    /// Left, and as the last of a row as wide as there is room.
    case unlimited
    /// A name stands left, a number right.
    case name
    /// A set of signals: 9 columns wide, 16 where the row has room.
    case signals
    /// Text between columns, in the manner of AIX: no blank around it.
    case literal
  }

  /// Which rows have the field, where processes and their threads are shown in rows of their own.
  enum Scope: Sendable {
    case process
    case thread
    case both
  }

  typealias Writing = @Sendable (ProcessRecord, Snapshot, inout Cell) -> Void
  typealias Ordering = @Sendable (ProcessRecord, Snapshot) -> SortKey

  var name: String
  var heading: String
  /// In columns of the terminal.
  var width: Int
  var alignment: Alignment
  var scope: Scope
  /// Whether the width is that of the largest PID.
  var isProcessIDWide = false
  /// What has to be read of a process.
  var fields: ProcessFields
  var write: Writing
  var order: Ordering
  /// Other people's text as it is, for JSON.
  var raw: (@Sendable (ProcessRecord, Snapshot) -> [UInt8]?)?
  /// Whether the field is a decimal number.
  var isNumber = false
  /// Whether Linux has nothing for it.
  var isAbsent = false

  /// Whether the column is text of the command line, and no field.
  var isLiteral: Bool { alignment == .literal }
}

/// What rows are ordered by.
enum SortKey: Comparable, Sendable {
  case number(Int64)
  case fraction(Double)
  case text([UInt8])

  static func < (left: SortKey, right: SortKey) -> Bool {
    switch (left, right) {
    case (.number(let left), .number(let right)): left < right
    case (.fraction(let left), .fraction(let right)): left < right
    case (.text(let left), .text(let right)): left.lexicographicallyPrecedes(right)
    default: false
    }
  }
}

extension Column {
  /// A column of decimal numbers, which also order the rows; `-` where there is none.
  static func number(
    _ name: String, _ heading: String, _ width: Int, _ scope: Scope = .both, _ fields: ProcessFields = .stat,
    _ alignment: Alignment = .right, _ value: @escaping @Sendable (ProcessRecord, Snapshot) -> Int64?
  ) -> Column {
    var column = Column(
      name: name, heading: heading, width: width, alignment: alignment, scope: scope, fields: fields,
      write: { record, snapshot, cell in
        if let number = value(record, snapshot) { cell.put(signed: number) } else { cell.put(UInt8(ascii: "-")) }
      },
      order: { record, snapshot in .number(value(record, snapshot) ?? -1) })
    column.isNumber = true
    return column
  }

  /// A column of PIDs.
  static func processID(
    _ name: String, _ heading: String, _ scope: Scope = .process,
    _ value: @escaping @Sendable (ProcessRecord) -> Int32
  ) -> Column {
    var column = number(name, heading, 5, scope) { record, _ in Int64(value(record)) }
    column.isProcessIDWide = true
    return column
  }

  /// A column of text that the program makes itself, which also orders the rows.
  static func text(
    _ name: String, _ heading: String, _ width: Int, _ alignment: Alignment = .left, _ scope: Scope = .both,
    _ fields: ProcessFields = .stat, order: Ordering? = nil, _ write: @escaping Writing
  ) -> Column {
    Column(
      name: name, heading: heading, width: width, alignment: alignment, scope: scope, fields: fields, write: write,
      order: order ?? { record, snapshot in
        var cell = Cell()
        write(record, snapshot, &cell)
        return .text(cell.bytes)
      })
  }

  /// A column of other people's text, escaped and cut to its room.
  static func foreign(
    _ name: String, _ heading: String, _ width: Int, _ alignment: Alignment = .unlimited,
    _ fields: ProcessFields, _ value: @escaping @Sendable (ProcessRecord, Snapshot) -> [UInt8]
  ) -> Column {
    Column(
      name: name, heading: heading, width: width, alignment: alignment, scope: .process, fields: fields,
      write: { record, snapshot, cell in cell.put(escaped: value(record, snapshot)) },
      order: { record, snapshot in .text(value(record, snapshot)) }, raw: value)
  }

  /// A column that other systems have, and Linux has nothing for: `-`.
  static func absent(
    _ name: String, _ heading: String, _ width: Int, _ alignment: Alignment = .right, _ scope: Scope = .both
  ) -> Column {
    Column(
      name: name, heading: heading, width: width, alignment: alignment, scope: scope, fields: .stat,
      write: { _, _, cell in cell.put(UInt8(ascii: "-")) }, order: { _, _ in .number(0) }, isAbsent: true)
  }

  /// Text between columns.
  static func literal(_ text: String) -> Column {
    Column(
      name: "", heading: text, width: text.utf8.count, alignment: .literal, scope: .both, fields: .stat,
      write: { _, _, cell in cell.put(text) }, order: { _, _ in .number(0) })
  }

  /// The same column under another name, and perhaps another heading or width.
  func named(_ name: String, _ heading: String? = nil, width: Int? = nil, _ alignment: Alignment? = nil) -> Column {
    var copy = self
    copy.name = name
    if let heading { copy.heading = heading }
    if let width { copy.width = width }
    if let alignment { copy.alignment = alignment }
    return copy
  }
}

extension Column {
  /// Writes the field as a member of a JSON object: null for what has none.
  func writeJSON(_ record: ProcessRecord, _ snapshot: Snapshot, _ json: inout JSONWriter) {
    if let raw { return json.member(name, bytes: raw(record, snapshot).map { $0[...] }) }
    var cell = Cell()
    write(record, snapshot, &cell)
    if isNumber, case .number(let number) = order(record, snapshot), cell.bytes != [UInt8(ascii: "-")] {
      json.key(name)
      json.value(number)
    } else if cell.bytes == [UInt8(ascii: "-")] {
      json.member(name, String?.none)
    } else {
      json.member(name, bytes: cell.bytes.drop { $0 == 32 })
    }
  }
}

extension ProcessRecord {
  /// Why one of the fields could not be read; nil when all could.
  func error(reading fields: ProcessFields) -> Errno? {
    let readings: [(ProcessFields, Errno?)] = [
      (.owner, owner.error), (.status, status.error), (.commandLine, commandLine.error),
      (.environment, environment.error), (.executable, executable.error), (.cgroup, cgroup.error),
      (.namespaces, namespaces.error), (.securityLabel, securityLabel.error), (.waitChannel, waitChannel.error),
      (.outOfMemory, outOfMemory.error), (.loginUser, loginUserID.error),
    ]
    return readings.first { fields.contains($0.0) && $0.1 != nil }?.1
  }
}
