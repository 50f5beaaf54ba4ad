// Brings together the ranges that a person asked for and the one ID that is their own. The outcome is that of
// util-linux, down to which ID is left out to make room.

/// A range that was asked for.
///
/// Source: unshare(1), `--map-users`; subuid(5).
public enum RequestedIDs: Hashable, Sendable {
  /// As typed, or passed through from the parent user namespace.
  case range(IDMapRange)
  /// IDs from 0 on that stand for subordinate ones: `auto`.
  case fromZero(SubordinateIDs)
}

extension [IDMapRange] {
  /// The map in which one ID outside is one ID inside, and the rest are the requested ranges without it.
  ///
  /// The ranges keep their order and their extent outside and inside. Where one would cover the single ID, on
  /// either side, it is cut in two or three there, and loses its highest ID.
  ///
  /// - Parameters:
  ///   - requests: ranges that do not overlap each other.
  ///   - own: a range of one ID; nil leaves the requested ranges as they are.
  ///
  /// Source: unshare(1), `--map-users`.
  public init(_ requests: [RequestedIDs], own: IDMapRange?) {
    self = own.map { [$0] } ?? []
    for request in requests {
      append(contentsOf: Self.cut(request, around: own))
    }
  }

  private static func cut(_ request: RequestedIDs, around own: IDMapRange?) -> [IDMapRange] {
    let whole: IDMapRange
    switch request {
    case .range(let range): whole = range
    case .fromZero(let ids): whole = IDMapRange(inner: 0, outer: ids.first, count: ids.count)
    }
    guard let own else { return [whole] }
    var count = whole.count
    if case .range = request, count > 0, touches(whole, own) { count -= 1 }
    let (first, second) = splits(whole, own, count)
    let low = IDMapRange(inner: whole.inner, outer: whole.outer, count: first)
    let middle = follower(of: low, count: second - first, passing: own)
    let high = follower(of: middle, count: count - second, passing: own)
    return [low, middle, high].filter { $0.count > 0 }
  }

  /// Whether the single ID is in the range, or next above it, on either side.
  private static func touches(_ range: IDMapRange, _ own: IDMapRange) -> Bool {
    let distances = [(own.outer, range.outer), (own.inner, range.inner)]
    return distances.contains { $0 >= $1 && UInt64($0) <= UInt64($1) + UInt64(range.count) }
  }

  /// Where the range is cut: how many IDs lie below the single one, on the side where it is lower and on the other.
  private static func splits(_ range: IDMapRange, _ own: IDMapRange, _ count: UInt32) -> (UInt32, UInt32) {
    let outer = Swift.min(own.outer > range.outer ? own.outer - range.outer : 0, count)
    let inner = Swift.min(own.inner > range.inner ? own.inner - range.inner : 0, count)
    return (Swift.min(outer, inner), Swift.max(outer, inner))
  }

  /// The range above another one, which steps over the single ID on the side where it is met.
  private static func follower(of range: IDMapRange, count: UInt32, passing own: IDMapRange) -> IDMapRange {
    let inner = range.inner &+ range.count
    let outer = range.outer &+ range.count
    return IDMapRange(
      inner: inner &+ (inner == own.inner ? 1 : 0), outer: outer &+ (outer == own.outer ? 1 : 0), count: count)
  }
}
