// What came of a claim: values that reports are made from.

/// A fact and what it was found to be.
public struct Evidence: Hashable, Sendable {
  /// The fact as the course has it.
  public let fact: String
  /// What was read.
  public let found: String
  /// Whether the fact was true in time.
  public let isMet: Bool
}

/// How a claim's experiment ended.
public enum Finding: Hashable, Sendable {
  /// Every fact was found: the claim is what the course says of it.
  case asExpected
  /// A fact was not found, and why.
  case notAsExpected(String)
  /// The machine lacks something, or refuses it; which.
  case cannotTell(String)
  /// There is nothing to run.
  case told
}

extension Finding {
  /// The result's name in machine-readable reports and in the file of progress.
  public var word: String {
    switch self {
    case .asExpected: "as-expected"
    case .notAsExpected: "not-as-expected"
    case .cannotTell: "cannot-tell"
    case .told: "told"
    }
  }

  /// Why it is not as expected, or cannot be told; nil otherwise.
  public var reason: String? {
    switch self {
    case .notAsExpected(let reason), .cannotTell(let reason): reason
    case .asExpected, .told: nil
    }
  }
}

/// What came of one claim.
public struct Outcome: Hashable, Sendable {
  /// The claim.
  public let claim: Claim
  /// How its experiment ended.
  public let result: Finding
  /// What was found, in the order of the facts; to the first that was not.
  public let evidence: [Evidence]
  /// The last lines that the terminals showed, where the claim did not come out as expected; else empty.
  public let lastLines: [TerminalLines]
  /// In nanoseconds.
  public let duration: UInt64
}

/// What stood last on a terminal.
public struct TerminalLines: Hashable, Sendable {
  /// Which terminal.
  public let terminal: TerminalName
  /// From the older to the newer, at most eight, control characters escaped.
  public let lines: [String]
  private static let limit = 8

  /// Takes the last lines of what was printed.
  ///
  /// - Parameter bytes: as they came from the terminal.
  init(_ terminal: TerminalName, _ bytes: [UInt8]) {
    self.terminal = terminal
    lines = bytes.split(separator: UInt8(ascii: "\n")).suffix(TerminalLines.limit).map { line in
      let end = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      return String(decoding: end, as: UTF8.self).escapingControls
    }
  }
}

/// Something that happens while a claim is run, for those who watch.
public enum LabEvent: Sendable {
  /// Prose is to be told.
  case prose(String)
  /// A line is about to be typed, or a control character. Its echo is printed some time later.
  case typing(TerminalName, String)
  /// What a terminal printed since.
  case printed(TerminalName, [UInt8])
  /// A fact was found, or was not in time.
  case found(Evidence)
}
