// Standard output, gathered and written in few calls. A reader that went away ends the program without a word.

internal import Linux

/// What a verb prints.
///
/// Bytes are gathered and written when there are 64 KiB of them, and by `flush()`, which a verb calls at its end.
struct OutputBuffer: ~Copyable {
  /// The gathered bytes: writers may append here, and call `flushIfFull()` now and then.
  var bytes: [UInt8] = []
  private let descriptor: FileDescriptor
  private let name: String
  private static let limit = 65536

  /// Writes to standard output, or to another descriptor.
  ///
  /// - Parameter name: what a person knows the descriptor as.
  init(_ descriptor: consuming FileDescriptor = .standardOutput, named name: String = "standard output") {
    self.descriptor = descriptor
    self.name = name
    bytes.reserveCapacity(4096)
  }

  /// Adds a text.
  ///
  /// - Throws: as `flush()` does.
  mutating func write(_ text: String) throws(Complaint) {
    bytes.append(contentsOf: text.utf8)
    try flushIfFull()
  }

  /// Adds bytes as they are.
  ///
  /// - Throws: as `flush()` does.
  mutating func write(_ more: [UInt8]) throws(Complaint) {
    bytes.append(contentsOf: more)
    try flushIfFull()
  }

  /// Writes what was gathered once it is much.
  ///
  /// - Throws: as `flush()` does.
  mutating func flushIfFull() throws(Complaint) {
    if bytes.count >= OutputBuffer.limit { try flush() }
  }

  /// Writes what was gathered.
  ///
  /// - Throws: a silent `Complaint` when the reader went away and SIGPIPE is ignored; a spoken one for any other
  ///   errno of write(2), such as `EBADF` for a closed standard output or `ENOSPC`.
  mutating func flush() throws(Complaint) {
    if bytes.isEmpty { return }
    do {
      try descriptor.write(bytes)
    } catch {
      bytes.removeAll()
      if error.errno == .epipe { throw .silent(exitStatus: 128 + Signal.pipe.rawValue) }
      var complaint = Complaint(
        what: "cannot write to \(name): \(error.call): \(error.errno.name)",
        classic: "write error: \(error.errno.message)")
      complaint.isOfOutput = true
      throw complaint
    }
    bytes.removeAll(keepingCapacity: true)
  }
}
