// The system calls that a configuration allows as a compiled filter, and the message that a listener gets.

internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

extension ContainerStore {
  /// Compiled filters of containers, under a name that no container can have.
  private var filters: SeccompCache { SeccompCache(root.appending(":filters")) }

  /// - Throws: `ContainerError.refused` when the profile cannot become a filter, or asks a listener that there is not.
  func planned(_ seccomp: Specification.Seccomp?) throws(ContainerError) -> PlannedSeccomp? {
    guard let seccomp else { return nil }
    do throws(SeccompError) {
      let filter = try filters.filter(of: SeccompProfile(seccomp))
      if filter.hasListener, seccomp.listenerPath == nil {
        throw .listener("linux.seccomp.listenerPath: is needed for SCMP_ACT_NOTIFY")
      }
      return PlannedSeccomp(program: filter.program, flags: filter.flags, hasListener: filter.hasListener)
    } catch {
      throw .refused("linux.seccomp: \(error)")
    }
  }
}

extension SeccompProfile {
  init(_ seccomp: Specification.Seccomp) {
    self.init(defaultAction: Action(seccomp.defaultAction))
    defaultErrorNumber = seccomp.defaultErrnoRet
    architectures = seccomp.architectures.map(\.rawValue)
    flags = seccomp.flags.isEmpty ? nil : seccomp.flags.compactMap { Flag(rawValue: $0.rawValue) }
    rules = seccomp.syscalls.map { rule in
      Rule(
        rule.names, Action(rule.action), errorNumber: rule.errnoRet,
        conditions: rule.args.map {
          Condition(argument: $0.index, Comparison($0.op), $0.value, $0.valueTwo)
        })
    }
  }
}

// Both name what the specification and libseccomp call by the same words.

extension SeccompProfile.Action {
  fileprivate init(_ action: Specification.Seccomp.Action) {
    switch action {
    case .kill: self = .kill
    case .killProcess: self = .killProcess
    case .killThread: self = .killThread
    case .trap: self = .trap
    case .fail: self = .fail
    case .trace: self = .trace
    case .allow: self = .allow
    case .log: self = .log
    case .notify: self = .notify
    }
  }
}

extension SeccompProfile.Comparison {
  fileprivate init(_ comparison: Specification.ArgumentRule.Operator) {
    switch comparison {
    case .notEqual: self = .notEqual
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .equal: self = .equal
    case .greaterOrEqual: self = .greaterOrEqual
    case .greater: self = .greater
    case .maskedEqual: self = .maskedEqual
    }
  }
}

extension Specification.Seccomp {
  /// Hands the kernel's questions about system calls to the listener.
  ///
  /// Source: runtime-spec, config-linux.md "The Container Process State".
  func send(
    _ listener: borrowing FileDescriptor, of processID: Int32, _ record: ContainerRecord, _ status: ContainerStatus
  ) throws(ContainerError) {
    guard let listenerPath else { return }
    let state = ContainerProcessState(pid: processID, metadata: listenerMetadata, state: record.state(status))
    let socket = try ReceivingSocket(FilePath(listenerPath), for: "the seccomp listener")
    try socket.send(state.json(), attaching: listener, for: "the seccomp listener")
  }
}
