// What a verb is and what may be typed after it: the one source of options, help, manual pages and completions.

/// What a person may know of a verb, or of a whole program, before using it.
public struct VerbDescription: Sendable {
  /// As typed after the program's name.
  public var name: String
  /// One sentence of at most 60 characters, with a small letter first and no full stop.
  public var abstract: String
  /// What may follow the name, one line for each form, for example `[options] [PROGRAM [ARGUMENT...]]`.
  public var usage: [String]
  /// Paragraphs that say more.
  public var discussion: [String]
  /// In the order of the help page.
  public var options: [OptionDescription]
  /// What completes an operand.
  public var operands: CompletionSource
  /// Command lines to begin with.
  public var examples: [Example]
  /// What the verb ends with.
  public var exitStatuses: [ExitStatusMeaning]
  /// Manual pages, for example `unshare(2)`.
  public var seeAlso: [String]
  /// Verbs of the verb, as `check` of `lab`.
  public var verbs: [VerbDescription]
  /// Left out of the list of verbs.
  public var isHidden: Bool

  /// Describes a verb.
  public init(
    name: String, abstract: String, usage: [String], discussion: [String] = [], options: [OptionDescription] = [],
    operands: CompletionSource = .none, examples: [Example] = [], exitStatuses: [ExitStatusMeaning] = [],
    seeAlso: [String] = [], verbs: [VerbDescription] = [], isHidden: Bool = false
  ) {
    self.name = name
    self.abstract = abstract
    self.usage = usage
    self.discussion = discussion
    self.options = options
    self.operands = operands
    self.examples = examples
    self.exitStatuses = exitStatuses
    self.seeAlso = seeAlso
    self.verbs = verbs
    self.isHidden = isHidden
  }

  /// A command line, and what it does.
  public struct Example: Sendable {
    /// As typed, the program's name first.
    public var command: String
    /// A sentence.
    public var meaning: String

    /// Describes a command line.
    public init(command: String, meaning: String) {
      self.command = command
      self.meaning = meaning
    }
  }

  /// One exit status, or a range such as `128+n`, and what it says.
  public struct ExitStatusMeaning: Sendable {
    /// A number, a range, or `else`.
    public var status: String
    /// A phrase with a small letter first and no full stop.
    public var meaning: String

    /// Describes an exit status.
    public init(status: String, meaning: String) {
      self.status = status
      self.meaning = meaning
    }
  }
}
