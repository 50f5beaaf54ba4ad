// /proc/PID/io, smaps_rollup and autogroup: small files that few ask for, each of which costs the kernel something.

internal import Linux

/// What a process has read and written since it started.
///
/// Source: proc_pid_io(5).
public struct InputOutputCounters: Hashable, Sendable {
  /// Bytes that read(2) and its kin returned.
  public var charactersRead: UInt64 = 0
  /// Bytes that write(2) and its kin took.
  public var charactersWritten: UInt64 = 0
  /// Calls of read(2) and its kin.
  public var readCalls: UInt64 = 0
  /// Calls of write(2) and its kin.
  public var writeCalls: UInt64 = 0
  /// Bytes fetched from storage.
  public var bytesRead: UInt64 = 0
  /// Bytes sent to storage.
  public var bytesWritten: UInt64 = 0
  /// Bytes that were to be written and were taken back.
  public var cancelledBytes: UInt64 = 0

  /// Parses the file; lines that are not known are passed over.
  public init(_ text: Span<UInt8>) {
    forEachNumber(of: text) { key, value in
      if text.matches("rchar", in: key) { charactersRead = value }
      if text.matches("wchar", in: key) { charactersWritten = value }
      if text.matches("syscr", in: key) { readCalls = value }
      if text.matches("syscw", in: key) { writeCalls = value }
      if text.matches("read_bytes", in: key) { bytesRead = value }
      if text.matches("write_bytes", in: key) { bytesWritten = value }
      if text.matches("cancelled_write_bytes", in: key) { cancelledBytes = value }
    }
  }
}

/// What of a process's memory is its own, and its share of the rest, in KiB.
///
/// Source: proc_pid_smaps(5); smaps_rollup since Linux 4.14.
public struct MemoryShares: Hashable, Sendable {
  /// Each page divided by the number of processes that map it.
  public var proportional: UInt64 = 0
  /// Pages that no other process maps.
  public var unique: UInt64 = 0

  /// Parses the file; lines that are not known are passed over.
  public init(_ text: Span<UInt8>) {
    forEachNumber(of: text) { key, value in
      if text.matches("Pss", in: key) { proportional = value }
      if text.matches("Private_Clean", in: key) || text.matches("Private_Dirty", in: key) { unique += value }
    }
  }
}

/// The autogroup of a process's session.
///
/// Source: sched(7).
public struct SchedulingAutogroup: Hashable, Sendable {
  /// The number of the group.
  public let number: Int32
  /// 19 (low) to -20 (high).
  public let nice: Int32

  /// Parses `/autogroup-25 nice 0`.
  ///
  /// - Returns: nil when the text is no such line.
  public init?(_ text: Span<UInt8>) {
    let whole = 0..<text.count
    guard let hyphen = text.firstIndex(of: UInt8(ascii: "-"), in: whole) else { return nil }
    var cursor = ByteCursor(text, from: hyphen + 1)
    guard let number = cursor.number(),
      let nice = text.firstIndex(of: UInt8(ascii: "e"), in: cursor.position..<text.count)
    else { return nil }
    cursor.position = nice + 1
    guard let value = cursor.number() else { return nil }
    self.number = Int32(truncatingIfNeeded: number)
    self.nice = Int32(truncatingIfNeeded: value)
  }
}

/// Calls with each line `key: number`.
private func forEachNumber(of text: Span<UInt8>, _ body: (Range<Int>, UInt64) -> Void) {
  var cursor = ByteCursor(text)
  while !cursor.isAtEnd {
    let line = cursor.field(before: 10)
    guard let colon = text.firstIndex(of: UInt8(ascii: ":"), in: line) else { continue }
    var value = ByteCursor(text.extracting(0..<line.upperBound), from: colon + 1)
    if let number = value.number() { body(line.lowerBound..<colon, number) }
  }
}
