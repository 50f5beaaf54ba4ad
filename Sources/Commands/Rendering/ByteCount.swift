// Numbers of bytes as a person reads and types them.

/// Numbers of bytes for a person.
enum ByteCount {
  /// In the largest unit that leaves a whole number, else in bytes: 64M, 1500.
  static func shown(_ bytes: UInt64) -> String {
    var (number, unit) = (bytes, 0)
    while number > 0, number % 1024 == 0, unit < 4 { (number, unit) = (number / 1024, unit + 1) }
    return "\(number)" + ["", "K", "M", "G", "T"][unit]
  }
}
