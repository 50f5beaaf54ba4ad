// UTF-8 as it is found: in names and texts that nobody promised to be UTF-8.

/// Reads UTF-8 character by character from bytes that need not be UTF-8.
public enum UTF8Sequence {
  /// The length of the well-formed sequence that the bytes begin with; nil when there is none.
  public static func length(at bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first else { return nil }
    if first < 0x80 { return 1 }
    let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
    guard (0xc2...0xf4).contains(first), bytes.count >= length else { return nil }
    guard bytes.dropFirst().prefix(length - 1).allSatisfy({ $0 & 0xc0 == 0x80 }) else { return nil }
    let scalar = scalar(of: bytes.prefix(length))
    let isShortest = length == 2 || scalar >= (length == 3 ? 0x800 : 0x10000)
    return isShortest && Unicode.Scalar(scalar) != nil ? length : nil
  }

  /// The number of the character that a well-formed sequence stands for.
  public static func scalar(of sequence: ArraySlice<UInt8>) -> UInt32 {
    guard let first = sequence.first else { return 0 }
    let lead: UInt32 =
      switch sequence.count {
      case 1: UInt32(first)
      case 2: UInt32(first & 0x1f)
      case 3: UInt32(first & 0x0f)
      default: UInt32(first & 0x07)
      }
    return sequence.dropFirst().reduce(lead) { $0 << 6 | UInt32($1 & 0x3f) }
  }
}
