// `cgroup`: the control groups of all hierarchies as one tree; their limits shown and changed, their removal.

internal import JSON
internal import Cgroups
internal import CommandDescription
internal import Isolation
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The verb `cgroup`.
struct CgroupCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "cgroup",
    abstract: "list, show, limit and remove control groups",
    usage: [
      "ls [options] [PATH|WHO]", "show [options] [PATH|WHO]", "set [options] PATH|WHO", "rm [options] PATH...",
    ],
    discussion: [
      "A control group is one thing here, whichever hierarchies have a directory for it: version 1, version 2, or both.",
      "PATH is a path of the hierarchies (/a/b is that path in each that has it), or a directory in one of them "
        + "(/sys/fs/cgroup/memory/a), which is that directory alone. A PATH without a slash at its beginning lies "
        + "where `run` makes new ones: below the control group of the caller.",
      "WHO is a PID, or the name of a world or container, and stands for the control group that it is in: in each "
        + "hierarchy but those at whose top it is, where every process is that was put nowhere.",
    ],
    options: [
      OptionDescription("h", "help", "show this help"), OptionDescription("V", "version", "show the version"),
    ],
    examples: [
      .init(command: "pangaea cgroup ls", meaning: "Draws all control groups, with who is in them."),
      .init(command: "pangaea cgroup show 4711", meaning: "Shows the limits and counters that PID 4711 is under."),
      .init(
        command: "pangaea run --pids 20 --name blue --detach -- sleep 1000; pangaea cgroup set --pids 10 blue",
        meaning: "Limits the control group that a world is in."),
      .init(command: "pangaea cgroup rm --kill /box", meaning: "Ends all that are in it, and removes it."),
    ],
    exitStatuses: [
      .init(status: "0", meaning: "found, or done"), .init(status: "1", meaning: "there is none of that name"),
      .init(status: "2", meaning: "trouble: a wrong command line, or it is refused"),
    ],
    seeAlso: ["cgroups(7)", "systemd-cgls(1)"],
    verbs: [CgroupList.description, CgroupShow.description, CgroupSet.description, CgroupRemove.description])

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var scanner = OptionScanner(invocation.arguments, options: description.options, stopsAtOperand: true)
    while let option = try scanner.nextOption() {
      return try option.name == "help" ? invocation.showHelp(description) : invocation.showVersion()
    }
    guard let name = scanner.operands.first else { throw .usage("ls, show, set or rm?") }
    let inner = Invocation(
      program: "\(invocation.program) \(name)", form: invocation.form, arguments: Array(scanner.operands.dropFirst()))
    switch name {
    case "ls": return try CgroupList.run(inner)
    case "show": return try CgroupShow.run(inner)
    case "set": return try CgroupSet.run(inner)
    case "rm": return try CgroupRemove.run(inner)
    default: throw .usage("there is no verb '\(name)' of cgroup")
    }
  }
}

/// The control groups of this machine, and those that a person names.
struct CgroupLookup {
  let hierarchies: CgroupHierarchies

  init() throws(Complaint) {
    do throws(SystemCallError) {
      hierarchies = try CgroupHierarchies.read()
    } catch {
      let missing = Diagnosis.ofMissingProc()
      throw Complaint(error, doing: "find the control groups", why: missing?.why, try: missing?.remedy)
    }
    if hierarchies.layout == .none {
      throw Complaint(
        what: "there are no control groups here", why: "no hierarchy is mounted",
        try: "mount -t cgroup2 none /sys/fs/cgroup")
    }
  }

  /// The control group of a path, or the one that somebody is in.
  func find(_ name: String) throws(Complaint) -> Cgroup {
    if name.hasPrefix("/") { return try find(path: name) }
    if Int32(name) == nil, let cgroup = hierarchies.cgroup(named: FilePath(name)) { return cgroup }
    let processID: Int32
    do throws(Complaint) {
      processID = try Whom.processID(name, .firstProcess)
    } catch {
      throw error == Whom.absent(name, isKnown: false, 1) ? absent(name) : error
    }
    return try find(processID)
  }

  private func find(_ processID: Int32) throws(Complaint) -> Cgroup {
    do throws(SystemCallError) {
      return try hierarchies.cgroup(of: processID)
    } catch {
      guard error.errno == .enoent || error.errno == .esrch else {
        throw Complaint(error, doing: "find the control group of PID \(processID)")
      }
      throw Complaint(what: "no process has PID \(processID)", exitStatus: 1)
    }
  }

  /// The control group of a path.
  func find(path: String) throws(Complaint) -> Cgroup {
    if let cgroup = hierarchies.cgroup(named: FilePath(path)) { return cgroup }
    throw absent(path)
  }

  private func absent(_ name: String) -> Complaint {
    let isPath = name.hasPrefix("/")
    return Complaint(
      what: "there is no control group '\(name)'",
      why: isPath
        ? "no mounted hierarchy has that path"
        : "none of that name lies below the caller's own, and no world or container has it",
      try: "pangaea cgroup ls", exitStatus: 1)
  }

  /// The top of all hierarchies.
  var top: Cgroup? { hierarchies.cgroup(named: "/") }

  /// What a hierarchy is called in a column: `v2`, `cpu,cpuacct`, `name=systemd`.
  static func label(_ hierarchy: CgroupHierarchy) -> String {
    if hierarchy.version == .v2 { return "v2" }
    return hierarchy.name.map { "name=\($0)" } ?? hierarchy.controllers.map(\.rawValue).joined(separator: ",")
  }
}

extension Complaint {
  /// Something that could not be done with a control group.
  init(_ error: CgroupError, doing task: String) {
    switch error {
    case .systemCall(let cause):
      let object = cause.object.isEmpty ? "" : " \(cause.object)"
      self.init(what: "cannot \(task): \(cause.call)\(object): \(cause.errno.name)")
    default: self.init(what: error.description, why: error.reason, try: error.remedy)
    }
  }
}

extension Cgroup {
  /// What counts and limits this one and not the whole machine: without the tops of hierarchies, unless it is nowhere
  /// else, as `/` is.
  var ofItsOwn: Cgroup { belowTops.places.isEmpty ? self : belowTops }
}

extension JSONWriter {
  /// Writes a hierarchy.
  mutating func writeHierarchy(_ hierarchy: CgroupHierarchy) {
    object { json in
      json.member("version", hierarchy.version.rawValue)
      json.member("controllers") { json in
        json.array { json in hierarchy.controllers.forEach { json.value($0.rawValue) } }
      }
      json.member("name", hierarchy.name)
      json.member("mountPoint", hierarchy.mountPoint.string)
    }
  }
}
