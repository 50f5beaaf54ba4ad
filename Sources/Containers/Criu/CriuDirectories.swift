// The directories of images and of criu's work, held open: criu reaches them by descriptor.

internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

/// Where images and log are.
struct CriuDirectories: ~Copyable {
  let images: FileDescriptor
  /// No descriptor where there is no such directory.
  private let work: FileDescriptor
  /// The log of what criu does.
  let log: FilePath

  /// - Parameters:
  ///   - log: the name of the log.
  ///   - makesImages: whether a directory of images that is missing is made.
  init(_ options: CheckpointOptions, log name: String, makesImages: Bool) throws(ContainerError) {
    let opened = try Self.open(options.images, isMade: makesImages, for: "images")
    work = try Self.open(options.work, isMade: true, for: "criu's work")
    images = opened
    log = (options.work ?? options.images).appending(name)
  }

  private static func open(
    _ path: FilePath?, isMade: Bool, for purpose: String
  ) throws(ContainerError) -> FileDescriptor {
    guard let path else { return FileDescriptor(borrowing: -1) }
    return try attempt("open the directory of \(purpose)") { () throws(SystemCallError) in
      if isMade { try makeDirectories(path) }
      return try FileDescriptor.open(path, [.directory])
    }
  }

  /// Sets what every checkpoint and restore has.
  ///
  /// - Parameter numbers: the directories' descriptors where others are to be used than those held here, in the order of
  ///   `CheckpointOptions.directories`.
  func setUp(
    _ request: inout CriuRequest, _ options: CheckpointOptions, _ annotations: [String: String],
    _ numbers: [Int32]? = nil
  ) {
    let numbers = numbers ?? [images.number, work.number]
    request.set(.imagesDirectory, numbers[0])
    if options.work != nil { request.set(.workDirectory, numbers[1]) }
    request.set(.logLevel, 4)
    request.set(.logFile, log.lastComponent?.string)
    request.set(.sendsNotifications)
    request.set(.sendsTerminals)
    request.set(.allowsUnixSockets, options.allowsUnixSockets)
    request.set(.keepsTCP, options.keepsTCP)
    request.set(.isShellJob, options.isShellJob)
    request.set(.keepsFileLocks, options.keepsFileLocks)
    request.set(.removesDuplicates, options.removesDuplicates)
    request.set(.isLazy, options.isLazy)
    request.set(.managesCgroups)
    request.set(.cgroupMode, options.cgroupMode.rawValue)
    // Engines lay the network out themselves, by hooks or beforehand.
    request.set(.emptyNamespaces, CloneFlags.newNetwork.rawValue)
    // runc's; criu does without where there is none. The annotation without a text wants none.
    let configuration = annotations["org.criu.config"] ?? "/etc/criu/runc.conf"
    if !configuration.isEmpty { request.set(.configurationFile, configuration) }
  }
}

extension CheckpointOptions {
  /// The directories of images and of work; there may be none of work.
  var directories: [FilePath] { [images] + (work.map { [$0] } ?? []) }
}
