// Where courses are run: what all claims have in common, and one claim from its beginning to its end.

import Cgroups
import Isolation
import Linux
import Processes
public import struct SystemPackage.FilePath

/// Runs claims, each in a world of its own.
public final class Laboratory {
  /// The program whose verbs stand in for tools that the machine does not have.
  public let program: FilePath
  private let verbs: [String]
  /// PATH of the terminals.
  let path: String
  let shell: FilePath
  let plan: LabWorldPlan
  private let watch: (LabEvent) -> Void
  private let cgroup: LabCgroup?
  /// Why there is no cgroup.
  private let cgroupLack: String
  /// What tells that a process is of a world that was made here.
  private(set) var traces = LabTraces(cgroup: LabCgroup.name)

  /// Looks at the machine, and decides how worlds are made: with CAP_SYS_ADMIN, as root, without a user namespace, else with.
  ///
  /// - Parameters:
  ///   - program: the `pangaea` executable.
  ///   - verbs: those that it has.
  ///   - classicNames: the classic tools that it can stand in for.
  ///   - prefersOwnTools: whether the program's verbs go before the machine's tools.
  ///   - watch: called with each thing that happens.
  /// - Throws: `LabFailure` when the machine has no bash, or its /proc cannot be read.
  public init(
    program: FilePath, verbs: [String] = [], classicNames: [String] = [], prefersOwnTools: Bool = false,
    watch: @escaping (LabEvent) -> Void = { _ in }
  ) throws(LabFailure) {
    self.program = program
    self.verbs = verbs
    self.watch = watch
    let own = LabWorldPlan.programs.string
    let machine = environmentVariable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    let complete = machine.contains("/sbin") ? machine : machine + ":/usr/sbin:/sbin"
    path = prefersOwnTools ? "\(own):\(complete)" : "\(complete):\(own)"
    guard let shell = Laboratory.find("bash", in: complete) else {
      throw LabFailure(what: "the terminals need bash, and there is none on the PATH", remedy: "install bash")
    }
    self.shell = shell
    let owner = try LabFailure.wrapping("/proc cannot be read") { () throws(SystemCallError) in
      try ProcessRecord.read(Laboratory.ownProcessID(), [.owner]).owner.value
    }
    let isAdministrator = (try? ProcessCapabilities())?.effective.contains(.administerSystem) == true
    plan = LabWorldPlan(
      hasUserNamespace: owner?.userID != 0 || !isAdministrator, userID: owner?.userID ?? 0,
      groupID: owner?.groupID ?? 0,
      program: program, classicNames: classicNames, cgroup: nil)
    // What a world might lose would come to the lab, and be seen when the machine is compared.
    try LabFailure.wrapping("the lab cannot adopt orphans") { () throws(SystemCallError) in
      try ProcessAttribute.setChildSubreaper(true)
    }
    do throws(CgroupError) {
      cgroup = try LabCgroup()
      cgroupLack = ""
    } catch {
      cgroup = nil
      cgroupLack = [error.description, error.reason].compactMap(\.self).joined(separator: "; ")
    }
  }

  /// Takes away what was made for all claims together; whether nothing is left of it is seen on the machine.
  public func close() {
    cgroup?.remove()
  }

  /// Which of the classic tools are the machine's, and for which the program stands in.
  var tools: String {
    let found = plan.classicNames.map { name in
      let place = Laboratory.find(name, in: path, own: LabWorldPlan.programs)
      return (name: name, isOwn: place == nil)
    }
    let machine = found.filter { !$0.isOwn }.map(\.name).joined(separator: " ")
    let own = found.filter(\.isOwn).map(\.name).joined(separator: " ")
    return [machine.isEmpty ? "" : "the machine's \(machine)", own.isEmpty ? "" : "pangaea as \(own)"]
      .filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private static func ownProcessID() throws(SystemCallError) -> Int32 {
    let link = try FileDescriptor.workingDirectory.readLink(FilePath("/proc/self"))
    return Int32(String(decoding: link, as: UTF8.self)) ?? 0
  }

  /// The first file of a name in the directories of a PATH; nil when one comes before that is the world's own.
  static func find(_ name: String, in path: String, own: FilePath? = nil) -> FilePath? {
    for directory in path.split(separator: ":") {
      if let own, directory == own.string { return nil }
      let candidate = FilePath(String(directory)).appending(name)
      if (try? FileDescriptor.workingDirectory.status(of: candidate))?.isFile == true { return candidate }
    }
    return nil
  }

  /// Runs one claim.
  ///
  /// - Throws: `LabFailure` when no world can be made: then nothing can be said of any claim.
  public func run(_ claim: Claim) throws(LabFailure) -> Outcome {
    let start = monotonicNanoseconds()
    var run = ClaimRun(watch: watch)
    if claim.verdict == .notShown {
      run.tell(claim)
    } else if let lack = lack(of: claim) {
      run.result = .cannotTell(lack)
    } else {
      try runInWorld(claim, &run)
    }
    return Outcome(
      claim: claim, result: run.result, evidence: run.evidence, lastLines: run.lastLines,
      duration: monotonicNanoseconds() - start)
  }

  private func runInWorld(_ claim: Claim, _ run: inout ClaimRun) throws(LabFailure) {
    let world = try makeWorld()
    let made = world.plan.cgroup
    do throws(SystemCallError) {
      let (initProcess, terminals) = try open(world, LabTerminal.unseen, "dumb")
      begin(claim, &run, initProcess, terminals)
    } catch {
      run.result = .cannotTell("the terminals do not start: \(error)")
    }
    do throws(SystemCallError) { try end(world) } catch {
      run.result = .notAsExpected("the world had ended before its time: \(error)")
    }
    remove(made)
  }

  /// Makes a world, and its cgroup where there may be one.
  ///
  /// - Throws: `LabFailure` when there is none to be had.
  func makeWorld() throws(LabFailure) -> LabWorld {
    var plan = plan
    do throws(SystemCallError) {
      plan.cgroup = try cgroup?.makeWorld()
      return try LabWorld(plan)
    } catch {
      throw LabFailure(ofMaking: plan, error)
    }
  }

  /// Ends a world, once it was looked at whether anything came out of it.
  ///
  /// - Throws: `SystemCallError` when it had ended before.
  func end(_ world: consuming LabWorld) throws(SystemCallError) {
    traces.lookForEscapes(from: world.initID)
    try world.end()
  }

  /// Removes the cgroup of a world that has ended.
  func remove(_ made: Cgroup?) {
    if let made { cgroup?.remove(made) }
  }

  /// Opens the two terminals of a world.
  ///
  /// - Parameter type: what the terminals are, for TERM.
  func open(
    _ world: borrowing LabWorld, _ size: WindowSize, _ type: String
  ) throws(SystemCallError) -> (ProcessIdentity, [TerminalName: LabTerminal]) {
    try traces.add(world)
    let environment = environment(type)
    var terminals: [TerminalName: LabTerminal] = [:]
    for name in TerminalName.allCases {
      terminals[name] = try LabTerminal(name, in: world, shell: shell, environment: environment, size: size)
    }
    return (try ProcessRecord.read(world.initID, .stat).identity, terminals)
  }

  private func begin(
    _ claim: Claim, _ run: inout ClaimRun, _ initProcess: ProcessIdentity, _ terminals: [TerminalName: LabTerminal]
  ) {
    do throws(Unknown) {
      run.carryOut(claim, try Observer(initProcess: initProcess, terminals: terminals))
    } catch {
      run.result = error.asResult("looking at the shells")
    }
  }

  /// What the shells are given.
  private func environment(_ terminal: String) -> [String] {
    let home = LabWorldPlan.home.string
    let unified = (try? CgroupHierarchies.read())?.unified.map { ["CGROUP=\($0.mountPoint)"] } ?? []
    return [
      "PATH=\(path)", "HOME=\(home)", "PWD=\(home)", "LC_ALL=C", "TERM=\(terminal)", "SHELL=\(shell.string)",
      "USER=root",
      "HISTFILE=",
    ] + unified
  }

  /// Whether the machine and the user have what a claim needs, as far as can be seen without trying it.
  public func canTell(_ claim: Claim) -> Bool { lack(of: claim) == nil }

  /// What the machine lacks for a claim; nil when nothing.
  func lack(of claim: Claim) -> String? {
    if (try? FileDescriptor.workingDirectory.status(of: "/proc/self/syscall")) == nil {
      return "this kernel has no /proc/PID/syscall, which tells when a shell waits for more to be typed"
    }
    for need in claim.needs {
      switch need {
      case .program(let name):
        if Laboratory.find(name, in: path) == nil && !plan.classicNames.contains(name) {
          return "there is no program \(name)"
        }
      case .namespace(let kind):
        if (try? FileDescriptor.workingDirectory.status(of: FilePath("/proc/self/ns/\(kind)"))) == nil {
          return "this kernel has no \(kind) namespaces"
        }
      case .verb(let verb): if !verbs.contains(verb) { return "this program has no verb \(verb)" }
      case .otherUser:
        if plan.hasUserNamespace { return "it takes a second user, and an ordinary user has one ID" }
      case .controlGroup(let need):
        if cgroup?.offers(need) != true {
          return cgroupLack.isEmpty ? "no cgroup hierarchy offers \(need) to this user" : cgroupLack
        }
      }
    }
    return nil
  }
}

/// Why the lab could not look at all.
public struct LabFailure: Error, Hashable, Sendable {
  /// What could not be done.
  public let what: String
  /// The reason, where it was found out.
  public var why: String?
  /// What helps; nil when nothing is known to.
  public let remedy: String?

  /// - Parameter error: what the kernel said to making a world.
  init(ofMaking plan: LabWorldPlan, _ error: SystemCallError) {
    let diagnosis = Diagnosis.ofMaking(plan.namespaces, error.errno)
    what = "no world can be made to run the course in: \(error)"
    why = diagnosis?.why
    remedy = plan.hasUserNamespace ? diagnosis?.remedy ?? "as root, or where user namespaces are allowed" : nil
  }

  init(what: String, remedy: String?) {
    self.what = what
    self.remedy = remedy
  }

  static func wrapping<Result>(
    _ what: String, _ call: () throws(SystemCallError) -> Result
  ) throws(LabFailure) -> Result {
    do throws(SystemCallError) { return try call() } catch {
      throw LabFailure(what: "\(what): \(error)", remedy: nil)
    }
  }
}
