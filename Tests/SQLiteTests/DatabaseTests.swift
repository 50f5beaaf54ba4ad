// Databases: what is written is read again, and what is none is refused.

import Linux
import SQLite
import Testing
import struct SystemPackage.FilePath

/// A file that is removed with the value.
private struct TemporaryFile: ~Copyable {
  let path: FilePath

  init(_ content: [UInt8] = []) throws {
    path = FilePath("/tmp/pangaea-database-\(CallingProcess.processID)-\(monotonicNanoseconds())")
    try FileDescriptor.open(path, [.writeOnly, .create, .exclusive]).write(content)
  }

  deinit { _ = try? removeFile(path) }
}

@Suite struct DatabaseTests {
  @Test func keepsWhatItIsGiven() throws {
    let file = try TemporaryFile()
    let bytes: [UInt8] = [0, 255, 10, 39]
    do {
      let database = try Database(file.path, isWritable: true)
      try database.execute("CREATE TABLE t(a, b, c, d)")
      let insert = try database.statement("INSERT INTO t VALUES (?, ?, ?, ?)")
      try insert.run(.integer(.min), .text("'; DROP TABLE t"), .bytes(bytes), .null)
      try insert.run(.integer(7), .text(""), .bytes([]), .null)
    }
    let rows = try Database(file.path).statement("SELECT * FROM t ORDER BY a")
    #expect(try rows.next())
    #expect(
      rows.integer(0) == .min && rows.text(1) == "'; DROP TABLE t" && rows.bytes(2) == bytes && rows.bytes(3) == nil)
    #expect(try rows.next())
    #expect(rows.integer(0) == 7 && rows.text(1) == "" && rows.bytes(2) == [] && rows.integer(3) == nil)
    #expect(rows.text(0) == "7")
    #expect(try !rows.next())
  }

  @Test func refusesWhatIsNone() throws {
    let file = try TemporaryFile(Array(repeating: 65, count: 5000))
    let database = try Database(file.path)
    let error = #expect(throws: DatabaseError.self) { try database.execute("SELECT * FROM sqlite_schema") }
    #expect(error?.isNoDatabase == true && error?.isDamage == false)
    #expect(throws: DatabaseError.self) { _ = try Database("/nonexistent/x") }
  }

  @Test func writesNothingThatIsToBeRead() throws {
    let file = try TemporaryFile()
    let database = try Database(file.path)
    #expect(throws: DatabaseError.self) { try database.execute("CREATE TABLE t(a)") }
  }
}
