// Numbers of the classic command lines, read and refused as util-linux does.

/// Reads numbers that were typed.
enum TypedNumber {
  /// A user or group ID.
  ///
  /// - Parameter kind: `uid` or `gid`, for the message.
  static func id(_ text: String, _ kind: String) throws(Complaint) -> UInt32 {
    guard let id = UInt32(text) else { throw refusal(text, kind) }
    return id
  }

  /// A number of seconds, which may be negative.
  static func offset(_ text: String, _ kind: String) throws(Complaint) -> Int64 {
    guard let offset = Int64(text) else { throw refusal(text, kind) }
    return offset
  }

  /// A PID or the number of a descriptor: 0 or positive.
  static func index(_ text: String, _ kind: String) throws(Complaint) -> Int32 {
    guard let index = Int32(text), index >= 0 else { throw refusal(text, kind) }
    return index
  }

  private static func refusal(_ text: String, _ kind: String) -> Complaint {
    Complaint(what: "'\(text)' is no \(kind)", classic: "failed to parse \(kind): '\(text)'", exitStatus: 1)
  }
}
