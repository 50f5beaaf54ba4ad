// The options before the verb: those of runc and of crun.

internal import CommandDescription
internal import Linux
internal import struct SystemPackage.FilePath

/// What was asked for before the verb.
struct GlobalOptions: Hashable, Sendable {
  /// Who makes control groups, and how.
  enum CgroupManager: String, Sendable {
    /// The file system, by this program.
    case cgroupfs
    /// systemd, asked over D-Bus.
    case systemd
    /// Nobody.
    case disabled
  }

  /// Whether it is no failure that control groups cannot be made.
  enum Rootless: String, Sendable {
    case always = "true"
    case never = "false"
    /// Where the caller may not.
    case auto
  }

  /// Where containers are written down; nil for the caller's own place.
  var root: FilePath?
  /// The file that errors are appended to; nil for standard error.
  var logFile: String?
  /// `text` or `json`.
  var logFormat = "text"
  /// What matters least of that which is told; `debug` is each step.
  var logLevel = EngineLog.Level.warning
  /// Who makes control groups.
  var cgroupManager = CgroupManager.cgroupfs
  /// What the lack of control groups means.
  var rootless = Rootless.auto
  /// The program of checkpoint and restore.
  var criu = "criu"

  /// What may stand before the verb.
  static var descriptions: [OptionDescription] {
    [
      OptionDescription(
        nil, "root", "write containers down below DIR (default: /run/pangaea-oci, or below XDG_RUNTIME_DIR)",
        value: .required("DIR"), completion: .directory),
      OptionDescription(
        nil, "log", "append errors and warnings to FILE (default: standard error)", value: .required("FILE"),
        completion: .file),
      OptionDescription(
        nil, "log-format", "write them as text or as JSON", value: .required("text|json"),
        completion: .words(["text", "json"])),
      OptionDescription(
        nil, "log-level", "write those that matter as much", value: .required("error|warning|debug"),
        completion: .words(["error", "warning", "debug"])),
      OptionDescription(nil, "debug", "tell of each step"),
      OptionDescription(nil, "systemd-cgroup", "have systemd make control groups: cgroupsPath is SLICE:PREFIX:NAME"),
      OptionDescription(
        nil, "cgroup-manager", "who makes control groups", value: .required("cgroupfs|systemd|disabled"),
        completion: .words(["cgroupfs", "systemd", "disabled"])),
      OptionDescription(
        nil, "rootless",
        "whether control groups where no limit is wanted, and rules for devices, may be missing (default: auto, by the caller)",
        value: .required("true|false|auto"), completion: .words(["true", "false", "auto"])),
      OptionDescription(
        nil, "criu", "the program of checkpoint and restore (default: criu)", value: .required("PROGRAM"),
        completion: .command),
      OptionDescription("h", "help", "show this help"),
      OptionDescription("v", "version", "show the version"),
      OptionDescription("V", nil, "show the version", isHidden: true),
    ]
  }

  /// Reads the options.
  ///
  /// - Returns: the index of the verb; nil when help or the version was asked for, and shown.
  /// - Throws: `EngineFailure` for an option that there is not, or a value that it cannot have.
  mutating func read(_ words: [String]) throws(EngineFailure) -> Int? {
    var scanner = OptionScanner(words, options: GlobalOptions.descriptions, stopsAtOperand: true)
    while let option = try scanner.nextForEngine() {
      switch option.name {
      case "help":
        try StandardOutput.write(HelpPage(EngineVerbs.program).text(program: EngineVerbs.programName))
        return nil
      case "version", "V":
        try StandardOutput.write(EngineVerbs.version)
        return nil
      default: try apply(option)
      }
    }
    return scanner.index
  }

  private mutating func apply(_ option: ScannedOption) throws(EngineFailure) {
    let value = option.value ?? ""
    switch option.name {
    case "root": root = FilePath(value)
    case "log": logFile = value.hasPrefix("file:") ? String(value.dropFirst(5)) : value
    case "log-format": logFormat = value
    case "log-level":
      guard let level = EngineLog.Level(rawValue: value) else { throw .value(value, of: option) }
      logLevel = level
    case "debug": logLevel = .debug
    case "systemd-cgroup": cgroupManager = .systemd
    case "cgroup-manager":
      guard let manager = CgroupManager(rawValue: value) else { throw .value(value, of: option) }
      cgroupManager = manager
    case "rootless":
      guard let rootless = Rootless(typed: value) else { throw .value(value, of: option) }
      self.rootless = rootless
    default: criu = value
    }
  }
}

extension GlobalOptions.Rootless {
  /// Reads `auto`, or a truth as Go reads it.
  init?(typed text: String) {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": self = .always
    case "0", "f", "F", "false", "FALSE", "False": self = .never
    case "auto": self = .auto
    default: return nil
    }
  }
}

extension EngineFailure {
  /// A value that an option cannot have.
  static func value(_ value: String, of option: ScannedOption) -> EngineFailure {
    EngineFailure("invalid value \"\(value)\" for \(option.typed)")
  }
}
