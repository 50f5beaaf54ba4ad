// What throws says what, when, and where more is written. path: Sources/Processes/Throwing.swift
internal import Linux

/// Documented.
public struct Throwing {  // expect: a public type, and nothing names a source
  /// Reads.
  ///
  /// - Throws: `SystemCallError` with `ESRCH` when there is none.
  ///
  /// Corresponds to pidfd_open(2).
  public init() throws(SystemCallError) {}

  /// Reads.
  /// - Throws: `SystemCallError` with `ESRCH` when there is none; see Documentation/filesystems/proc.rst.
  @discardableResult
  public func read(
    _ body: (Int) throws -> Void
  ) throws(SystemCallError) -> Int { 0 }

  /// Reads, by waitid(2).
  public func silent() throws {}  // expect: no `- Throws:` says what and when

  /// Reads, by waitid(2).
  /// - Throws: `SystemCallError`.
  public func bare() throws {}  // expect: no `- Throws:` says what and when

  /// Reads.
  /// - Throws: `SystemCallError` with `ESRCH` when there is none.
  public static func rootless<Value>(_ value: (Value)) async throws -> Value { value }  // expect: names a source

  /// Does not throw by itself.
  public func each(_ body: (Int) throws -> Void) rethrows {}

  /// Does not throw: it is given what does.
  public func give() -> (() throws -> Void) { {} }

  func own() throws {}
}

/// Source: proc(5).
extension Throwing {
  /// Its type says where more is written.
  ///
  /// - Throws: as `read(_:)` does.
  public func again() throws(SystemCallError) {}
}
