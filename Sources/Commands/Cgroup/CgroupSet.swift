// `cgroup set` and `cgroup rm`: what changes a control group.

internal import Cgroups
internal import CommandDescription
internal import Linux
internal import struct SystemPackage.FilePath

/// The verb `cgroup set`.
struct CgroupSet: HandParsedVerb {
  static let description = VerbDescription(
    name: "set",
    abstract: "change the limits of a control group",
    usage: ["[options] PATH|WHO"],
    discussion: [
      "The limits are those of `run`; `max` takes one away. What is not named stays as it is. Of a PID, a world or a "
        + "container the control group that it is in is changed, and with it all who share that. The top of a hierarchy "
        + "is refused: it has no limits."
    ],
    options: [
      OptionDescription(
        nil, "cpus", "processor time, in processors: 0.5 is half of one", value: .required("NUMBER|max")),
      OptionDescription(nil, "memory", "a ceiling of memory; k, m and g may follow", value: .required("BYTES|max")),
      OptionDescription(nil, "swap", "a ceiling of swap besides the memory", value: .required("BYTES|max")),
      OptionDescription(nil, "pids", "a ceiling of processes and threads", value: .required("COUNT|max")),
      OptionDescription(nil, "freeze", "stop all members"),
      OptionDescription(nil, "thaw", "let them go on"),
      OptionDescription("h", "help", "show this help"),
    ],
    operands: .cgroup)

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var change = CgroupChange()
    var isFrozen: Bool?
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption() {
      let value = option.value ?? ""
      switch option.name {
      case "help": return try invocation.showHelp(description)
      case "cpus": change.cpus = try limit(value, option) { Double($0) }
      case "memory": change.memory = try limit(value, option) { CgroupLimits.bytes($0) }
      case "swap": change.swap = try limit(value, option) { CgroupLimits.bytes($0) }
      case "pids": change.processes = try limit(value, option) { UInt64($0) }
      default: isFrozen = option.name == "freeze"
      }
    }
    guard scanner.operands.count == 1 else { throw .usage("one control group is wanted") }
    if change.isEmpty && isFrozen == nil { throw .usage("nothing is to be changed") }
    let name = scanner.operands[0]
    let cgroup = try CgroupLookup().find(name)
    if cgroup.belowTops.places.isEmpty, !name.hasPrefix("/") { throw .inNoGroup(name) }
    do throws(CgroupError) {
      try cgroup.apply(change)
      if let isFrozen { try cgroup.belowTops.setFrozen(isFrozen) }
    } catch {
      throw Complaint(error, doing: "change the control group \(name)")
    }
    return 0
  }

  private static func limit<Value: Hashable & Sendable>(
    _ text: String, _ option: ScannedOption, _ read: (String) -> Value?
  ) throws(Complaint) -> CgroupChange.Limit<Value> {
    if text == "max" { return .none }
    guard let value = read(text) else { throw .usage("\(option.typed) cannot be '\(text)'") }
    return .most(value)
  }
}

extension Complaint {
  /// Somebody who was put into no control group.
  fileprivate static func inNoGroup(_ name: String) -> Complaint {
    Complaint(
      what: "\(Int32(name) == nil ? "'\(name)'" : "PID \(name)") is in no control group of its own",
      why: "it is at the top of every hierarchy, and the top has no limits", try: "pangaea run --pids 20 -- COMMAND")
  }
}

/// The verb `cgroup rm`.
struct CgroupRemove: HandParsedVerb {
  static let description = VerbDescription(
    name: "rm",
    abstract: "remove control groups",
    usage: ["[options] PATH..."],
    discussion: [
      "One in which somebody is, or below which others lie, is refused. With --kill its members and those below it are "
        + "ended first, by SIGKILL, and those below it removed too. The top of a hierarchy is refused always, and so is "
        + "ending those among whom this command is."
    ],
    options: [
      OptionDescription(nil, "kill", "end who is in it or below it, and remove all of it"),
      OptionDescription("h", "help", "show this help"),
    ],
    operands: .cgroup)

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var kills = false
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption() {
      if option.name == "help" { return try invocation.showHelp(description) }
      kills = true
    }
    if scanner.operands.isEmpty { throw .usage("which control group is to be removed?") }
    let lookup = try CgroupLookup()
    var status: Int32 = 0
    for path in scanner.operands {
      do throws(Complaint) {
        try remove(try lookup.find(path: path), path, kills: kills)
      } catch {
        error.present(program: invocation.program, form: invocation.form)
        status = max(status, error.exitStatus)
      }
    }
    return status
  }

  private static func remove(_ cgroup: Cgroup, _ path: String, kills: Bool) throws(Complaint) {
    do throws(CgroupError) {
      if kills { try cgroup.killAndRemove() } else { try cgroup.removeEmpty() }
    } catch .notEmpty(_, let members, let children) {
      // What was typed may stand for another path in each hierarchy.
      let error = CgroupError.notEmpty(FilePath(path), members: members, children: children)
      throw Complaint(
        what: error.description, why: error.reason,
        try: "pangaea cgroup rm --kill \(path) ends the members and removes all")
    } catch {
      throw Complaint(error, doing: "remove the control group \(path)")
    }
  }
}
