// What was asked of ps, as typed: the letters and lists of its three kinds of options, not yet what they mean.

/// The options of ps.
struct StatusRequest {
  /// What selects by letters alone.
  struct SimpleSelection: OptionSet {
    let rawValue: UInt8
    /// `-a`
    static let unixA = SimpleSelection(rawValue: 1)
    /// `-d`
    static let unixD = SimpleSelection(rawValue: 2)
    /// `a`
    static let bsdA = SimpleSelection(rawValue: 4)
    /// `x`
    static let bsdX = SimpleSelection(rawValue: 8)
    /// `g`
    static let bsdG = SimpleSelection(rawValue: 16)
  }

  /// A list that selects.
  enum List: Hashable {
    case processes([Int32])
    case parents([Int32])
    case processGroups([Int32])
    case sessions([Int32])
    case effectiveUsers([UInt32])
    case realUsers([UInt32])
    case effectiveGroups([UInt32])
    case realGroups([UInt32])
    case terminals([UInt32])
    case names([[UInt8]])
  }

  /// Formats that exclude each other, save `f` with `l`.
  struct Format: OptionSet {
    let rawValue: UInt16
    static let unixFull = Format(rawValue: 1)
    static let unixLong = Format(rawValue: 2)
    static let bsdJobs = Format(rawValue: 4)
    static let bsdLong = Format(rawValue: 8)
    static let bsdSignals = Format(rawValue: 16)
    static let bsdUser = Format(rawValue: 32)
    static let bsdMemory = Format(rawValue: 64)
    static let bsdRegisters = Format(rawValue: 128)
    static let context = Format(rawValue: 256)
    /// `m` of the old Linux ps
    static let oldMemory = Format(rawValue: 512)
  }

  /// What changes a format.
  struct Modifiers: OptionSet {
    let rawValue: UInt8
    /// `-F`
    static let extraFull = Modifiers(rawValue: 1)
    /// `-c`
    static let scheduling = Modifiers(rawValue: 2)
    /// `-j`
    static let jobs = Modifiers(rawValue: 4)
    /// `-y`
    static let noFlags = Modifiers(rawValue: 8)
    /// `-P`
    static let processor = Modifiers(rawValue: 16)
    /// `-M`, `Z`
    static let label = Modifiers(rawValue: 32)
  }

  /// How threads are shown.
  struct Threads: OptionSet {
    let rawValue: UInt8
    /// `-L`
    static let unixL = Threads(rawValue: 1)
    /// `-T`
    static let unixT = Threads(rawValue: 2)
    /// `-m`
    static let unixM = Threads(rawValue: 4)
    /// `m`
    static let bsdM = Threads(rawValue: 8)
    /// `H`
    static let bsdH = Threads(rawValue: 16)
    /// After each process its threads.
    static let below: Threads = [.unixM, .bsdM]
  }

  /// How a hierarchy is drawn.
  enum Forest {
    /// By indentation alone, `-H`.
    case indented
    /// With branches, `f` and `--forest`.
    case branches
  }

  /// A list of columns or of an order, read once all options are known.
  struct Specification {
    enum Source {
      case unixFormat
      case unixPreloaded
      case bsdFormat
      case bsdPreloadedOrOrder
      case gnuFormat
      case order
    }
    let source: Source
    let text: String
  }

  /// When the headings are printed.
  enum Headers {
    case once
    case never
    case eachPage
  }

  var selectsAll = false
  var simple: SimpleSelection = []
  var lists: [List] = []
  /// PIDs to be shown in the order typed, and nothing else.
  var quickList: [Int32]?
  var isNegated = false
  var selectsRunning = false
  var format: Format = []
  var modifiers: Modifiers = []
  var threads: Threads = []
  var forest: Forest?
  var specifications: [Specification] = []
  var headers: Headers?
  /// The screen's width where an option sets it.
  var columns: Int?
  /// The screen's height where an option sets it.
  var rows: Int?
  var wideCount = 0
  /// A BSD option was given: other defaults apply.
  var prefersBSD = false
  var fieldOptions = Snapshot.FieldOptions()
  /// Print JSON.
  var isJSON = false
  /// Look again every so many seconds.
  var watch: Double?
  var color = ColorChoice.auto
}

/// Why a command line is none; `text` is what the original says.
struct StatusRequestError: Error {
  let text: String

  init(_ text: String) {
    self.text = text
  }
}
