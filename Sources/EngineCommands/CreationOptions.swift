// The options that create, run and restore share: what a container is made from, and who is told of it.

internal import CommandDescription
internal import Containers
internal import Linux
internal import struct SystemPackage.FilePath

/// What was asked for when a container is to be made.
struct CreationOptions: Hashable, Sendable {
  /// The directory with the configuration and the root file system.
  private(set) var bundle: FilePath = "."
  /// The configuration; nil for config.json in the bundle.
  private(set) var configuration: FilePath?
  /// A socket that gets the controlling end of the terminal.
  private(set) var consoleSocket: FilePath?
  /// A file that gets the PID of the first process.
  private(set) var pidFile: FilePath?
  /// A socket that gets a pidfd of the first process.
  private(set) var pidfdSocket: FilePath?
  /// How many descriptors from 3 on are passed on, besides those of LISTEN_FDS.
  private(set) var preservedDescriptors: Int32 = 0
  /// Enter the root by pivot_root(2).
  private(set) var pivotsRoot = true
  /// Make a session keyring.
  private(set) var makesKeyring = true

  /// As they are typed.
  static var descriptions: [OptionDescription] {
    [
      OptionDescription(
        "b", "bundle", "the directory with config.json and the root file system (default: here)",
        value: .required("DIR"), completion: .directory),
      OptionDescription(
        "f", "config", "the configuration (default: config.json in the bundle)", value: .required("FILE"),
        completion: .file),
      OptionDescription(
        nil, "console-socket", "send the controlling end of the terminal to this socket", value: .required("SOCKET"),
        completion: .file),
      OptionDescription(
        nil, "pid-file", "write the PID of the first process into FILE", value: .required("FILE"), completion: .file),
      OptionDescription(
        nil, "pidfd-socket", "send a pidfd of the first process to this socket", value: .required("SOCKET"),
        completion: .file),
      OptionDescription(
        nil, "preserve-fds", "pass on N descriptors from 3 on, besides those of LISTEN_FDS", value: .required("N")),
      OptionDescription(nil, "no-pivot", "enter the root without pivot_root(2), where it lies in memory"),
      OptionDescription(nil, "no-new-keyring", "stay in the caller's session keyring"),
      OptionDescription(nil, "no-subreaper", "accepted for the sake of engines; changes nothing"),
    ]
  }

  /// Takes note of an option.
  ///
  /// - Throws: `EngineFailure` for a number that is none.
  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    let path = option.value.map { FilePath($0) }
    switch option.name {
    case "bundle": bundle = path ?? "."
    case "config": configuration = path
    case "console-socket": consoleSocket = path
    case "pid-file": pidFile = path
    case "pidfd-socket": pidfdSocket = path
    case "preserve-fds": preservedDescriptors = try option.descriptorCount()
    case "no-pivot": pivotsRoot = false
    case "no-new-keyring": makesKeyring = false
    default: break
    }
  }

  /// The container that is to be made.
  func request(_ identifier: String, _ call: EngineCall) throws(EngineFailure) -> ContainerRequest {
    var request = ContainerRequest(identifier: identifier, bundle: bundle)
    if let configuration { request.configuration = configuration }
    request.consoleSocket = consoleSocket
    request.pidFile = pidFile
    request.pidfdSocket = pidfdSocket
    request.preservedDescriptors = preservedDescriptors + ListenedDescriptors.count
    request.pivotsRoot = pivotsRoot
    request.makesKeyring = makesKeyring
    request.cgroupDriver = call.options.cgroupManager.driver
    request.lack = call.options.rootless.lack
    return request
  }
}

/// The sockets that the caller opened for the program.
///
/// Source: sd_listen_fds(3).
enum ListenedDescriptors {
  /// How many there are from 3 on, since the variable may be another program's.
  static var count: Int32 {
    let told = environmentVariable("LISTEN_FDS").flatMap { Int32($0) }.map { max(0, min($0, 1024)) } ?? 0
    return Int32((3..<3 + told).prefix { FileDescriptor.isInherited($0) }.count)
  }
}

extension ScannedOption {
  /// The value as a number of descriptors.
  func descriptorCount() throws(EngineFailure) -> Int32 {
    let count: Int32 = try number()
    guard (0...1024).contains(count) else { throw .value(value ?? "", of: self) }
    return count
  }
}

extension GlobalOptions.Rootless {
  /// The same, as containers know it.
  fileprivate var lack: ContainerRequest.LackOfRights? {
    switch self {
    case .always: .noFailure
    case .never: .failure
    case .auto: nil
    }
  }
}

extension GlobalOptions.CgroupManager {
  /// The same, as containers know it.
  fileprivate var driver: ContainerRequest.CgroupDriver {
    switch self {
    case .cgroupfs: .cgroupfs
    case .systemd: .systemd
    case .disabled: .disabled
    }
  }
}
