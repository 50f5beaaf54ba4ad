// Who the command of `run` is: its user, its capabilities and its environment.

internal import Isolation
internal import Linux

extension RunRequest {
  /// The user and the group of `--user`, by number or by name; without a group, the user's own.
  func identity() throws(Complaint) -> (user: UInt32, group: UInt32)? {
    guard let user else { return nil }
    let parts = user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let accounts = Accounts()
    guard
      let account = UInt32(parts[0]).map({ ($0, $0) }) ?? accounts.user(named: parts[0]).map({ ($0.id, $0.groupID) })
    else { throw .usage("there is no user '\(parts[0])'", exitStatus: 125) }
    guard parts.count == 2 else { return account }
    guard let groupID = UInt32(parts[1]) ?? accounts.groups.first(where: { $0.name == parts[1] })?.id else {
      throw .usage("there is no group '\(parts[1])'", exitStatus: 125)
    }
    return (account.0, groupID)
  }

  /// What the command may do.
  func credentials() throws(Complaint) -> PlannedCredentials {
    var planned = PlannedCredentials()
    planned.hasNoNewPrivileges = !allowsNewPrivileges
    planned.capabilities = try wantedCapabilities()?.rawValue
    let isMapped = UserIDs.current.effective != 0 || forcesUserNamespace
    if !isMapped, let wanted = try identity() {
      planned.userID = wanted.user
      planned.groupID = wanted.group
      planned.supplementaryGroups = []
    }
    return planned
  }

  /// The capabilities that are left after each `--cap-add` and `--cap-drop` in turn; nil when none was given.
  private func wantedCapabilities() throws(Complaint) -> CapabilitySet? {
    if capabilities.isEmpty { return nil }
    let all = CapabilitySet.allOfKernel
    var set = all
    for change in capabilities {
      let named = try RunRequest.capabilities(change.names, all: all)
      if change.isAdded { set.formUnion(named) } else { set.subtract(named) }
    }
    return set
  }

  private static func capabilities(_ names: String, all: CapabilitySet) throws(Complaint) -> CapabilitySet {
    var set: CapabilitySet = []
    for name in names.split(separator: ",").map(String.init) {
      if name.uppercased() == "ALL" {
        set.formUnion(all)
      } else if let capability = Capability(named: name) {
        set.formUnion(CapabilitySet([capability]))
      } else {
        throw .usage("'\(name)' is no capability", exitStatus: 125)
      }
    }
    return set
  }

  /// The command with its environment.
  func commandLine() throws(Complaint) -> IsolatedCommand {
    let caller = CallersEnvironment.entries
    var command = IsolatedCommand(arguments: command, environment: clearsEnvironment ? [] : caller)
    for variable in variables {
      if let sign = variable.firstIndex(of: "=") {
        command.set(String(variable[..<sign]), to: Array(variable[variable.index(after: sign)...].utf8))
      } else if let value = IsolatedCommand(arguments: [], environment: caller).value(of: variable) {
        command.set(variable, to: value)
      } else {
        throw .usage("there is no variable '\(variable)' to hand on", exitStatus: 125)
      }
    }
    return command
  }
}
