// Columns of what a process has read and written, of its share of memory, and of its autogroup.

internal import Linux
internal import Processes

extension Column {
  /// Counters that have files of their own in /proc.
  static let usage: [Column] = [
    counter("rchars", "RCHARS") { $0.charactersRead }, counter("wchars", "WCHARS") { $0.charactersWritten },
    counter("rops", "ROPS") { $0.readCalls }, counter("wops", "WOPS") { $0.writeCalls },
    counter("rbytes", "RBYTES") { $0.bytesRead }, counter("wbytes", "WBYTES") { $0.bytesWritten },
    counter("wcbytes", "WCBYTES") { $0.cancelledBytes },
    .number("pss", "PSS", 5, .process, .memoryShares) { record, _ in
      Int64(bitPattern: record.memoryShares.value?.proportional ?? 0)
    },
    .number("uss", "USS", 5, .process, .memoryShares) { record, _ in
      Int64(bitPattern: record.memoryShares.value?.unique ?? 0)
    },
    .number("ag_id", "AGID", 5, .both, .autogroup) { record, _ in Int64(record.autogroup.value?.number ?? -1) },
    .number("ag_nice", "AGNI", 4, .both, .autogroup) { record, _ in Int64(record.autogroup.value?.nice ?? 0) },
  ]

  private static func counter(
    _ name: String, _ heading: String, _ value: @escaping @Sendable (InputOutputCounters) -> UInt64
  ) -> Column {
    .number(name, heading, 5, .thread, .inputOutput) { record, _ in
      Int64(bitPattern: record.inputOutput.value.map(value) ?? 0)
    }
  }
}
