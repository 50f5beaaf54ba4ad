// How these tests start the built program, as root or as somebody else, and gather what it says.

import Linux
import Processes
import struct SystemPackage.FilePath
import Testing

/// A run of `pangaea lab` that has ended.
struct LabRun {
  let output: String
  let status: Linux.ExitStatus
}

/// A run that goes on.
struct StartedLab: ~Copyable {
  let child: ProgramChild
  let reading: FileDescriptor

  /// Waits for the end.
  consuming func end() throws -> LabRun {
    let output = try reading.readAll()
    return LabRun(output: String(decoding: output, as: UTF8.self), status: try child.pidfd.wait())
  }
}

enum LabProgram {
  /// The built program beside the test bundle.
  static var path: FilePath {
    let link = (try? FileDescriptor.workingDirectory.readLink(FilePath("/proc/self/exe"))) ?? []
    return FilePath(String(decoding: link, as: UTF8.self)).removingLastComponent().appending("pangaea")
  }

  static var isRoot: Bool { UserIDs.current.effective == 0 }

  /// An empty directory of this test process.
  static func makeDirectory(_ name: String, owner: UInt32? = nil) throws -> FilePath {
    let path = FilePath("/tmp/pangaea-lab-tests-\(CallingProcess.processID)-\(name)")
    try Linux.makeDirectory(path, mode: 0o777)
    return path
  }

  /// Starts `pangaea lab` with arguments.
  ///
  /// - Parameters:
  ///   - user: who it runs as; nil for the caller.
  ///   - namespaces: those that it gets anew; with a mount namespace, there is something mounted at /srv in it.
  ///   - isAdministrator: whether root keeps CAP_SYS_ADMIN, number 21.
  static func start(
    _ arguments: [String], user: UInt32? = nil, path: String = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    state: FilePath = "/nonexistent", namespaces: CloneFlags = [], isAdministrator: Bool = true
  ) throws -> StartedLab {
    let pipe = try Pipe()
    var program = SystemCallProgram()
    program.append(.duplicate(.descriptor(pipe.writing.number), as: 1))
    program.append(.duplicate(.descriptor(pipe.writing.number), as: 2))
    if namespaces.contains(.newMount) {
      program.append(.mount("none", on: "/", [.recursive, .private]))
      program.append(.mount("tmpfs", on: "/srv", type: "tmpfs", []))
    }
    if !isAdministrator { program.append(.dropBoundingCapability(21)) }
    if let user {
      program.append(.setGroups([]))
      program.append(.setGroupID(user))
      program.append(.setUserID(user))
    }
    let words = ["pangaea", "lab"] + arguments
    let environment = ["PATH=\(path)", "HOME=\(state)", "XDG_STATE_HOME=\(state)"]
    program.append(
      .execute([self.path], words.map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) }))
    let child = try program.start(namespaces: namespaces)
    let reading = pipe.reading
    close(pipe.writing)
    try child.report.awaitExecution()
    return StartedLab(child: child, reading: reading)
  }

  private static func close(_ descriptor: consuming FileDescriptor) {}

  /// Runs `pangaea lab` with arguments to its end.
  static func run(
    _ arguments: [String], user: UInt32? = nil, path: String = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    state: FilePath = "/nonexistent"
  ) throws -> LabRun {
    try start(arguments, user: user, path: path, state: state).end()
  }

  /// Writes a course into a file that anybody may read.
  static func write(_ course: String, in directory: FilePath) throws -> String {
    let file = directory.appending("course.md")
    try FileDescriptor.open(file, [.writeOnly, .create, .truncate], mode: 0o644).write(course)
    return file.string
  }

  static func remove(_ directory: FilePath, files: [String] = []) throws {
    for file in files { try removeFile(directory.appending(file)) }
    try removeDirectory(directory)
  }
}
