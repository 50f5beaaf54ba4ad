// Turns a plan of joining, with its files open, into system calls, in the order in which nsenter(1) has their
// effects.

internal import Linux
internal import struct SystemPackage.FilePath

/// Makes the program of a plan of joining.
struct JoinProgram {
  private let plan: JoinPlan
  private(set) var program = SystemCallProgram()
  private var joinsUserNamespace = false
  /// 0 when the supplementary groups were dropped before the user namespace was joined.
  private var droppedGroups: SystemCallProgram.Register?
  private var owner: (user: SystemCallProgram.Register?, group: SystemCallProgram.Register?) = (nil, nil)

  init(_ plan: JoinPlan, _ files: borrowing JoinedFiles) {
    self.plan = plan
    joinsUserNamespace = files.joins(.user)
    appendSecurityContext(files)
    appendGroupsBefore()
    appendNamespaces(files)
    appendDirectories(files)
    appendCgroup(files)
    appendOwner(files)
    if plan.forks ?? files.joins(.pid) {
      program.begin("fork the command")
      program.append(.resetDisposition(of: .child))
      program.append(.fork(parent: [.stopsWithChild, .diesAlike]))
    }
    appendCredentials()
    let command = plan.command(environment: files.environment)
    program.begin("execute the command")
    program.append(.execute(command.candidates, command.arguments, environment: command.environment))
  }

  private var changesCredentials: Bool { joinsUserNamespace && !plan.preservesCredentials }

  private mutating func appendSecurityContext(_ files: borrowing JoinedFiles) {
    guard let context = files.securityContext else { return }
    program.begin("follow the security context")
    program.appendWrite(String(decoding: context, as: UTF8.self), to: "/proc/self/attr/exec")
  }

  /// It may be allowed only here, or only in the user namespace; once is enough.
  private mutating func appendGroupsBefore() {
    guard changesCredentials else { return }
    program.begin("drop supplementary groups")
    droppedGroups = program.appendKeepingResult(.setGroups([]).tolerating(.eperm))
  }

  /// One setns(2) call.
  private struct Join {
    var step: SystemCallProgram.Step
    var purpose: String
    var changesUserNamespace = false
    /// 0 when it was done before the user namespace was joined.
    var earlier: SystemCallProgram.Register?
  }

  private mutating func appendNamespaces(_ files: borrowing JoinedFiles) {
    var joins = joinOfTarget(files).map { [$0] } ?? []
    joins += files.namespaces.filter { $0.kind != .user }.map(join)
    if let user = files.namespaces.first(where: { $0.kind == .user }) { joins.insert(join(user), at: 0) }
    if joins.count > 1, joins.contains(where: \.changesUserNamespace) { tryBefore(&joins) }
    for join in joins {
      program.begin(join.purpose)
      if let earlier = join.earlier { program.append(.skip(1, when: earlier)) }
      program.append(join.step)
    }
  }

  private func join(_ namespace: JoinedFiles.Namespace) -> Join {
    let kind = namespace.kind
    return Join(
      step: .setns(.descriptor(namespace.descriptor), kind.cloneFlag, on: "ns/\(kind.procName)"),
      purpose: "enter the \(kind.name) namespace", changesUserNamespace: kind == .user)
  }

  private func joinOfTarget(_ files: borrowing JoinedFiles) -> Join? {
    let kinds = files.kindsOfTarget
    guard let pidfd = files.pidfd, !kinds.isEmpty else { return nil }
    let names = kinds.map { $0.name }.joined(by: ", ") + (kinds.count == 1 ? " namespace" : " namespaces")
    let object = "PID \(plan.target ?? 0)"
    return Join(
      step: .setns(.descriptor(pidfd), CloneFlags(kinds), on: object), purpose: "enter the \(names) of \(object)",
      changesUserNamespace: kinds.contains(.user))
  }

  /// Who gives up rights by joining the user namespace joins the others before it; who gains rights by it, after.
  /// Which of the two it is, the first attempt tells.
  private mutating func tryBefore(_ joins: inout [Join]) {
    for index in joins.indices where !joins[index].changesUserNamespace {
      program.begin(joins[index].purpose)
      joins[index].earlier = program.appendKeepingResult(joins[index].step.tolerating(.eperm))
    }
  }

  private mutating func appendDirectories(_ files: borrowing JoinedFiles) {
    var directory = files.workingDirectory.map { SystemCallProgram.Argument.descriptor($0) }
    if let root = files.root {
      program.begin("change the root directory")
      if directory == nil, plan.innerWorkingDirectory == nil {
        directory = .register(program.appendKeepingResult(.open(".", .readOnly)))
      }
      program.append(.changeDirectory(to: .descriptor(root), named: "root"))
      program.append(.changeRoot("."))
      program.append(.changeDirectory("/"))
    }
    program.begin("change the working directory")
    if let path = plan.innerWorkingDirectory {
      directory = .register(program.appendKeepingResult(.open(path, .readOnly)))
    }
    if let directory { program.append(.changeDirectory(to: directory, named: "working directory")) }
  }

  private mutating func appendCgroup(_ files: borrowing JoinedFiles) {
    guard let cgroup = files.cgroup else { return }
    program.begin("join the control group")
    program.append(.write(Array("0".utf8), to: .descriptor(cgroup), named: "cgroup.procs"))
  }

  private mutating func appendOwner(_ files: borrowing JoinedFiles) {
    guard let process = files.process else { return }
    program.begin("look whose process the target is")
    let name = FilePath("/proc/\(plan.target ?? 0)")
    if plan.userID == .ofTarget {
      owner.user = program.appendKeepingResult(.owningUser(of: .descriptor(process), named: name))
    }
    if plan.groupID == .ofTarget {
      owner.group = program.appendKeepingResult(.owningGroup(of: .descriptor(process), named: name))
    }
  }

  private mutating func appendCredentials() {
    program.begin("become the user")
    if let group = plan.groupID ?? (changesCredentials ? .number(0) : nil) {
      appendGroups()
      switch group {
      case .number(let id): program.append(.setGroupID(id))
      case .ofTarget: owner.group.map { program.append(.setGroupID($0)) }
      }
    }
    if let user = plan.userID ?? (changesCredentials ? .number(0) : nil) {
      switch user {
      case .number(let id): program.append(.setUserID(id))
      case .ofTarget: owner.user.map { program.append(.setUserID($0)) }
      }
    }
    if plan.keepsCapabilities, joinsUserNamespace { program.append(.keepPermittedCapabilities()) }
  }

  private mutating func appendGroups() {
    if let droppedGroups {
      program.append(.skip(1, when: droppedGroups))
      program.append(.setGroups([]))
    } else {
      program.append(.setGroups([]).tolerating(.eperm))
    }
  }
}

extension JoinPlan {
  /// The command with the environment that it is given; without arguments it is the shell of that environment.
  fileprivate func command(environment: [[UInt8]]?) -> IsolatedCommand {
    var command = command
    if let environment { command.environment = environment }
    return command.arguments.isEmpty ? .loginShell(environment: command.environment) : command
  }
}
