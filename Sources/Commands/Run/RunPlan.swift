// What a command line of `run` means: the plan of a world. Everything that can be wrong with the request itself is
// found here, before anything is made.

internal import Cgroups
internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

extension RunRequest {
  /// The plan that was asked for; this process is to carry it out, as a control group bears its PID.
  func plan() throws(Complaint) -> IsolationPlan {
    if command.isEmpty { throw .usage("there is no command to run", exitStatus: 125) }
    var plan = IsolationPlan(command: try commandLine(), namespaces: try kinds())
    plan.parentDeathSignal = .kill
    if plan.namespaces.contains(.newUser) {
      plan.idMaps = try maps()
    } else if hasSubordinateIDs {
      throw .usage("--subids needs a user namespace of its own", exitStatus: 125)
    }
    plan.hostname = try checkedHostname(in: plan.namespaces)
    if monotonic != nil || boottime != nil {
      plan.timeOffsets = TimeOffsets(monotonic: monotonic, boottime: boottime)
    }
    if let propagation { plan.propagation = try checkedPropagation(propagation, in: plan.namespaces) }
    try addFiles(to: &plan)
    plan.credentials = try credentials(
      isMapped: plan.idMaps != nil, hasOneUser: plan.idMaps != nil && !hasSubordinateIDs)
    plan.cgroup = try controlGroup()
    return plan
  }

  private func kinds() throws(Complaint) -> CloneFlags {
    var kinds: CloneFlags = [.newMount, .newPID, .newUTS, .newIPC, .newCgroup]
    if UserIDs.current.effective != 0 || forcesUserNamespace { kinds.insert(.newUser) }
    if hasNetwork { kinds.insert(.newNetwork) }
    if hasTime || monotonic != nil || boottime != nil { kinds.insert(.newTime) }
    for name in shared {
      guard let kind = NamespaceKind(named: name) else {
        throw .usage("'\(name)' is no kind of namespace", exitStatus: 125)
      }
      if let option = optionFor(kind) {
        throw .usage("\(option) and --share \(name) exclude each other", exitStatus: 125)
      }
      kinds.subtract(kind.cloneFlag)
    }
    return kinds
  }

  /// The option that asks for a namespace of a kind that is not new by default; nil when none was typed.
  private func optionFor(_ kind: NamespaceKind) -> String? {
    switch kind {
    case .network: hasNetwork ? "--net" : nil
    case .time: hasTime ? "--time" : monotonic != nil ? "--monotonic" : boottime != nil ? "--boottime" : nil
    case .user: forcesUserNamespace ? "--user-namespace" : nil
    default: nil
    }
  }

  /// The caller as root, and from 1 on the subordinate users and groups. newuidmap(1) and newgidmap(1) may write that.
  private func manyMaps() throws(Complaint) -> IDMaps {
    let users = [IDMapRange](
      try subordinate(.users), own: IDMapRange(inner: 0, outer: UserIDs.current.effective, count: 1))
    let groups = [IDMapRange](
      try subordinate(.groups), own: IDMapRange(inner: 0, outer: GroupIDs.current.effective, count: 1))
    return IDMaps(users: users, groups: groups, isWrittenByTools: true)
  }

  private func subordinate(_ accounts: MappedAccounts) throws(Complaint) -> [RequestedIDs] {
    do throws(Complaint) {
      return try RequestedIDs.typed("auto", accounts)
    } catch {
      var complaint = error
      complaint.exitStatus = 125
      throw complaint
    }
  }

  /// One user and one group, the caller, as root or as `--user` says; with `--subids` also the subordinate ones.
  private func maps() throws(Complaint) -> IDMaps {
    if hasSubordinateIDs { return try manyMaps() }
    let wanted = try identity()
    return .own(
      user: UserIDs.current.effective, group: GroupIDs.current.effective, insideUser: wanted?.user ?? 0,
      insideGroup: wanted?.group ?? 0)
  }

  private func checkedHostname(in kinds: CloneFlags) throws(Complaint) -> String? {
    guard let hostname else { return nil }
    guard kinds.contains(.newUTS) else {
      throw .usage("--hostname needs a UTS namespace of its own, and --share uts keeps the machine's", exitStatus: 125)
    }
    guard (1...64).contains(hostname.utf8.count) else {
      throw .usage("a host name has 1 to 64 bytes", exitStatus: 125)
    }
    return hostname
  }

  private func checkedPropagation(_ name: String, in kinds: CloneFlags) throws(Complaint) -> MountPropagation {
    guard kinds.contains(.newMount) else {
      throw .usage("--propagation needs a mount namespace of its own", exitStatus: 125)
    }
    guard let mode = MountPropagation(rawValue: name) else {
      throw .usage("'\(name)' is no propagation: private, shared, slave or unbindable", exitStatus: 125)
    }
    return mode
  }

  private func addFiles(to plan: inout IsolationPlan) throws(Complaint) {
    let changesFiles = root != nil || !mounts.isEmpty
    if changesFiles && !plan.namespaces.contains(.newMount) {
      throw .usage("--rootfs, --bind and --tmpfs need a mount namespace of their own", exitStatus: 125)
    }
    if propagation == MountPropagation.shared.rawValue && changesFiles && !plan.namespaces.contains(.newUser) {
      throw .usage(
        "--propagation shared would show --rootfs, --bind and --tmpfs outside; only without them is it possible",
        exitStatus: 125)
    }
    if root?.isEmpty == true || workingDirectory?.isEmpty == true {
      throw .usage("--rootfs and --workdir want a directory, not ''", exitStatus: 125)
    }
    if isReadOnly && root == nil { throw .usage("--read-only goes with --rootfs", exitStatus: 125) }
    if let root { plan.root = RootDirectory(path: FilePath(root), isReadOnly: isReadOnly) }
    for mount in mounts {
      plan.mounts.append(try RunRequest.mount(mount.option, mount.value))
    }
    if let workingDirectory { plan.workingDirectory = FilePath(workingDirectory) }
  }

  private static func mount(_ option: String, _ value: String) throws(Complaint) -> PlannedMount {
    let parts = value.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, !first.isEmpty, parts.count <= 3 else {
      throw .usage("--\(option) cannot be '\(value)'", exitStatus: 125)
    }
    if option == "tmpfs" { return .temporary(target: FilePath(first), options: options(parts.dropFirst().first)) }
    let target = parts.count > 1 && !parts[1].isEmpty ? parts[1] : first
    guard parts.count < 3 || ["ro", "rw"].contains(parts[2]) else {
      throw .usage("--bind ends in :ro or :rw, not in ':\(parts[2])'", exitStatus: 125)
    }
    return .bind(
      source: FilePath(first), target: FilePath(target), isReadOnly: parts.count == 3 && parts[2] == "ro")
  }

  private static func options(_ text: String?) -> [String: String] {
    var options: [String: String] = [:]
    for option in (text ?? "").split(separator: ",") {
      let pair = option.split(separator: "=", maxSplits: 1).map(String.init)
      options[pair[0]] = pair.count == 2 ? pair[1] : ""
    }
    return options
  }

  private func controlGroup() throws(Complaint) -> CgroupPlan? {
    let limits = CgroupLimits(
      cpus: try cpus.map { (text) throws(Complaint) in try RunRequest.number(text, "--cpus") { Double($0) } },
      memory: try memory.map { (text) throws(Complaint) in
        try RunRequest.number(text, "--memory") { CgroupLimits.bytes($0) }
      },
      processes: try processes.map { (text) throws(Complaint) in
        try RunRequest.number(text, "--pids") { UInt64($0) }
      })
    if limits.processes.map({ $0 < 2 }) ?? false {
      throw .usage("--pids is at least 2: the command, and the world's init", exitStatus: 125)
    }
    if limits.isEmpty { return nil }
    let page = SystemConfiguration.pageSize
    if limits.memory.map({ $0 < UInt64(page) }) ?? false {
      throw .usage("--memory is at least \(page) bytes, a page of memory", exitStatus: 125)
    }
    do throws(CgroupError) {
      return try plan(limits)
    } catch {
      let missing = Diagnosis.ofMissingProc()
      throw Complaint(
        what: missing == nil ? error.description : "cannot find the control groups: \(error)",
        why: error.reason ?? missing?.why, try: error.remedy ?? missing?.remedy, exitStatus: 125)
    }
  }

  private func plan(_ limits: CgroupLimits) throws(CgroupError) -> CgroupPlan {
    let name: String
    let hierarchies: CgroupHierarchies
    do throws(SystemCallError) {
      name = try ControlGroupName.own()
      hierarchies = try CgroupHierarchies.read()
    } catch {
      throw .systemCall(error)
    }
    return try hierarchies.plan(name, limits: limits)
  }

  private static func number<Number>(
    _ text: String, _ option: String, _ read: (String) -> Number?
  ) throws(Complaint) -> Number {
    guard let number = read(text) else { throw .usage("\(option) cannot be '\(text)'", exitStatus: 125) }
    return number
  }
}
