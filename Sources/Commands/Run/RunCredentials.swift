// Who the command of `run` is: its user, its capabilities and its environment.

internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

extension RunRequest {
  /// The user and the group of `--user`, by number or by name; without a group, the user's own.
  func identity() throws(Complaint) -> (user: UInt32, group: UInt32)? {
    guard let user else { return nil }
    let parts = user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let accounts = Accounts(root: FilePath(root ?? "/"))
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
  ///
  /// - Parameters:
  ///   - isMapped: whether it is in a new user namespace.
  ///   - hasOneUser: whether that knows this user alone.
  func credentials(isMapped: Bool, hasOneUser: Bool) throws(Complaint) -> PlannedCredentials {
    var planned = PlannedCredentials()
    planned.hasNoNewPrivileges = !allowsNewPrivileges
    if let wanted = try identity() {
      planned.userID = wanted.user
      planned.groupID = wanted.group
      if !hasOneUser { planned.supplementaryGroups = [] }
    }
    guard !capabilities.isEmpty else { return planned }
    let limits = try CapabilityLimits(isMapped: isMapped)
    let isRoot = planned.userID == nil || planned.userID == 0
    planned.boundingSet = try changed(limits.bounding, limits).rawValue
    // Root has all that it may have; any other user has none but those that are added.
    planned.capabilities = try changed(isRoot ? limits.permitted : [], limits).rawValue
    return planned
  }

  /// What is left of a set after each `--cap-add` and `--cap-drop` in turn.
  private func changed(_ start: CapabilitySet, _ limits: CapabilityLimits) throws(Complaint) -> CapabilitySet {
    var set = start
    for change in capabilities {
      let named = try RunRequest.capabilities(
        change.names, all: change.isAdded ? limits.permitted : .allOfKernel)
      if !change.isAdded {
        set.subtract(named)
      } else if named.isSubset(of: limits.permitted) {
        set.formUnion(named)
      } else {
        throw Complaint(
          what: "cannot add the capabilities \(change.names)", why: "this process lacks some of them itself",
          exitStatus: 125)
      }
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
      if let sign = variable.firstIndex(of: "="), sign > variable.startIndex {
        command.set(String(variable[..<sign]), to: Array(variable[variable.index(after: sign)...].utf8))
      } else if let value = IsolatedCommand(arguments: [], environment: caller).value(of: variable) {
        command.set(variable, to: value)
      } else if variable.isEmpty || variable.hasPrefix("=") {
        throw .usage("'\(variable)' has no name of a variable", exitStatus: 125)
      } else {
        throw .usage("there is no variable '\(variable)' to hand on", exitStatus: 125)
      }
    }
    return command
  }
}

/// The capabilities that a command can be given.
private struct CapabilityLimits {
  let permitted: CapabilitySet
  let bounding: CapabilitySet

  /// - Parameter isMapped: in a user namespace of its own a process has all.
  init(isMapped: Bool) throws(Complaint) {
    if isMapped {
      permitted = .allOfKernel
      bounding = .allOfKernel
      return
    }
    do throws(SystemCallError) {
      bounding = .bounding
      permitted = try ProcessCapabilities().permitted.intersection(bounding)
    } catch {
      throw Complaint(error, doing: "find out this process's capabilities", exitStatus: 125)
    }
  }
}
