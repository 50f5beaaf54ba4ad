// The messages that are exchanged with criu: what is asked, what it answers, and what it tells meanwhile.
//
// Source: criu, images/rpc.proto; its numbers never change their meaning.

/// What criu can be asked.
enum CriuTask: Int64 {
  case dump = 1
  case restore = 2
  case preDump = 4
  case notify = 6
  case featureCheck = 9
  case version = 10

  /// As criu calls it.
  var name: String {
    switch self {
    case .dump: "DUMP"
    case .restore: "RESTORE"
    case .preDump: "PRE_DUMP"
    case .notify: "NOTIFY"
    case .featureCheck: "FEATURE_CHECK"
    case .version: "VERSION"
    }
  }
}

/// A field of criu_opts.
enum CriuOption: UInt64 {
  case imagesDirectory = 1
  case processID = 2
  case leavesRunning = 3
  case allowsUnixSockets = 4
  case keepsTCP = 5
  case evadesDevices = 6
  case isShellJob = 7
  case keepsFileLocks = 8
  case logLevel = 9
  case logFile = 10
  case pageServer = 11
  case sendsNotifications = 12
  case root = 13
  case parentImages = 14
  case tracksMemory = 15
  case removesDuplicates = 16
  case workDirectory = 17
  case externalMount = 23
  case managesCgroups = 24
  case cgroupRoot = 25
  case restoresSibling = 26
  case inheritedDescriptor = 27
  case cgroupMode = 34
  case external = 37
  case emptyNamespaces = 38
  case joinedNamespace = 39
  case frozenCgroup = 44
  case isLazy = 48
  case sendsTerminals = 50
  case configurationFile = 51
  case securityProfile = 53
  case securityMountContext = 63
}

/// What is asked, with its options.
struct CriuRequest {
  let task: CriuTask
  private var options = ProtocolBufferWriter()

  init(_ task: CriuTask) {
    self.task = task
  }

  /// The message.
  var bytes: [UInt8] {
    var message = ProtocolBufferWriter()
    message.put(1, task.rawValue)
    if !options.bytes.isEmpty { message.put(2, bytes: options.bytes) }
    // Both features that a container may need are asked for.
    if task == .featureCheck {
      message.put(5) { (features: inout ProtocolBufferWriter) in
        features.put(1, true)
        features.put(2, true)
      }
    }
    return message.bytes
  }

  mutating func set(_ option: CriuOption, _ truth: Bool = true) {
    options.put(option.rawValue, truth)
  }

  mutating func set(_ option: CriuOption, _ number: some FixedWidthInteger) {
    options.put(option.rawValue, number)
  }

  mutating func set(_ option: CriuOption, _ text: String?) {
    if let text { options.put(option.rawValue, text) }
  }

  /// A pair of texts, the first under its own number.
  mutating func add(_ option: CriuOption, _ first: String, _ second: String) {
    options.put(option.rawValue) { (pair: inout ProtocolBufferWriter) in
      pair.put(1, first)
      pair.put(2, second)
    }
  }

  /// A text and a number, as criu orders them.
  mutating func add(_ option: CriuOption, _ text: String, _ number: Int32) {
    options.put(option.rawValue) { (pair: inout ProtocolBufferWriter) in
      pair.put(1, text)
      pair.put(2, number)
    }
  }

  /// The answer to a notification.
  static func acknowledgement(isSuccess: Bool) -> [UInt8] {
    var message = ProtocolBufferWriter()
    message.put(1, CriuTask.notify.rawValue)
    message.put(3, isSuccess)
    return message.bytes
  }
}

/// What criu answers, or tells.
struct CriuResponse: Hashable {
  let task: Int64
  let isSuccess: Bool
  /// The first process that was restored.
  let restoredProcessID: Int32?
  /// What it has come to, for example `post-restore`, and the process meant.
  let notification: Notification?
  let errorNumber: Int32
  /// 31701 is 3.17.1.
  let version: Int?
  let tracksMemory: Bool
  let canBeLazy: Bool

  struct Notification: Hashable {
    let name: String
    let processID: Int32
  }

  /// Nil for bytes that are no answer.
  init?(_ bytes: [UInt8]) {
    guard let fields = ProtocolBufferFields(bytes[...]), let task = fields.number(1),
      let isSuccess = fields.truth(2)
    else { return nil }
    self.task = task
    self.isSuccess = isSuccess
    restoredProcessID = fields.message(4)?.number(1).map { Int32(truncatingIfNeeded: $0) }
    notification = fields.message(5).map { notification in
      Notification(
        name: notification.text(1) ?? "", processID: Int32(truncatingIfNeeded: notification.number(2) ?? 0))
    }
    errorNumber = Int32(truncatingIfNeeded: fields.number(7) ?? 0)
    version = fields.message(10).map { version in
      let numbers = [version.number(1), version.number(2), version.number(4)].map { Int(clamping: $0 ?? 0) }
      return numbers.reduce(0) { $0 * 100 + min(max($1, 0), 99) }
    }
    let features = fields.message(8)
    tracksMemory = features?.truth(1) ?? false
    canBeLazy = features?.truth(2) ?? false
  }
}
