// Which processes are shown: what simple letters say, or what is in one of the lists.

internal import Linux
internal import Processes

/// What must be known of the caller to select.
struct Caller {
  var userID: UInt32
  var terminal: TerminalNumber
}

/// Accepts or rejects processes.
struct ProcessSelection {
  private let lists: [StatusRequest.List]
  private let isNegated: Bool
  private let selectsRunning: Bool
  private let selectsAll: Bool
  private let caller: Caller
  /// Whether what the letters select counts, beside the lists.
  private let hasLetters: Bool
  private var onlyOwnUser = false
  private var onlyOwnTerminal = false
  private var onlyWithTerminal = false
  private var noLeaders = false

  /// - Throws: what the original says of letters that contradict each other.
  init(_ request: StatusRequest, caller: Caller) throws(StatusRequestError) {
    lists = request.lists
    isNegated = request.isNegated
    selectsRunning = request.selectsRunning
    self.caller = caller
    hasLetters = !request.simple.isEmpty || request.lists.isEmpty
    let bsd = request.simple.subtracting(.bsdG)
    selectsAll = request.selectsAll || request.quickList != nil || bsd == [.bsdA, .bsdX]
    switch request.simple {
    case []:
      onlyOwnUser = true
      onlyWithTerminal = request.prefersBSD
      onlyOwnTerminal = !request.prefersBSD
    case .unixA:
      noLeaders = true
      onlyWithTerminal = true
    case .unixD, [.unixA, .unixD]: noLeaders = true
    case .bsdG:
      onlyOwnUser = true
      onlyWithTerminal = true
    case .bsdA, [.bsdA, .bsdG]: onlyWithTerminal = true
    case .bsdX, [.bsdX, .bsdG]: onlyOwnUser = true
    case [.bsdA, .bsdX], [.bsdA, .bsdX, .bsdG]: break
    default: throw StatusRequestError("process selection options conflict")
    }
  }

  /// What must be read of a process to decide.
  var fields: ProcessFields {
    if selectsAll { return .stat }
    var fields: ProcessFields = hasLetters && onlyOwnUser ? .owner : .stat
    for list in lists {
      switch list {
      case .effectiveUsers, .effectiveGroups: fields.insert(.owner)
      case .realUsers, .realGroups: fields.insert(.status)
      default: break
      }
    }
    return fields
  }

  /// The PIDs that are to be shown, where nothing else has to be looked at; nil where it has.
  var processIDs: [Int32]? {
    guard !selectsAll, !isNegated, !hasLetters else { return nil }
    var all: Set<Int32> = []
    for list in lists {
      guard case .processes(let numbers) = list else { return nil }
      all.formUnion(numbers)
    }
    return all.sorted()
  }

  /// Whether a process, or a thread of one, is shown.
  func accepts(_ record: ProcessRecord) -> Bool {
    var isAccepted = selectsAll || (hasLetters && lettersAccept(record)) || lists.contains { accepts($0, record) }
    if selectsRunning, record.state != UInt8(ascii: "R"), record.state != UInt8(ascii: "D") { isAccepted = false }
    return isAccepted != isNegated
  }

  private func lettersAccept(_ record: ProcessRecord) -> Bool {
    if onlyOwnUser, record.owner.value?.userID != caller.userID { return false }
    if onlyOwnTerminal, record.stat.terminal != caller.terminal { return false }
    if onlyWithTerminal, record.stat.terminal == .none { return false }
    if noLeaders, record.stat.sessionID == record.threadGroupID { return false }
    return true
  }

  private func accepts(_ list: StatusRequest.List, _ record: ProcessRecord) -> Bool {
    switch list {
    case .processes(let numbers): numbers.contains(record.threadGroupID)
    case .parents(let numbers): numbers.contains(record.parentID)
    case .processGroups(let numbers): numbers.contains(record.stat.processGroupID)
    case .sessions(let numbers): numbers.contains(record.stat.sessionID)
    case .terminals(let numbers): numbers.contains(record.stat.terminal.rawValue)
    case .effectiveUsers(let numbers): record.owner.value.map { numbers.contains($0.userID) } ?? false
    case .effectiveGroups(let numbers): record.owner.value.map { numbers.contains($0.groupID) } ?? false
    case .realUsers(let numbers): record.status.value.map { numbers.contains($0.userIDs.real) } ?? false
    case .realGroups(let numbers): record.status.value.map { numbers.contains($0.groupIDs.real) } ?? false
    case .names(let names): names.contains { Self.matches($0, record.commandName) }
    }
  }

  /// The kernel keeps 15 bytes of a name.
  private static func matches(_ wanted: [UInt8], _ name: [UInt8]) -> Bool {
    if name.count == 15, wanted.count >= 15 { return wanted.starts(with: name) }
    return wanted == name
  }
}
