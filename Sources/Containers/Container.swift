// One container: what is written down about it, and what it is doing now.

internal import Cgroups
internal import Linux
internal import Processes
public import struct SystemPackage.FilePath

/// A container of a store, by name. What it is doing is asked anew each time.
public struct Container: Hashable, Sendable {
  /// Its name.
  public let identifier: ContainerIdentifier
  /// Where it is written down.
  public let store: ContainerStore

  init(identifier: ContainerIdentifier, store: ContainerStore) {
    self.identifier = identifier
    self.store = store
  }

  /// The directory with all that is written down about it: `state.json`, `config.json`, and `gate` until it is started.
  public var directory: FilePath { store.root.appending(identifier.text) }
  var stateFile: FilePath { directory.appending("state.json") }
  var configurationFile: FilePath { directory.appending("config.json") }
  var gateFile: FilePath { directory.appending(Container.gateName) }

  /// What is written down; nil for a container that is half made, or has something else in the record's place.
  ///
  /// - Throws: `ContainerError.doesNotExist` when it was deleted meanwhile, `.failed` when it cannot be read.
  public func record() throws(ContainerError) -> ContainerRecord? {
    do throws(SystemCallError) {
      return try content(of: stateFile).flatMap(ContainerRecord.init(json:))
    } catch {
      guard error.errno == .enoent else { throw .failed(purpose: "read the container's state", error) }
    }
    guard try directoryExists() else { throw .doesNotExist(identifier.text) }
    return nil
  }

  /// What it is doing now. Never waits.
  ///
  /// - Throws: as `record()` does.
  public func status() throws(ContainerError) -> ContainerStatus {
    try status(of: try record())
  }

  /// What a container with this record is doing now.
  func status(of record: ContainerRecord?) throws(ContainerError) -> ContainerStatus {
    guard let record, let process = record.process else {
      return try isLocked() ? .creating : .stopped
    }
    guard let stat = try stat(of: process), !stat.isZombie else { return .stopped }
    guard record.isComplete else { return .creating }
    if try isFrozen(record) { return .paused }
    // The gate's name may have outlasted who started it; and what was restored executed in its former life.
    if stat.hasExecuted { return .running }
    return try exists(gateFile) ? .created : .running
  }

  private func isFrozen(_ record: ContainerRecord) throws(ContainerError) -> Bool {
    do throws(SystemCallError) {
      return try record.cgroup?.isFrozen() == true
    } catch {
      // It was removed meanwhile.
      if error.errno == .enoent || error.errno == .enodev { return false }
      throw .failed(purpose: "look whether the container is paused", error)
    }
  }

  /// What the kernel says of a process that was written down; nil where there is none, or another has its number.
  private func stat(of process: ProcessIdentity) throws(ContainerError) -> ProcessStat? {
    do throws(SystemCallError) {
      return try ProcessRecord.read(process, .stat).stat
    } catch {
      if error.errno == .esrch { return nil }
      throw .failed(purpose: "look at the container's first process", error)
    }
  }
}

// MARK: The state directory

extension Container {
  func openDirectory() throws(ContainerError) -> FileDescriptor {
    try attempt("open the container's state directory") { () throws(SystemCallError) in
      try FileDescriptor.open(directory, [.directory, .noFollow])
    }
  }

  func directoryExists() throws(ContainerError) -> Bool { try exists(directory) }

  /// The most that a file of the state directory may hold: a configuration of the largest size, and some words.
  private static let largestFile: UInt64 = 32 << 20

  /// What a file of the state directory holds; nil where something else lies in its place, which nobody waits for.
  func content(of file: FilePath) throws(SystemCallError) -> [UInt8]? {
    do throws(SystemCallError) {
      let opened = try FileDescriptor.open(file, [.nonBlocking, .noFollow])
      let status = try opened.status()
      return status.isFile && status.size <= Self.largestFile ? try opened.readAll() : nil
    } catch {
      // A symbolic link; a socket, or a device without a driver.
      if [.eloop, .enxio].contains(error.errno) { return nil }
      throw error
    }
  }

  private func exists(_ path: FilePath) throws(ContainerError) -> Bool {
    do throws(SystemCallError) {
      _ = try FileDescriptor.workingDirectory.status(of: path, followsLink: false)
      return true
    } catch {
      if error.errno == .enoent { return false }
      throw .failed(purpose: "look at the container's state", error)
    }
  }

  /// Waits until nobody else changes the container.
  ///
  /// - Throws: `ContainerError.doesNotExist` when it was deleted meanwhile.
  func lock() throws(ContainerError) -> ContainerLock {
    do throws(SystemCallError) {
      let opened = try FileDescriptor.open(directory, [.directory, .noFollow])
      try opened.lock()
      // Who had the lock before may have removed the directory.
      if try opened.status().linkCount == 0 {
        throw SystemCallError(call: "flock", errno: .enoent, object: directory.string)
      }
      return ContainerLock(opened)
    } catch {
      if error.errno == .enoent { throw .doesNotExist(identifier.text) }
      throw .failed(purpose: "lock the container", error)
    }
  }

  /// Whether somebody is changing the container now.
  private func isLocked() throws(ContainerError) -> Bool {
    do throws(SystemCallError) {
      return try !FileDescriptor.open(directory, [.directory, .noFollow]).lockNow()
    } catch {
      if error.errno == .enoent { throw .doesNotExist(identifier.text) }
      throw .failed(purpose: "look whether the container is locked", error)
    }
  }

  /// Writes the record down: aside first and renamed then, so that nobody reads half of it.
  func write(_ record: ContainerRecord) throws(ContainerError) {
    try write(record.json, to: stateFile, for: "write the container's state")
  }

  func write(_ content: [UInt8], to file: FilePath, for purpose: String) throws(ContainerError) {
    let draft = directory.appending("draft")
    try attempt(purpose) { () throws(SystemCallError) in
      try FileDescriptor.open(draft, [.writeOnly, .create, .truncate, .noFollow]).write(content)
      try renameFile(draft, to: file)
    }
  }

  /// Removes the directory with all that is in it; what is gone already is no failure.
  func removeDirectoryOfState() throws(ContainerError) {
    do throws(SystemCallError) {
      try Self.empty(FileDescriptor.open(directory, [.directory, .noFollow]))
      try removeDirectory(directory)
    } catch {
      if error.errno != .enoent { throw .failed(purpose: "remove the container's state", error) }
    }
    store.removeRootIfUnused()
  }

  /// Removes all that is in a directory: files, the directory that a restore needs, and what somebody else put there.
  private static func empty(_ directory: borrowing FileDescriptor) throws(SystemCallError) {
    for name in try directory.entryNames().map(FilePath.init(bytes:)) {
      do {
        try removeFile(name, in: directory)
      } catch  where error.errno == .eisdir {
        try empty(FileDescriptor.open(name, [.directory, .noFollow], in: directory))
        try removeDirectory(name, in: directory)
      }
    }
  }
}
