// Verbs whose command line is read by hand: they start as fast as C does, and accept exactly what the program
// accepts that they stand for.

/// A verb that reads its own command line.
///
/// Its description is the one source of its options, its `--help`, its manual page and its completions.
protocol HandParsedVerb {
  /// What the verb is, and what may be typed after it.
  static var description: VerbDescription { get }

  /// Does what was asked.
  ///
  /// - Returns: the process's exit status.
  /// - Throws: a `Complaint`, which the caller prints.
  static func run(_ invocation: Invocation) throws(Complaint) -> Int32
}

/// What a person may know of a verb before using it.
struct VerbDescription: Sendable {
  /// As typed after `pangaea`.
  var name: String
  /// One sentence of at most 60 characters, with a small letter first and no full stop.
  var abstract: String
  /// What may follow the name, one line for each form, for example `[options] [PROGRAM [ARGUMENT...]]`.
  var usage: [String]
  /// Paragraphs that say more.
  var discussion: [String] = []
  var options: [OptionDescription] = []
  /// What completes an operand.
  var operands: CompletionSource = .none
  var examples: [Example] = []
  var exitStatuses: [ExitStatusMeaning] = []
  /// Manual pages, for example `unshare(2)`.
  var seeAlso: [String] = []
  /// Verbs of the verb, as `check` of `lab`.
  var verbs: [VerbDescription] = []
  /// Left out of the list of verbs.
  var isHidden = false

  /// A command line, and what it does.
  struct Example: Sendable {
    var command: String
    var meaning: String
  }

  /// One exit status, or a range such as `128+n`, and what it says.
  struct ExitStatusMeaning: Sendable {
    var status: String
    var meaning: String
  }
}

/// One option of a verb.
struct OptionDescription: Sendable {
  /// Whether a value follows.
  enum Value: Hashable, Sendable {
    case none
    /// `-f VALUE`, `-fVALUE`, `--file VALUE`, `--file=VALUE`; the name stands for it in help texts.
    case required(String)
    /// `-fVALUE`, `--file=VALUE`, never the next argument.
    case optional(String)
    /// `--file=VALUE` alone: with the letter there is never a value.
    case optionalAfterWord(String)
  }

  /// The letter after one hyphen.
  var short: Character?
  /// The word after two hyphens.
  var long: String?
  var value: Value = .none
  /// What it does: a phrase with a small letter first and no full stop.
  var help: String
  var completion: CompletionSource = .none
  /// The heading that it stands under in help texts.
  var section = "Options"
  /// Accepted, but left out of help texts and completions.
  var isHidden = false

  /// An option with a letter, a word, or both.
  init(
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
  var name: String { long ?? short.map { String($0) } ?? "" }
}

/// Where the candidates for a value or an operand come from.
enum CompletionSource: Hashable, Sendable {
  case none
  /// A live process.
  case processID
  /// A running world that has a name.
  case world
  /// The path of a control group.
  case cgroup
  /// A program on the search path, then its arguments.
  case command
  case file
  case directory
  case user
  case group
  case signal
  /// A fixed choice.
  case words([String])
}
