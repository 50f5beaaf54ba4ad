// A process as it is watched: what changes all the time, and what is read again only now and then.

internal import Cgroups
internal import Linux
internal import Processes

/// One process or thread of the machine.
struct LiveProcess {
  let identity: ProcessIdentity
  /// Of a thread, the PID of its process; else its own.
  let threadGroupID: Int32
  var parentID: Int32
  var state: UInt8
  let isKernelThread: Bool
  var threadCount: Int32
  var nice: Int32
  /// Of CPU, in user and kernel mode.
  var ticks: UInt64
  var residentPages: UInt64
  /// Percent of one processor since the look before.
  var cpuShare = 0.0
  /// The command's name.
  var name: [UInt8]
  var details = Details()
  /// Its /proc/PID/stat, held open; nil where there is no room for so many files.
  var statFile: StatFile?

  /// What costs too much to be read of every process every second.
  struct Details {
    /// nil where it could not be read.
    var userID: UInt32?
    /// What follows the name; a title that a program gave itself, whole.
    var arguments: [UInt8] = []
    var namespaces: NamespaceLinks?
    /// The PIDs in the PID namespaces below the reader's, from the outermost to the innermost.
    var insideIDs: [Int32] = []
    var container: ContainerName?
    /// Its cgroup among those that the census knows; nil where it could not be read.
    var cgroup: Int?
  }

  init(_ stat: ProcessStat, threadGroupID: Int32) {
    identity = stat.identity
    self.threadGroupID = threadGroupID
    parentID = stat.parentID
    state = stat.state
    isKernelThread = stat.isKernelThread
    threadCount = stat.threadCount
    nice = stat.nice
    ticks = stat.userTime &+ stat.systemTime
    residentPages = stat.residentPages
    name = stat.commandName
  }

  var processID: Int32 { identity.processID }
  var isThread: Bool { processID != threadGroupID }
  var isZombie: Bool { state == UInt8(ascii: "Z") }

  /// Takes over what a later look found.
  ///
  /// - Parameter elapsedTicks: since the look before; 0 between two looks, when what it used is not asked.
  /// - Returns: whether it runs another program now.
  mutating func update(_ stat: ProcessStat, elapsedTicks: Double) -> Bool {
    let total = stat.userTime &+ stat.systemTime
    if elapsedTicks > 0 {
      cpuShare = Double(total >= ticks ? total - ticks : 0) / elapsedTicks * 100
      ticks = total
    }
    parentID = stat.parentID
    state = stat.state
    threadCount = stat.threadCount
    nice = stat.nice
    residentPages = stat.residentPages
    if name == stat.commandName { return false }
    name = stat.commandName
    return true
  }
}

/// A file of /proc that is held open as long as its process is known: a look is then one system call instead of three,
/// and never reads another process that got the PID.
final class StatFile {
  let file: FileDescriptor

  init(_ file: consuming FileDescriptor) {
    self.file = file
  }
}

extension CommandLine {
  /// What is to be shown beside a command's name: the arguments after the program's path, or the whole of what a
  /// program wrote over them.
  func shown(besides name: [UInt8]) -> [UInt8] {
    let words = arguments
    guard let first = words.first else { return [] }
    let base = first.split(separator: UInt8(ascii: "/")).last ?? first[...]
    let isProgram = !name.isEmpty && base.prefix(15).elementsEqual(name.prefix(15))
    return Array((isProgram ? words.dropFirst() : words[...]).joined(separator: [UInt8(ascii: " ")]))
  }
}
