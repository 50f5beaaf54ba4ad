// How a facility is tried: a function that does it once, and the throw-away world that most of them do it in.

internal import Cgroups
internal import Linux
internal import struct SystemPackage.FilePath

/// A facility that is still to be tried.
struct Trial: Sendable {
  let identifier: String
  let subject: Facility.Subject
  let title: String
  var isNeeded = false
  /// The first kernel that has it; explains a failure, and never decides.
  var since: KernelVersion?
  /// Does it, and says what was done.
  let attempt: @Sendable () throws(Refusal) -> String

  /// The facility, with what came of the trial.
  func carriedOut(_ settings: MachineSettings) -> Facility {
    do throws(Refusal) {
      return facility(.works, try attempt())
    } catch {
      guard error.isConclusive else { return facility(.unknown, error.evidence, error.diagnosis) }
      let diagnosis = tooOld(settings) ?? error.diagnosis ?? settings.diagnosis(of: error)
      return facility(.fails, error.evidence, diagnosis)
    }
  }

  private func facility(
    _ verdict: Facility.Verdict, _ evidence: String, _ diagnosis: Diagnosis? = nil
  ) -> Facility {
    Facility(
      identifier: identifier, subject: subject, title: title, isNeeded: isNeeded, verdict: verdict, evidence: evidence,
      diagnosis: diagnosis)
  }

  private func tooOld(_ settings: MachineSettings) -> Diagnosis? {
    guard let since, let version = settings.kernelVersion, version < since else { return nil }
    return Diagnosis("it came with Linux \(since), and this is \(version)")
  }
}

/// Why a trial did not succeed.
struct Refusal: Error {
  /// The call that failed with its errno, or why nothing could be tried.
  let evidence: String
  let diagnosis: Diagnosis?
  /// False when the facility itself was not tried.
  let isConclusive: Bool
  let cause: SystemCallError?

  private init(_ evidence: String, _ diagnosis: Diagnosis?, isConclusive: Bool = true, cause: SystemCallError? = nil) {
    self.evidence = evidence
    self.diagnosis = diagnosis
    self.isConclusive = isConclusive
    self.cause = cause
  }

  /// A call that failed. For want of memory, descriptors or processes nothing was tried.
  static func refused(_ error: SystemCallError, _ diagnosis: Diagnosis? = nil) -> Refusal {
    let shortage = Diagnosis.ofShortage(error)
    let isNameless = error.object.isEmpty || error.object.hasPrefix("descriptor ")
    let object = isNameless ? "" : " \(error.object)"
    return Refusal(
      "\(error.call)\(object): \(error.errno.name)", shortage ?? diagnosis, isConclusive: shortage == nil, cause: error)
  }

  /// Something that is missing.
  static func missing(_ what: String, _ diagnosis: Diagnosis? = nil) -> Refusal {
    Refusal(what, diagnosis)
  }

  /// Nothing was tried.
  static func untried(_ reason: String, _ diagnosis: Diagnosis? = nil) -> Refusal {
    Refusal(reason, diagnosis, isConclusive: false)
  }

  /// A control group that could not be made or used.
  static func refused(_ error: CgroupError) -> Refusal {
    let diagnosis = error.reason.map { Diagnosis($0, remedy: error.remedy) }
    if case .systemCall(let error) = error { return .refused(error, diagnosis) }
    return .missing(error.description, diagnosis)
  }
}

/// Makes a call of this process, and tells why it failed.
func attemptCall<Result: ~Copyable>(
  _ diagnose: (Errno) -> Diagnosis? = { _ in nil }, _ body: () throws(SystemCallError) -> Result
) throws(Refusal) -> Result {
  do throws(SystemCallError) {
    return try body()
  } catch {
    throw .refused(error, diagnose(error.errno))
  }
}

/// A process in new namespaces that takes the steps of a trial, and ends.
struct TrialWorld: Sendable {
  let namespaces: CloneFlags
  /// Whether the process is root in its new user namespace before it takes the steps.
  var mapsOwnIDs = false
  /// The right that the steps need outside of a user namespace of one's own.
  var needs: Capability?

  /// No new namespace at all.
  static let none = TrialWorld(namespaces: [])

  /// A new user namespace in which the process is root, and others that it owns.
  static func owned(_ kinds: CloneFlags) -> TrialWorld {
    TrialWorld(namespaces: kinds.union(.newUser), mapsOwnIDs: true)
  }

  /// New namespaces as `run` makes them: for an ordinary user in a user namespace of their own.
  static func asRun(_ kinds: CloneFlags) -> TrialWorld {
    if WorldTrials.usesUserNamespace { return .owned(kinds) }
    return TrialWorld(namespaces: kinds, needs: .administerSystem)
  }

  /// Starts the process, waits until it has ended, and throws the first step that failed.
  func carryOut(_ append: (inout SystemCallProgram) -> Void) throws(Refusal) {
    let child = try start { program in
      append(&program)
      program.append(.exit(0))
    }
    try finish(child)
  }

  /// Starts the process; the steps end it, or wait.
  func start(
    in cgroup: borrowing FileDescriptor = FileDescriptor(borrowing: -1), _ append: (inout SystemCallProgram) -> Void
  ) throws(Refusal) -> ProgramChild {
    let steps = program(append)
    do throws(SystemCallError) {
      return try steps.start(namespaces: namespaces, cgroup: cgroup)
    } catch {
      throw .refused(error, Diagnosis.ofStarting(in: namespaces, error.errno))
    }
  }

  private func program(_ append: (inout SystemCallProgram) -> Void) -> SystemCallProgram {
    var program = SystemCallProgram()
    program.append(.setParentDeathSignal(.kill))
    if mapsOwnIDs {
      program.begin(TrialWorld.mapping)
      let maps = IDMaps.own(
        user: UserIDs.current.effective, group: GroupIDs.current.effective, insideUser: 0, insideGroup: 0)
      for writing in maps.writings { program.appendWrite(writing.content, to: FilePath("/proc/self/\(writing.file)")) }
    }
    program.begin("")
    if namespaces.contains(.newMount) {
      program.append(.mount("none", on: "/", [.recursive, MountPropagation.private.flag]))
    }
    append(&program)
    return program
  }

  static let mapping = "say who is who in the user namespace"

  /// Waits for the process's end.
  func finish(_ child: borrowing ProgramChild) throws(Refusal) {
    let failure = try attemptCall { () throws(SystemCallError) in try child.report.awaitOutcome() }
    let status = try attemptCall { () throws(SystemCallError) in try child.pidfd.wait() }
    if let failure { throw .refused(failure.error, diagnosis(of: failure)) }
    guard status == .exited(0) else { throw .untried("the process of the trial ended with \(status)") }
  }

  private func diagnosis(of failure: SystemCallProgram.Failure) -> Diagnosis? {
    let error = failure.error
    if failure.purpose == TrialWorld.mapping { return Diagnosis.ofMapping(error.errno) }
    if error.call == "fsopen", error.errno == .enodev { return Diagnosis.ofMissingFileSystem(error.object) }
    guard error.errno == .eperm || error.errno == .eacces else { return nil }
    if namespaces.contains(.newUser), let restriction = Diagnosis.ofRestrictedUserNamespace() { return restriction }
    if ["proc", "/proc"].contains(error.object) { return Diagnosis.ofMountingProc(in: namespaces, error.errno) }
    return needs.flatMap(Diagnosis.ofMissing)
  }
}

/// A process that is waiting, and ends when this value does.
struct WaitingProcess: ~Copyable {
  let child: ProgramChild
  /// A descriptor that the process has open.
  let waitsOn: Int32
  private let go: FileDescriptor

  /// Starts a process that does the steps, and then waits.
  init(_ world: TrialWorld = .none, _ append: (inout SystemCallProgram) -> Void = { _ in }) throws(Refusal) {
    let pipe = try attemptCall { () throws(SystemCallError) in try Pipe() }
    let ready = try attemptCall { () throws(SystemCallError) in try Pipe() }
    let (reading, writing) = (pipe.reading.number, ready.writing.number)
    let (other, readyReading) = (pipe.writing.number, ready.reading.number)
    let child = try world.start { program in
      append(&program)
      program.append(.close(.descriptor(other)))
      program.append(.close(.descriptor(readyReading)))
      program.append(.write([1], to: .descriptor(writing), named: "pipe"))
      program.append(.close(.descriptor(writing)))
      program.append(.await(reading, for: "the trial is over").tolerating(.ecanceled))
      program.append(.exit(0))
    }
    var answer: [UInt8] = [0]
    let readyEnd = ready.closeWriting()
    let count = try attemptCall { () throws(SystemCallError) in try readyEnd.read(into: &answer) }
    guard count == 1 else {
      try world.finish(child)
      throw .untried("the process of the trial ended early")
    }
    self.child = child
    waitsOn = reading
    go = pipe.writing
  }

  deinit {
    do throws(SystemCallError) {
      try child.pidfd.end()
    } catch {
      // It has ended by itself, which is what was wanted.
    }
  }
}
