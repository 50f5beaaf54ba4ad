// The tables of a recorded trace, in one place for who writes and who reads them. Times are nanoseconds since the trace
// began; what began before it is negative.

/// The layout of a record.
enum TraceSchema {
  /// Marks a file as one of this program's: "PNGA".
  static let application: Int64 = 0x504e_4741
  static let version: Int64 = 1

  static let statements = """
    PRAGMA application_id = \(application);
    PRAGMA user_version = \(version);
    PRAGMA synchronous = OFF;
    CREATE TABLE trace(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE process(
      number INTEGER PRIMARY KEY, pid INTEGER, ppid INTEGER, parent INTEGER REFERENCES process, was_there INTEGER, begin INTEGER,
      "end" INTEGER, status INTEGER, signal INTEGER, peak_memory INTEGER, processor_time INTEGER, name BLOB);
    CREATE TABLE program(
      number INTEGER PRIMARY KEY, process INTEGER REFERENCES process, time INTEGER, command BLOB, executable BLOB,
      directory BLOB, has_moved INTEGER, is_cut INTEGER, has_environment INTEGER);
    CREATE TABLE environment(program INTEGER REFERENCES program, before BLOB, after BLOB);
    CREATE TABLE namespace(program INTEGER REFERENCES program, kind TEXT, inode INTEGER);
    CREATE TABLE change(process INTEGER REFERENCES process, time INTEGER, kind TEXT, real INTEGER, effective INTEGER, name BLOB);
    """
}
