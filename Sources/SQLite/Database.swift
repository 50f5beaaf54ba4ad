// SQLite databases: files that other tools can read, too. What is needed of the library, and no more.

internal import CSQLite
public import struct SystemPackage.FilePath

/// Why a database could not be read or written.
public struct DatabaseError: Error, Hashable, Sendable {
  /// The library's result code.
  public let code: Int32
  /// What the library says.
  public let message: String

  /// An error from its parts.
  public init(code: Int32, message: String) {
    self.code = code
    self.message = message
  }

  /// What a check of the whole file has found.
  public static let damage = DatabaseError(code: CSQLITE_CORRUPT, message: "the check found damage")

  /// Whether the file is something else than a database.
  public var isNoDatabase: Bool { code & 0xff == CSQLITE_NOT_A_DATABASE || code & 0xff == CSQLITE_FORMAT }
  /// Whether the last writer was ended in the middle: the file is put right as soon as it is opened to be changed.
  public var isUnfinished: Bool { code & 0xff == CSQLITE_READ_ONLY }
  /// Whether the file is damaged, or a part of it is missing.
  public var isDamage: Bool { code & 0xff == CSQLITE_CORRUPT }
}

/// What a column of a row holds.
public enum DatabaseValue: Hashable, Sendable {
  /// Nothing.
  case null
  /// A number.
  case integer(Int64)
  /// A text.
  case text(String)
  /// Bytes as they are.
  case bytes([UInt8])
}

/// An open database.
///
/// Source: https://sqlite.org/c3ref/intro.html
@safe public struct Database: ~Copyable {
  private let handle: OpaquePointer

  /// Opens a file that exists; an empty one is an empty database.
  ///
  /// - Parameters:
  ///   - path: symbolic links are followed.
  ///   - isWritable: whether it is to be changed.
  /// - Throws: `DatabaseError` when the file cannot be opened; whether it is a database shows at the first statement.
  public init(_ path: FilePath, isWritable: Bool = false) throws(DatabaseError) {
    // A name such as `:memory:` or `file:x` would mean something else.
    let plain = path.isAbsolute ? path : FilePath(".").pushing(path)
    var opened: OpaquePointer?
    let flags = isWritable ? CSQLITE_OPEN_READ_WRITE : CSQLITE_OPEN_READ_ONLY
    let code = unsafe plain.withPlatformString { text in
      unsafe sqlite3_open_v2(text, &opened, flags, nil)
    }
    guard code == CSQLITE_OK, let made = unsafe opened else {
      let message = unsafe opened.map { unsafe Database.message(of: $0) } ?? "out of memory"
      unsafe sqlite3_close_v2(opened)
      throw DatabaseError(code: code, message: message)
    }
    unsafe handle = made
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// Carries out statements that give no rows.
  ///
  /// - Throws: `DatabaseError` for what SQLite does not understand or cannot do; what it did before holds.
  public func execute(_ text: String) throws(DatabaseError) {
    try verify(unsafe sqlite3_exec(handle, text, nil, nil, nil))
  }

  /// Compiles one statement, with `?` for each value to come.
  ///
  /// - Throws: `DatabaseError`, also when the file is no database.
  public func statement(_ text: String) throws(DatabaseError) -> DatabaseStatement {
    var made: OpaquePointer?
    try verify(unsafe sqlite3_prepare_v2(handle, text, -1, &made, nil))
    guard let statement = unsafe made else { throw DatabaseError(code: 1, message: "no statement") }
    return unsafe DatabaseStatement(statement, of: handle)
  }

  private func verify(_ code: Int32) throws(DatabaseError) {
    if code != CSQLITE_OK { throw DatabaseError(code: code, message: unsafe Database.message(of: handle)) }
  }

  fileprivate static func message(of handle: OpaquePointer) -> String {
    unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) } ?? ""
  }
}

/// A compiled statement, to be carried out once or often.
@safe public struct DatabaseStatement: ~Copyable {
  private let handle: OpaquePointer
  /// Closed by the library only after its last statement.
  private let database: OpaquePointer

  fileprivate init(_ handle: OpaquePointer, of database: OpaquePointer) {
    unsafe self.handle = handle
    unsafe self.database = database
  }

  deinit { unsafe sqlite3_finalize(handle) }

  /// Carries it out with these values, passing over its rows.
  ///
  /// - Throws: `DatabaseError`, also for a disk that is full.
  public func run(_ values: DatabaseValue...) throws(DatabaseError) {
    try bind(values)
    while try next() {}
    unsafe sqlite3_reset(handle)
  }

  private func bind(_ values: [DatabaseValue]) throws(DatabaseError) {
    for (place, value) in values.enumerated() {
      let index = Int32(place + 1)
      let code =
        switch value {
        case .null: unsafe sqlite3_bind_null(handle, index)
        case .integer(let number): unsafe sqlite3_bind_int64(handle, index, number)
        case .text(let text): unsafe csqlite_bind_text(handle, index, text)
        case .bytes(let bytes): unsafe csqlite_bind_bytes(handle, index, bytes, Int32(bytes.count))
        }
      try verify(code == CSQLITE_OK, code)
    }
  }

  /// Goes to the next row, at first to the first one.
  ///
  /// - Returns: whether there is one.
  /// - Throws: `DatabaseError`, also for a damaged file.
  public func next() throws(DatabaseError) -> Bool {
    let code = unsafe sqlite3_step(handle)
    try verify(code == CSQLITE_ROW || code == CSQLITE_DONE, code)
    return code == CSQLITE_ROW
  }

  private func verify(_ isRight: Bool, _ code: Int32) throws(DatabaseError) {
    if isRight { return }
    let error = DatabaseError(code: code, message: unsafe Database.message(of: database))
    unsafe sqlite3_reset(handle)
    throw error
  }

  /// The number in a column of the row, counted from 0; nil where there is nothing.
  public func integer(_ column: Int32) -> Int64? {
    unsafe sqlite3_column_type(handle, column) == CSQLITE_NULL ? nil : unsafe sqlite3_column_int64(handle, column)
  }

  /// The bytes in a column of the row, of a text its UTF-8; nil where there is nothing.
  public func bytes(_ column: Int32) -> [UInt8]? {
    if unsafe sqlite3_column_type(handle, column) == CSQLITE_NULL { return nil }
    // Asked first: a number is turned into text, whose length is not the number's.
    _ = unsafe sqlite3_column_blob(handle, column)
    var bytes = [UInt8](repeating: 0, count: Int(unsafe sqlite3_column_bytes(handle, column)))
    unsafe csqlite_copy(handle, column, &bytes)
    return bytes
  }

  /// The text in a column of the row; nil where there is nothing.
  public func text(_ column: Int32) -> String? {
    bytes(column).map { String(decoding: $0, as: UTF8.self) }
  }
}
