// Whose /proc is read: the machine's, a container's through a descriptor, or a test's own tree of files.

public import Linux
public import struct SystemPackage.FilePath

/// A proc file system, held open: what is read through it stays the same one whatever is mounted over its path.
///
/// Source: proc(5).
public final class Procfs: Sendable {
  /// The directory of its root; relative paths such as `12/ns/uts` start here.
  public let directory: FileDescriptor
  /// Why it could not be opened; thrown by whoever reads through it.
  private let failure: SystemCallError?

  /// The one at /proc, opened at its first use. A program that changes its mount namespace opens its own.
  public static let machine = Procfs(orFailureAt: "/proc")

  /// Holds a procfs that is open.
  public init(_ directory: consuming FileDescriptor) {
    self.directory = directory
    failure = nil
  }

  /// Opens a procfs, or a tree of files that looks like one.
  ///
  /// - Throws: `SystemCallError` with any errno of open(2).
  public convenience init(at path: FilePath) throws(SystemCallError) {
    self.init(try FileDescriptor.open(path, [.directory]))
  }

  private init(orFailureAt path: FilePath) {
    do throws(SystemCallError) {
      directory = try FileDescriptor.open(path, [.directory])
      failure = nil
    } catch {
      directory = FileDescriptor(borrowing: -1)
      failure = error
    }
  }

  /// Reads a file of the procfs that belongs to no process, or to `self`, for example `sys/kernel/pid_max`.
  ///
  /// - Throws: `SystemCallError` with any errno of open(2) and read(2).
  public func read(_ path: FilePath) throws(SystemCallError) -> [UInt8] {
    try verify()
    return try directory.readFile(path)
  }

  /// - Throws: `SystemCallError` of the open(2) that failed.
  func verify() throws(SystemCallError) {
    if let failure { throw failure }
  }

  /// Whether it shows the caller's own PID namespace: only then its numbers are those of system calls.
  ///
  /// - Throws: `SystemCallError` with any errno of open(2) and read(2).
  ///
  /// Source: pid_namespaces(7), "/proc and PID namespaces".
  public func showsOwnNamespace() throws(SystemCallError) -> Bool {
    try verify()
    let processID = CallingProcess.processID
    guard try directory.readLink("self") == Array("\(processID)".utf8) else { return false }
    return try ProcessRecord.read(processID, .status, from: self).status.value?.processIDs.count == 1
  }
}
