// The options of unshare as typed, and the plan that they mean.

internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// What was asked of unshare.
struct UnshareRequest {
  private var namespaces: CloneFlags = []
  private var persistent: [PersistentNamespace] = []
  private var forks = false
  private var childDeathSignal: Signal?
  private var user: UInt32?
  private var group: UInt32?
  private var userRanges: [RequestedIDs] = []
  private var groupRanges: [RequestedIDs] = []
  private var setgroups: SetgroupsPolicy?
  private var propagation: MountPropagation? = .private
  private var offsets = TimeOffsets()
  private var root: FilePath?
  private var workingDirectory: FilePath?
  private var procMountPoint: FilePath?
  private var binfmtMountPoint: FilePath?
  private var binaryFormat: [UInt8]?
  private var userID: UInt32?
  private var groupID: UInt32?
  private var keepsCapabilities = false

  /// Takes note of an option.
  mutating func apply(_ option: ScannedOption) throws(Complaint) {
    let value = option.value
    if let kind = UnshareRequest.kind(of: option.name) {
      namespaces.insert(kind.cloneFlag)
      if let value { persistent.append(PersistentNamespace(kind, file: FilePath(value))) }
    } else if option.name.hasPrefix("map-") {
      namespaces.insert(.newUser)
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
    case "map-users": userRanges += try RequestedIDs.typed(value, .users)
    case "map-groups": groupRanges += try RequestedIDs.typed(value, .groups)
    default:
      let word = option == "map-auto" ? "auto" : "subids"
      userRanges += try RequestedIDs.typed(word, .users)
      groupRanges += try RequestedIDs.typed(word, .groups)
    }
  }

  /// Whether the option was one about files.
  private mutating func applyToFiles(_ option: String, _ value: String?) throws(Complaint) -> Bool {
    switch option {
    case "mount-proc":
      namespaces.insert(.newMount)
      procMountPoint = FilePath(value ?? "/proc")
    case "mount-binfmt":
      namespaces.formUnion([.newMount, .newUser])
      if value == nil { procMountPoint = procMountPoint ?? "/proc" }
      binfmtMountPoint = FilePath(value ?? "/proc/sys/fs/binfmt_misc")
    case "load-interp":
      namespaces.formUnion([.newMount, .newUser])
      if binfmtMountPoint == nil {
        procMountPoint = procMountPoint ?? "/proc"
        binfmtMountPoint = "/proc/sys/fs/binfmt_misc"
      }
      binaryFormat = Array((value ?? "").utf8)
    case "propagation": propagation = try Self.propagation(value ?? "")
    case "root": root = FilePath(value ?? "")
    case "wd": workingDirectory = FilePath(value ?? "")
    default: return false
    }
    return true
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
    case "fork": forks = true
    case "kill-child":
      forks = true
      childDeathSignal = try value.map(Self.signal) ?? .kill
    case "setgroups":
      guard let policy = SetgroupsPolicy(rawValue: text) else {
        throw Complaint(
          what: "setgroups cannot be '\(text)'", why: "--setgroups takes allow or deny",
          classic: "unsupported --setgroups argument '\(text)'", exitStatus: 1)
      }
      setgroups = policy
    case "keep-caps": keepsCapabilities = true
    case "setuid": userID = try TypedNumber.id(text, "uid")
    case "setgid": groupID = try TypedNumber.id(text, "gid")
    case "monotonic": offsets.monotonic = try TypedNumber.offset(text, "monotonic offset")
    default: offsets.boottime = try TypedNumber.offset(text, "boottime offset")
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
  func plan(command: IsolatedCommand) throws(Complaint) -> UnsharePlan {
    if offsets != TimeOffsets(), !namespaces.contains(.newTime) {
      throw Complaint(
        what: "--monotonic and --boottime need a new time namespace", try: "add --time",
        classic: "options --monotonic and --boottime require unsharing of a time namespace (-T)", exitStatus: 1)
    }
    if setgroups == .allow, group != nil, groupRanges.isEmpty {
      throw Complaint(
        what: "--setgroups=allow and a mapped group exclude each other",
        why: "the kernel takes a map of the own group alone only where setgroups(2) is denied",
        classic: "options --setgroups=allow and --map-group are mutually exclusive", exitStatus: 1)
    }
    var plan = UnsharePlan(command: command)
    plan.namespaces = namespaces
    plan.persistent = persistent
    plan.forks = forks
    plan.childDeathSignal = childDeathSignal
    if namespaces.contains(.newUser) { addMaps(to: &plan) }
    plan.setgroups = setgroups
    plan.propagation = propagation
    plan.timeOffsets = offsets
    plan.root = root
    plan.workingDirectory = workingDirectory
    plan.procMountPoint = procMountPoint
    plan.binfmtMountPoint = binfmtMountPoint
    plan.binaryFormat = binaryFormat
    plan.userID = userID
    plan.groupID = groupID
    plan.keepsCapabilities = keepsCapabilities
    return plan
  }

  private func addMaps(to plan: inout UnsharePlan) {
    let caller = UserIDs.current.effective
    plan.users.own = user.map { IDMapRange(inner: $0, outer: caller, count: 1) }
    plan.groups.own = group.map { IDMapRange(inner: $0, outer: GroupIDs.current.effective, count: 1) }
    plan.users.ranges = userRanges
    plan.groups.ranges = groupRanges
    plan.rangesAreWrittenByTools = caller != 0
  }
}
