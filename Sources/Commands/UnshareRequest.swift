// The options of unshare as typed, and the plan that they mean.

internal import CommandDescription
internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// What was asked of unshare.
struct UnshareRequest {
  private var plan = UnsharePlan(command: IsolatedCommand(arguments: [], environment: []))
  /// Who the caller is inside, and its group.
  private var user: UInt32?
  private var group: UInt32?

  /// Takes note of an option.
  mutating func apply(_ option: ScannedOption) throws(Complaint) {
    let value = option.value
    if let kind = UnshareRequest.kind(of: option.name) {
      plan.namespaces.insert(kind.cloneFlag)
      if let value { plan.persistent.append(PersistentNamespace(kind, file: FilePath(value))) }
    } else if option.name.hasPrefix("map-") {
      plan.namespaces.insert(.newUser)
      try applyMap(option.name, value ?? "")
    } else if try !applyToFiles(option.name, value) {
      try applyToProcess(option.name, value)
    }
  }

  static func kind(of option: String) -> NamespaceKind? {
    switch option {
    case "mount": .mount
    case "uts": .uts
    case "ipc": .ipc
    case "net": .network
    case "pid": .pid
    case "user": .user
    case "cgroup": .cgroup
    case "time": .time
    default: nil
    }
  }

  private mutating func applyMap(_ option: String, _ value: String) throws(Complaint) {
    switch option {
    case "map-root-user": (user, group) = (0, 0)
    case "map-current-user": (user, group) = (UserIDs.current.effective, GroupIDs.current.effective)
    case "map-user": user = try accountID(value, Accounts().user(named: value)?.id, "uid")
    case "map-group": group = try accountID(value, Accounts().group(named: value)?.id, "gid")
    case "map-users": plan.users.ranges += try RequestedIDs.typed(value, .users)
    case "map-groups": plan.groups.ranges += try RequestedIDs.typed(value, .groups)
    default:
      let word = option == "map-auto" ? "auto" : "subids"
      plan.users.ranges += try RequestedIDs.typed(word, .users)
      plan.groups.ranges += try RequestedIDs.typed(word, .groups)
    }
  }

  /// Whether the option was one about files.
  private mutating func applyToFiles(_ option: String, _ value: String?) throws(Complaint) -> Bool {
    switch option {
    case "mount-proc":
      plan.namespaces.insert(.newMount)
      plan.procMountPoint = FilePath(value ?? "/proc")
    case "mount-binfmt":
      plan.namespaces.formUnion([.newMount, .newUser])
      if value == nil { addProc() }
      plan.binfmtMountPoint = FilePath(value ?? "/proc/sys/fs/binfmt_misc")
    case "load-interp":
      plan.namespaces.formUnion([.newMount, .newUser])
      if plan.binfmtMountPoint == nil {
        addProc()
        plan.binfmtMountPoint = "/proc/sys/fs/binfmt_misc"
      }
      plan.binaryFormat = Array((value ?? "").utf8)
    case "propagation": plan.propagation = try Self.propagation(value ?? "")
    case "root": plan.root = FilePath(value ?? "")
    case "wd": plan.workingDirectory = FilePath(value ?? "")
    default: return false
    }
    return true
  }

  private mutating func addProc() {
    if plan.procMountPoint == nil { plan.procMountPoint = "/proc" }
  }

  private static func propagation(_ word: String) throws(Complaint) -> MountPropagation? {
    if word == "unchanged" { return nil }
    guard let propagation = MountPropagation(rawValue: word), propagation != .unbindable else {
      throw Complaint(
        what: "there is no propagation '\(word)'", why: "--propagation takes slave, shared, private or unchanged",
        classic: "unsupported propagation mode: \(word)", exitStatus: 1)
    }
    return propagation
  }

  private mutating func applyToProcess(_ option: String, _ value: String?) throws(Complaint) {
    let text = value ?? ""
    switch option {
    case "fork": plan.forks = true
    case "kill-child":
      plan.forks = true
      plan.childDeathSignal = try value.map(Self.signal) ?? .kill
    case "setgroups":
      guard let policy = SetgroupsPolicy(rawValue: text) else {
        throw Complaint(
          what: "setgroups cannot be '\(text)'", why: "--setgroups takes allow or deny",
          classic: "unsupported --setgroups argument '\(text)'", exitStatus: 1)
      }
      plan.setgroups = policy
    case "keep-caps": plan.keepsCapabilities = true
    case "setuid": plan.userID = try TypedNumber.id(text, "uid")
    case "setgid": plan.groupID = try TypedNumber.id(text, "gid")
    case "monotonic": plan.timeOffsets.monotonic = try TypedNumber.offset(text, "monotonic offset")
    default: plan.timeOffsets.boottime = try TypedNumber.offset(text, "boottime offset")
    }
  }

  /// Names alone: util-linux takes no numbers here.
  private static func signal(_ name: String) throws(Complaint) -> Signal {
    let isNumber = name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !isNumber, let signal = Signal(named: name) else {
      throw Complaint(what: "there is no signal '\(name)'", classic: "unknown signal: \(name)", exitStatus: 1)
    }
    return signal
  }

  private func accountID(_ typed: String, _ id: UInt32?, _ kind: String) throws(Complaint) -> UInt32 {
    if let id { return id }
    return try TypedNumber.id(typed, kind)
  }
}

extension UnshareRequest {
  /// The plan that the options mean together.
  ///
  /// - Throws: a `Complaint` about options that exclude each other.
  consuming func plan(command: IsolatedCommand) throws(Complaint) -> UnsharePlan {
    if plan.timeOffsets != TimeOffsets(), !plan.namespaces.contains(.newTime) {
      throw Complaint(
        what: "--monotonic and --boottime need a new time namespace", try: "add --time",
        classic: "options --monotonic and --boottime require unsharing of a time namespace (-T)", exitStatus: 1)
    }
    if plan.setgroups == .allow, group != nil, plan.groups.ranges.isEmpty {
      throw Complaint(
        what: "--setgroups=allow and a mapped group exclude each other",
        why: "the kernel takes a map of the own group alone only where setgroups(2) is denied",
        classic: "options --setgroups=allow and --map-group are mutually exclusive", exitStatus: 1)
    }
    plan.command = command
    if plan.namespaces.contains(.newUser) { addOwnMaps() }
    return plan
  }

  private mutating func addOwnMaps() {
    let caller = UserIDs.current.effective
    plan.users.own = user.map { IDMapRange(inner: $0, outer: caller, count: 1) }
    plan.groups.own = group.map { IDMapRange(inner: $0, outer: GroupIDs.current.effective, count: 1) }
    plan.rangesAreWrittenByTools = caller != 0
  }
}
