// One option: how it is typed, what it takes, what it does.

/// One option of a verb.
public struct OptionDescription: Sendable {
  /// Whether a value follows.
  public enum Value: Hashable, Sendable {
    /// It is a flag.
    case none
    /// `-f VALUE`, `-fVALUE`, `--file VALUE`, `--file=VALUE`; the name stands for it in help texts.
    case required(String)
    /// `-fVALUE`, `--file=VALUE`, never the next argument.
    case optional(String)
    /// `--file=VALUE` alone: with the letter there is never a value.
    case optionalAfterWord(String)
  }

  /// The letter after one hyphen.
  public var short: Character?
  /// The word after two hyphens.
  public var long: String?
  /// Whether a value follows.
  public var value: Value
  /// What it does: a phrase with a small letter first and no full stop.
  public var help: String
  /// What completes its value.
  public var completion: CompletionSource
  /// The heading that it stands under in help texts.
  public var section: String
  /// Accepted, but left out of help texts and completions.
  public var isHidden: Bool

  /// An option with a letter, a word, or both.
  public init(
    _ short: Character?, _ long: String?, _ help: String, value: Value = .none,
    completion: CompletionSource = .none, section: String = "Options", isHidden: Bool = false
  ) {
    self.short = short
    self.long = long
    self.value = value
    self.help = help
    self.completion = completion
    self.section = section
    self.isHidden = isHidden
  }

  /// What a scanned option is known by: the word, or else the letter.
  public var name: String { long ?? short.map { String($0) } ?? "" }
}

/// Where the candidates for a value or an operand come from.
public enum CompletionSource: Hashable, Sendable {
  /// Nothing is known of it.
  case none
  /// A live process.
  case processID
  /// A container of the runtime, by its identifier.
  case container
  /// A running world that has a name.
  case world
  /// The path of a control group.
  case cgroup
  /// A program on the search path, then its arguments.
  case command
  /// A file.
  case file
  /// A directory.
  case directory
  /// A user by name.
  case user
  /// A group by name.
  case group
  /// A signal by name.
  case signal
  /// A claim of the lab's courses, by its number.
  case claim
  /// A course of the lab: one that comes with the program, or a file.
  case course
  /// Columns of the table of processes, with commas between them.
  case columns
  /// A fixed choice.
  case words([String])
  /// Several of a fixed choice, with commas between them.
  case list([String])
}
