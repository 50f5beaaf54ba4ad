// Trials of the users and groups that a new user namespace may have.

internal import Linux
internal import struct SystemPackage.FilePath

/// The maps of a user namespace.
enum MapTrials {
  static var all: [Trial] {
    [
      Trial(
        identifier: "map-own", subject: .maps, title: "the own user and group, as root",
        isNeeded: WorldTrials.usesUserNamespace,
        attempt: { () throws(Refusal) in
          try TrialWorld.owned([]).carryOut { $0.append(.setUserID(0)) }
          return "write(/proc/self/uid_map)"
        }),
      Trial(
        identifier: "map-range", subject: .maps, title: "a range, written with the own rights",
        attempt: { () throws(Refusal) in try writeRange() }),
      Trial(
        identifier: "map-newuidmap", subject: .maps, title: "the own and a subordinate range, by newuidmap(1)",
        attempt: { () throws(Refusal) in
          try byTools(own: true)
          return "newuidmap, newgidmap"
        }),
      Trial(
        identifier: "map-auto", subject: .maps, title: "subordinate users from 0 on (auto)",
        attempt: { () throws(Refusal) in
          try byTools(own: false)
          return "newuidmap, newgidmap"
        }),
    ]
  }

  /// Two users and groups that the caller's user namespace has.
  private static func writeRange() throws(Refusal) -> String {
    let process = try WaitingProcess(TrialWorld(namespaces: .newUser))
    for file in ["uid_map", "gid_map"] {
      let callers = [IDMapRange](kernelText: Diagnosis.content(FilePath("/proc/self/\(file)")))
      guard let range = callers.first(where: { $0.count > 1 }) else {
        throw .untried("this user namespace has no two IDs (/proc/self/\(file))", Diagnosis.ofMissingProc())
      }
      let map = [IDMapRange(inner: 0, outer: range.inner, count: 2)]
      let capability: Capability = file == "uid_map" ? .setUserID : .setGroupID
      try attemptCall({ $0 == .eperm ? Diagnosis.ofMissing(capability) : nil }) { () throws(SystemCallError) in
        try FileDescriptor.open(FilePath("/proc/\(process.child.processID)/\(file)"), .writeOnly).write(map.text)
      }
    }
    return "write(/proc/PID/uid_map)"
  }

  private static func byTools(own: Bool) throws(Refusal) {
    let (user, group) = (UserIDs.current.effective, GroupIDs.current.effective)
    let users = try subordinate("/etc/subuid")
    let groups = try subordinate("/etc/subgid")
    func map(_ id: UInt32, _ ids: SubordinateIDs) -> [IDMapRange] {
      [IDMapRange]([.fromZero(ids)], own: own ? IDMapRange(inner: 0, outer: id, count: 1) : nil)
    }
    let maps = IDMaps(users: map(user, users), groups: map(group, groups), isWrittenByTools: true)
    let process = try WaitingProcess(TrialWorld(namespaces: .newUser))
    do throws(IsolationError) {
      try maps.writeByTools(to: process.child.processID)
    } catch {
      guard let cause = error.cause else { throw .missing(error.description) }
      throw .refused(
        cause,
        cause.errno == .enoent ? Diagnosis("\(cause.call) is not installed", remedy: "apt install uidmap") : nil)
    }
  }

  private static func subordinate(_ file: FilePath) throws(Refusal) -> SubordinateIDs {
    let user = UserIDs.current.effective
    let name = Accounts().userName(user)
    do throws(SubordinateIDs.Unusable) {
      return try SubordinateIDs(ofUser: user, named: Array((name ?? "").utf8), in: Diagnosis.content(file))
    } catch {
      let (kind, whom) = (file == "/etc/subuid" ? "subuids" : "subgids", name ?? String(user))
      throw .missing(
        "\(file) has no range for user \(whom)",
        name.map { Diagnosis("newuidmap(1) writes those alone", remedy: "usermod --add-\(kind) 100000-165535 \($0)") })
    }
  }
}
