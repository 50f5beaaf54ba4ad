// The options of nsenter as typed, and the plan that they mean.

internal import CommandDescription
internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// What was asked of nsenter.
struct NsenterRequest {
  private var plan = JoinPlan(command: IsolatedCommand([], environment: []))

  /// The plan that the options mean together.
  func plan(command: IsolatedCommand) -> JoinPlan {
    var plan = plan
    plan.command = command
    return plan
  }

  /// Takes note of an option.
  mutating func apply(_ option: ScannedOption) throws(Complaint) {
    let source = option.value.map { JoinSource.file(FilePath($0)) } ?? .target
    if let kind = UnshareRequest.kind(of: option.name) {
      plan.namespaces.removeAll { $0.kind == kind }
      plan.namespaces.append(JoinedNamespace(kind, from: source))
      return
    }
    switch option.name {
    case "root": plan.root = source
    case "wd":
      try refuse(option.typed, unless: plan.innerWorkingDirectory == nil)
      plan.workingDirectory = source
    case "wdns":
      try refuse(option.typed, unless: plan.workingDirectory == nil)
      plan.innerWorkingDirectory = option.value.map { FilePath($0) }
    default: try applyValue(option)
    }
  }

  private func refuse(_ typed: String, unless isAlone: Bool) throws(Complaint) {
    if isAlone { return }
    throw Complaint(
      what: "--wd and --wdns exclude each other", classic: "mutually exclusive arguments: --wdns --wd", exitStatus: 1)
  }

  private mutating func applyValue(_ option: ScannedOption) throws(Complaint) {
    let value = option.value ?? ""
    switch option.name {
    case "target":
      let target = try TypedNumber.index(value, "pid")
      plan.target = target == 0 ? nil : target
    case "net-socket": plan.socket = try TypedNumber.index(value, "file descriptor")
    case "setuid": plan.userID = value == "follow" ? .ofTarget : .number(try TypedNumber.id(value, "uid"))
    case "setgid": plan.groupID = value == "follow" ? .ofTarget : .number(try TypedNumber.id(value, "gid"))
    default: applyFlag(option.name)
    }
  }

  private mutating func applyFlag(_ option: String) {
    switch option {
    case "all": plan.joinsAll = true
    case "user-parent": plan.joinsParentUserNamespace = true
    case "env": plan.takesEnvironment = true
    case "join-cgroup": plan.joinsCgroup = true
    case "follow-context": plan.followsSecurityContext = true
    case "preserve-credentials": plan.preservesCredentials = true
    case "keep-caps": plan.keepsCapabilities = true
    default: plan.forks = false
    }
  }
}
