// Reads ID maps: as people type them, as the kernel prints them, and from the files that say who may use which
// subordinate IDs. All of it works on bytes, since none of it need be UTF-8.

extension IDMapRange {
  /// Reads `inner:outer:count`, or the older `outer,inner,count`.
  ///
  /// Each is a decimal number below 2³². Source: unshare(1), `--map-users`.
  public init?(typed text: String) {
    if let numbers = Self.numbers(text, separatedBy: ":") {
      self.init(inner: numbers[0], outer: numbers[1], count: numbers[2])
    } else if let numbers = Self.numbers(text, separatedBy: ",") {
      self.init(inner: numbers[1], outer: numbers[0], count: numbers[2])
    } else {
      return nil
    }
  }

  private static func numbers(_ text: String, separatedBy separator: Unicode.Scalar) -> [UInt32]? {
    let fields = text.utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false)
    let numbers = fields.compactMap { UInt32(decimal: $0) }
    return fields.count == 3 && numbers.count == 3 ? numbers : nil
  }
}

extension [IDMapRange] {
  /// Reads /proc/PID/uid_map or gid_map: three numbers a line. Other lines are passed over.
  ///
  /// Source: user_namespaces(7).
  public init(kernelText: [UInt8]) {
    self = kernelText.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      let numbers = fields.compactMap { UInt32(decimal: $0) }
      guard fields.count == 3, numbers.count == 3 else { return nil }
      return IDMapRange(inner: numbers[0], outer: numbers[1], count: numbers[2])
    }
  }
}

/// The IDs that a user may map besides their own.
///
/// Source: subuid(5), subgid(5).
public struct SubordinateIDs: Hashable, Sendable {
  /// The first ID.
  public let first: UInt32
  /// How many consecutive IDs.
  public let count: UInt32

  /// A range of subordinate IDs.
  public init(first: UInt32, count: UInt32) {
    self.first = first
    self.count = count
  }

  /// Why a user has no subordinate IDs.
  public enum Unusable: Error, Hashable, Sendable {
    /// The file has no line for the user, or none that gives an ID.
    case none
    /// The user's line has something else in the place of a number.
    case malformed(String)
  }

  /// Finds a user's first range that is not empty in the text of /etc/subuid or /etc/subgid.
  ///
  /// - Parameters:
  ///   - user: the user's ID, which a line may begin with.
  ///   - name: the user's name, which a line may begin with.
  /// - Throws: `Unusable` when there is none.
  public init(ofUser user: UInt32, named name: [UInt8], in text: [UInt8]) throws(Unusable) {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard fields.count >= 3, fields[0].elementsEqual(name) || UInt32(decimal: fields[0]) == user else { continue }
      let (first, count) = (try Self.number(fields[1]), try Self.number(fields[2]))
      if count == 0 { continue }
      self.init(first: first, count: count)
      return
    }
    throw .none
  }

  private static func number(_ field: ArraySlice<UInt8>) throws(Unusable) -> UInt32 {
    guard let number = UInt32(decimal: field) else { throw .malformed(String(decoding: field, as: UTF8.self)) }
    return number
  }
}

extension UInt32 {
  /// Reads a decimal number: digits alone, at least one, below 2³².
  init?(decimal digits: some Collection<UInt8>) {
    if digits.isEmpty { return nil }
    var value: UInt32 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      let (product, hasOverflown) = value.multipliedReportingOverflow(by: 10)
      let (sum, hasOverflownToo) = product.addingReportingOverflow(UInt32(digit - UInt8(ascii: "0")))
      if hasOverflown || hasOverflownToo { return nil }
      value = sum
    }
    self = value
  }
}
