// Times as engines read them: RFC 3339 with nanoseconds, in UTC.

/// A moment, written for engines.
public struct Timestamp: CustomStringConvertible {
  private static let secondsADay: Int64 = 86400

  /// Since 1970.
  public let nanoseconds: Int64

  /// A moment.
  ///
  /// - Parameter nanoseconds: since 1970.
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// For example `2024-02-29T23:59:58.000000001Z`.
  public var description: String {
    let (seconds, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let (days, time) = seconds.quotientAndRemainder(dividingBy: Self.secondsADay)
    let (year, month, day) = Self.date(daysSince1970: days)
    let clock = "\(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))"
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock).\(padded(fraction, 9))Z"
  }

  /// The date in the Gregorian calendar: years are counted from 1 March, so that a leap day ends one.
  private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
