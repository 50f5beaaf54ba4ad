// A container to try: a root directory with busybox, and a plan that runs a script in it.

import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Isolation

/// A root directory with busybox, and a plan of a container in it.
struct ContainerBundle: ~Copyable {
  static let isPossible: Bool = {
    guard UserIDs.current.effective == 0 else { return false }
    do throws(SystemCallError) {
      return try FileDescriptor.workingDirectory.status(of: "/usr/bin/busybox").isFile
    } catch {
      return false
    }
  }()

  let directory: FilePath
  var plan: IsolationPlan

  init(_ script: String, _ namespaces: CloneFlags = [.newMount, .newPID, .newUTS, .newIPC]) throws {
    directory = FilePath("/tmp/pangaea-container-\(CallingProcess.processID)-\(UInt64.random(in: 0...UInt64.max))")
    for name in ["", "root", "root/bin", "root/etc", "out"] { try makeDirectory(directory.appending(name)) }
    let shell = IsolatedCommand(
      ["/bin/sh", "-c", "{ \(script)\n} > /out/answer 2>&1"], environment: ["PATH=/bin"])
    plan = IsolationPlan(command: shell, namespaces: namespaces)
    plan.commandIsFirst = true
    plan.hasFreshProc = false
    plan.propagation = .slave
    plan.root = RootDirectory(path: directory.appending("root"), hasFreshDevices: false)
    plan.mounts = [
      ContainerBundle.made(.fileSystem("proc", device: "proc", options: []), on: "/proc"),
      ContainerBundle.made(
        .fileSystem("tmpfs", device: "tmpfs", options: ["mode=755", "size=64k"]), on: "/dev", [.noSetUID]),
      ContainerBundle.made(
        .fileSystem("devpts", device: "devpts", options: ["newinstance", "ptmxmode=0666"]), on: "/dev/pts",
        [.noSetUID, .noExecution]),
      ContainerBundle.made(.bind("/usr/bin/busybox", isRecursive: false), on: "/bin/sh", [.readOnly]),
      ContainerBundle.made(.bind(directory.appending("out"), isRecursive: true), on: "/out"),
    ]
    plan.devices = PlannedDevice.standard
    plan.links = PlannedLink.standard
  }

  static func made(_ source: PlannedMount.Source, on target: FilePath, _ set: MountAttributes = []) -> PlannedMount {
    var mount = PlannedMount(source, on: target)
    mount.createsTarget = true
    mount.attributes.set = set
    return mount
  }

  /// Runs the script, and gives what it printed.
  func answer() throws -> String {
    let world = try plan.start()
    _ = try world.pidfd.wait()
    return try read("out/answer")
  }

  func read(_ name: String) throws -> String {
    String(decoding: try FileDescriptor.open(directory.appending(name)).readAll(), as: UTF8.self)
  }

  func write(_ text: String, _ name: String) throws {
    try FileDescriptor.open(directory.appending(name), [.writeOnly, .create]).write(text)
  }

  deinit {
    do { try ContainerBundle.remove(directory) } catch {}
  }

  private static func remove(_ path: FilePath) throws {
    var program = SystemCallProgram()
    program.append(.execute([FilePath("/bin/rm")], ["rm", "-rf", path.string].map { Array($0.utf8) }, environment: []))
    _ = try program.start().pidfd.wait()
  }
}

func makeDirectory(_ path: FilePath) throws {
  var program = SystemCallProgram()
  program.append(.makeDirectory(path))
  program.append(.exit(0))
  let child = try program.start()
  try child.report.awaitExecution()
  _ = try child.pidfd.wait()
}

extension ContainerBundle {
  func give(_ name: String, to user: UInt32) throws {
    var program = SystemCallProgram()
    program.append(
      .execute(
        [FilePath("/bin/chown")],
        ["chown", "\(user):\(user)", directory.appending(name).string].map { Array($0.utf8) }, environment: []))
    _ = try program.start().pidfd.wait()
  }

  /// Lets another user write the answer.
  func open(to user: UInt32) throws { try give("out", to: user) }
}
