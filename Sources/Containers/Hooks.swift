// The programs that a configuration wants run at turns of a container's life: in order, each with the container's state
// on its standard input, each ended when its time is over.

internal import Isolation
internal import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

/// A turn of a container's life at which hooks run.
///
/// Source: runtime-spec, config.md "POSIX-platform Hooks".
enum HookKind: String {
  case prestart
  case createRuntime
  case createContainer
  case startContainer
  case poststart
  case poststop

  /// Whether the hooks run inside, in the container's namespaces.
  var isInside: Bool { self == .createContainer || self == .startContainer }

  func hooks(of all: Specification.Hooks) -> [Specification.Hook] {
    switch self {
    case .prestart: all.prestart
    case .createRuntime: all.createRuntime
    case .createContainer: all.createContainer
    case .startContainer: all.startContainer
    case .poststart: all.poststart
    case .poststop: all.poststop
    }
  }
}

/// The hooks of one turn, and what they are run with.
struct HookRun {
  /// What is told of a hook's output when it fails, in bytes.
  private static let shownOutput = 1024

  let kind: HookKind
  let hooks: [Specification.Hook]
  /// The container's state as JSON.
  let state: [UInt8]
  /// Where hooks outside start.
  let bundle: FilePath
  /// The container's first process; nil when it has ended.
  let process: Int32?
  /// The kinds of namespace that the container does not share with the runtime.
  let namespaces: CloneFlags
  /// Whether the container's root is not that of its mount namespace, so that it has to be entered besides.
  let changesRoot: Bool

  /// The hooks of a configuration at this turn; nil when there are none.
  init?(_ kind: HookKind, _ specification: Specification, _ record: ContainerRecord, _ status: ContainerStatus) {
    hooks = specification.hooks.map { kind.hooks(of: $0) } ?? []
    if hooks.isEmpty { return nil }
    self.kind = kind
    state = record.state(status).json(isIndented: false)
    bundle = record.bundle
    process = record.process?.processID
    namespaces = record.namespaceKinds
    changesRoot = kind == .startContainer && record.entersByChangeOfRoot
  }

  /// Runs them in order.
  ///
  /// - Throws: `HookFailure` of the first that fails; those after it are not run.
  func callAsFunction() throws(ContainerError) {
    for index in hooks.indices {
      if let failure = run(index) { throw .hook(failure) }
    }
  }

  /// Runs all of them, whichever fail.
  ///
  /// - Returns: the failures, as warnings.
  func runAll() -> [String] { hooks.indices.compactMap(run).map(\.description) }

  private func run(_ index: Int) -> HookFailure? {
    do throws(SystemCallError) {
      let output = try FileDescriptor.inMemory(named: "hook-output")
      let input = try FileDescriptor.inMemory(named: "hook-state")
      try input.write(state)
      try input.seek(to: 0)
      guard let reason = try outcome(of: hooks[index], input: input.number, output: output.number) else { return nil }
      return failure(index, reason, output: Self.end(of: output))
    } catch {
      return failure(index, .notStarted(error), output: "")
    }
  }

  private func failure(_ index: Int, _ reason: HookFailure.Reason, output: String) -> HookFailure {
    HookFailure(kind: kind.rawValue, index: index, path: hooks[index].path, reason: reason, output: output)
  }

  private static func end(of output: borrowing FileDescriptor) -> String {
    do throws(SystemCallError) {
      try output.seek(to: 0)
      let text = String(decoding: try output.readAll().suffix(shownOutput), as: UTF8.self)
      return text.split(separator: "\n").joined(separator: "; ")
    } catch {
      return ""
    }
  }

  /// Runs a hook; nil when it succeeded.
  private func outcome(
    of hook: Specification.Hook, input: Int32, output: Int32
  ) throws(SystemCallError) -> HookFailure.Reason? {
    guard kind.isInside, let process else {
      return try outcome(of: program(of: hook, input, output, inside: nil), atMost: hook.timeout)
    }
    let pidfd = try PIDFD(opening: process)
    guard changesRoot else {
      return try outcome(
        of: program(of: hook, input, output, inside: pidfd.descriptor.number), atMost: hook.timeout)
    }
    let root = try FileDescriptor.open(FilePath("/proc/\(process)/root"), [.path, .directory])
    return try outcome(
      of: program(of: hook, input, output, inside: pidfd.descriptor.number, root: root.number), atMost: hook.timeout)
  }

  private func outcome(
    of program: SystemCallProgram, atMost seconds: Int?
  ) throws(SystemCallError) -> HookFailure.Reason? {
    let child = try program.start(signalMask: [])
    if let failure = try child.report.awaitOutcome() {
      try child.pidfd.end()
      return .notStarted(failure.error)
    }
    return try end(of: child, atMost: seconds)
  }

  private func end(
    of child: borrowing ProgramChild, atMost seconds: Int?
  ) throws(SystemCallError) -> HookFailure.Reason? {
    let end = seconds.map { monotonicNanoseconds() + UInt64($0) * 1_000_000_000 }
    while true {
      if let status = try child.pidfd.waitNow() { return status == .exited(0) ? nil : .ended(status) }
      let now = monotonicNanoseconds()
      if let end, let seconds, now >= end {
        try child.pidfd.end()
        return .timedOut(seconds)
      }
      var request = [PollRequest(child.pidfd.descriptor)]
      _ = try poll(&request, timeout: end.map { $0 - now })
    }
  }

  private func program(
    of hook: Specification.Hook, _ input: Int32, _ output: Int32, inside: Int32?, root: Int32? = nil
  ) -> SystemCallProgram {
    var program = SystemCallProgram()
    program.begin("run the \(kind.rawValue) hook")
    for (number, stream): (Int32, Int32) in [(input, 0), (output, 1), (output, 2)] {
      program.append(.duplicate(.descriptor(number), as: stream))
    }
    if let inside {
      // Who lies in wait inside may look into this process until it executes (CVE-2016-9962).
      program.append(.closeOthers(besides: [inside, root].compactMap(\.self)))
      if !namespaces.isEmpty { program.append(.setns(.descriptor(inside), namespaces, on: "the container")) }
      if let root {
        program.append(.changeDirectory(to: .descriptor(root), named: "root directory"))
        program.append(.changeRoot("."))
      }
      if namespaces.contains(.newUser) { appendRootUser(to: &program) }
      if namespaces.contains(.newPID) { program.append(.fork(parent: [.diesAlike, .closesDescriptors])) }
      // The hook ends with its parent, which is what is ended when the time is over.
      program.append(.setParentDeathSignal(.kill))
    } else {
      program.append(.changeDirectory(bundle).tolerating(.enoent))
    }
    program.append(.startSession())
    program.append(.closeOnExecute(from: 3))
    let path = Array(hook.path.utf8)
    program.append(
      .execute([path], arguments(of: hook, path), environment: hook.env.map { Array($0.utf8) }))
    return program
  }

  /// Root of the container's user namespace, where there is one, and nobody's of outside.
  private func appendRootUser(to program: inout SystemCallProgram) {
    program.append(.setGroups([]).tolerating(.eperm))
    program.append(.setGroupID(0).tolerating(.einval))
    program.append(.setUserID(0).tolerating(.einval))
  }

  /// `args` has the same meaning as in execv(3): the name first; without it, the path.
  private func arguments(of hook: Specification.Hook, _ path: [UInt8]) -> [[UInt8]] {
    hook.args.isEmpty ? [path] : hook.args.map { Array($0.utf8) }
  }
}
