// `doctor`: tries what this machine allows, and names the setting that forbids.

internal import JSON
internal import Cgroups
internal import CommandDescription
internal import Isolation
internal import Linux
internal import Screen

/// The verb `doctor`.
struct DoctorCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "doctor",
    abstract: "try what this machine allows, and say what forbids the rest",
    usage: ["[options]"],
    discussion: [
      "Each facility is tried by doing it, in a throw-away process that leaves nothing behind: + works, - does not, ? "
        + "could not be tried. A star marks what `run` needs when nothing else is asked of it. What is said is true "
        + "of the caller: root and an ordinary user get different answers.",
      "Why something does not work is found out: a setting of the kernel, a missing capability, a security module, the "
        + "kernel's age. Where nothing was found, nothing is said.",
    ],
    options: [
      OptionDescription("p", "problems", "show only what does not work, or could not be tried"),
      OptionDescription(nil, "json", "print JSON"),
      OptionDescription(
        nil, "color", "colour the output: auto, always or never", value: .optionalAfterWord("WHEN"),
        completion: .words(ColorChoice.allCases.map(\.rawValue))),
      OptionDescription("h", "help", "show this help"),
      OptionDescription("V", "version", "show the version"),
    ],
    examples: [
      .init(command: "pangaea doctor", meaning: "Tries everything, as the user who calls it."),
      .init(command: "setpriv --reuid 65534 --clear-groups pangaea doctor -p", meaning: "Shows what nobody lacks."),
    ],
    exitStatuses: [
      .init(status: "0", meaning: "all that `run` needs by default works"),
      .init(status: "1", meaning: "some of it does not, or could not be tried"), .init(status: "2", meaning: "trouble"),
    ],
    seeAlso: ["namespaces(7)", "user_namespaces(7)", "cgroups(7)", "capabilities(7)"])

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    var color = ColorChoice.auto
    var isJSON = false
    var showsProblemsOnly = false
    while let option = try scanner.nextOption() {
      switch option.name {
      case "help": return try invocation.showHelp(description)
      case "version": return try invocation.showVersion()
      case "json": isJSON = true
      case "problems": showsProblemsOnly = true
      default: color = try ColorChoice(word: option.value)
      }
    }
    if let operand = scanner.operands.first { throw .usage("'\(operand)' is too much: doctor has no operands") }
    if isJSON && showsProblemsOnly { throw .usage("--problems is for the page: --json tells of every facility") }
    let facilities = Facilities.tried()
    var output = OutputBuffer()
    if isJSON {
      var json = JSONWriter()
      json.writeFacilities(facilities)
      try output.write(json.bytes)
    } else {
      let page = FacilityPage(
        facilities, showsProblemsOnly: showsProblemsOnly, paint: Paint(color), width: OutputWidth.ofStandardOutput())
      try output.write(page.text)
    }
    try output.flush()
    return facilities.runWorks ? 0 : 1
  }
}

/// The page that a person sees.
struct FacilityPage {
  private let facilities: Facilities
  private let showsProblemsOnly: Bool
  private let paint: Paint
  private let width: Int?

  init(_ facilities: Facilities, showsProblemsOnly: Bool = false, paint: Paint, width: Int?) {
    self.facilities = facilities
    self.showsProblemsOnly = showsProblemsOnly
    self.paint = paint
    self.width = width
  }

  /// The page: the machine, the facilities by subject, and what it comes to.
  var text: String {
    var text = machine
    for subject in Facility.Subject.allCases {
      let shown = facilities.about(subject).filter { !showsProblemsOnly || $0.verdict != .works }
      if shown.isEmpty { continue }
      text += "\n" + paint(subject.title, .heading) + "\n" + shown.map(row).joined()
    }
    return text + "\n" + summary
  }

  private var machine: String {
    let settings = facilities.settings
    let kernel = [settings.kernelRelease ?? "?", settings.architecture ?? ""].joined(separator: " ")
    let capabilities = settings.capabilities.map { "\($0.rawValue.nonzeroBitCount)" } ?? "?"
    let all = settings.capabilitiesOfKernel.rawValue.nonzeroBitCount
    let modules = settings.securityModules?.joined(separator: ", ") ?? "unknown (securityfs is not mounted)"
    let lines = [
      "Linux \(kernel), as user \(settings.userID) with \(capabilities) of \(all) capabilities",
      "control groups: \(settings.cgroupLayout?.rawValue ?? "unknown"), security modules: \(modules)",
    ]
    return lines.map { wrapped(Escaping.escaped($0), indent: 0) }.joined()
  }

  private func row(_ facility: Facility) -> String {
    let (mark, word, role) = facility.verdict.shown
    let title = facility.title + (facility.isNeeded ? " *" : "")
    var line = StyledLine()
    line.append("  \(mark) \(word)  ", role)
    line.append(title)
    let padding = max(FacilityPage.evidenceColumn - 13 - DisplayWidth.of(title), 2)
    line.append(String(repeating: " ", count: padding) + Escaping.escaped(facility.evidence), .quiet)
    var text = line.text(width: width, paint: paint)
    if let diagnosis = facility.diagnosis {
      text += explanation("why", diagnosis.why)
      if let remedy = diagnosis.remedy { text += explanation("try", remedy) }
    }
    return text
  }

  private static let evidenceColumn = 64

  private func explanation(_ label: String, _ text: String) -> String {
    let lines = wrapped(Escaping.escaped("\(label): \(text)"), indent: 13)
    guard let start = lines.firstRange(of: "\(label):") else { return lines }
    return lines[..<start.lowerBound] + paint("\(label):", .quiet) + lines[start.upperBound...]
  }

  private func wrapped(_ text: String, indent: Int) -> String {
    HelpPage.wrapped(text, indent: indent, lineLength: width ?? Int.max)
  }

  private var summary: String {
    func count(_ verdict: Facility.Verdict) -> Int { facilities.all.filter { $0.verdict == verdict }.count }
    let counts = "\(count(.works)) work, \(count(.fails)) do not, \(count(.unknown)) could not be tried"
    let failing = facilities.all.filter { $0.isNeeded && $0.verdict != .works }
    if failing.isEmpty { return wrapped("\(counts). What `run` needs by default works.", indent: 0) }
    return wrapped(
      "\(counts). `run` needs what is marked *, and lacks: \(failing.map(\.title).joined(separator: "; ")).", indent: 0)
  }
}

extension Facility.Verdict {
  /// The mark and the word, all words of one length, and their colour.
  fileprivate var shown: (mark: String, word: String, role: Paint.Role) {
    switch self {
    case .works: ("+", "works  ", .success)
    case .fails: ("-", "fails  ", .failure)
    case .unknown: ("?", "untried", .warning)
    }
  }
}

extension JSONWriter {
  /// Writes the facilities; the schema is Documentation/schemas/doctor.json.
  mutating func writeFacilities(_ facilities: Facilities) {
    if facilities.settings.securityModules == nil {
      note(unreadable: "/sys/kernel/security/lsm", "securityfs is not mounted, or not readable")
    }
    document { json in
      json.member("machine") { $0.writeSettings(facilities.settings) }
      json.member("runWorks", facilities.runWorks)
      json.member("facilities") { json in
        json.array { json in facilities.all.forEach { json.writeFacility($0) } }
      }
    }
  }

  private mutating func writeSettings(_ settings: MachineSettings) {
    object { json in
      json.member("kernel", settings.kernelRelease)
      json.member("architecture", settings.architecture)
      json.member("uid", settings.userID)
      json.member("capabilities") { json in
        guard let set = settings.capabilities else { return json.null() }
        json.array { json in set.capabilities.forEach { json.value($0.name) } }
      }
      json.member("cgroupLayout", settings.cgroupLayout?.rawValue)
      json.member("securityModules") { json in
        guard let modules = settings.securityModules else { return json.null() }
        json.array { json in modules.forEach { json.value($0) } }
      }
      json.member("hidepid", settings.hiddenProcesses)
      json.key("isFiltered")
      if let isFiltered = settings.isFiltered { json.value(isFiltered) } else { json.null() }
      json.member("settings") { json in
        json.object { json in settings.settings.forEach { json.member($0.name, $0.value) } }
      }
    }
  }

  private mutating func writeFacility(_ facility: Facility) {
    object { json in
      json.member("id", facility.identifier)
      json.member("subject", facility.subject.rawValue)
      json.member("title", facility.title)
      json.member("isNeeded", facility.isNeeded)
      json.member("verdict", facility.verdict.rawValue)
      json.member("evidence", facility.evidence)
      json.member("why", facility.diagnosis?.why)
      json.member("try", facility.diagnosis?.remedy)
    }
  }
}
