// The namespaces that processes, their threads and their descriptors hold. Thousands of processes are looked at:
// nothing here makes a String, and what most processes lack costs one system call to rule out.

internal import Linux
internal import Processes

/// A pass over the processes of a procfs.
struct ProcessNamespaceScan {
  private let kinds: [NamespaceKind]
  private let scope: SearchScope
  private let source: Procfs
  private var links: LinkReader
  private var directoryReader = DirectoryReader(bufferSize: 32768)
  private var descriptors: DescriptorScan
  private var tasks = NumberedPath("task")
  private var processIDs: [Int32] = []

  /// - Throws: `SystemCallError` when the procfs cannot be opened or listed.
  init(_ kinds: Set<NamespaceKind>, _ scope: SearchScope, _ source: Procfs) throws(SystemCallError) {
    self.kinds = NamespaceKind.allCases.filter(kinds.contains)
    self.scope = scope
    self.source = source
    links = LinkReader()
    descriptors = try DescriptorScan(source)
    let listing = try source.directory.open(NumberedPath("."), [.directory])
    try directoryReader.readNumbers(of: listing, into: &processIDs)
  }

  /// Whether there are so many processes that a way with a costly beginning pays.
  var areMany: Bool { processIDs.count > TaskLayout.worthwhileCount }

  mutating func run(into findings: inout InventoryFindings) {
    for processID in processIDs { scan(processID, into: &findings) }
  }

  private mutating func scan(_ processID: Int32, into findings: inout InventoryFindings) {
    var inodes = InlineArray<8, UInt64>(repeating: 0)
    for kind in kinds {
      do throws(SystemCallError) {
        let inode = try links.inode(kind, processID, in: source.directory)
        inodes[Int(kind.rawValue)] = inode
        findings.addMember(processID, kind, inode)
      } catch {
        // A zombie has no more than two of the links, a vanished process none.
        if error.errno == .enoent || error.errno == .esrch { continue }
        return findings.note(.process(processID), error.errno)
      }
    }
    if scope.contains(.forChildren) { scanForChildren(processID, inodes, into: &findings) }
    if scope.contains(.threads) { scanThreads(processID, inodes, into: &findings) }
    if scope.contains(.descriptors) {
      descriptors.scan(processID, network: inodes[Int(NamespaceKind.network.rawValue)], into: &findings)
    }
  }

  private mutating func scanForChildren(
    _ processID: Int32, _ inodes: InlineArray<8, UInt64>, into findings: inout InventoryFindings
  ) {
    for kind in kinds where kind.isForChildren {
      // ENOENT: a process that has not had a child in its new PID namespace yet has no such link.
      guard let inode = links.inodeForChildren(kind, processID, in: source.directory),
        inode != inodes[Int(kind.rawValue)]
      else { continue }
      findings.addHolder(
        .forChildren(processID: processID), of: NamespaceLink(kind: kind, inode: inode), .forChildren(processID))
    }
  }

  private mutating func scanThreads(
    _ processID: Int32, _ inodes: InlineArray<8, UInt64>, into findings: inout InventoryFindings
  ) {
    tasks.number = processID
    // The directory has two links and one for each thread.
    do throws(SystemCallError) {
      guard try source.directory.status(of: tasks).linkCount > 3 else { return }
      let directory = try source.directory.open(tasks, [.directory])
      var threadIDs: [Int32] = []
      try directoryReader.readNumbers(of: directory, into: &threadIDs)
      for threadID in threadIDs where threadID != processID {
        try scanThread(threadID, of: processID, in: directory, inodes, into: &findings)
      }
    } catch {
      // The process ended meanwhile, or may not be read: what was seen of it stays true.
    }
  }

  /// - Throws: `SystemCallError` when not the thread alone is what cannot be read.
  private mutating func scanThread(
    _ threadID: Int32, of processID: Int32, in directory: borrowing FileDescriptor,
    _ inodes: InlineArray<8, UInt64>, into findings: inout InventoryFindings
  ) throws(SystemCallError) {
    for kind in kinds {
      let inode: UInt64
      do throws(SystemCallError) {
        inode = try links.inode(kind, threadID, in: directory)
      } catch {
        // An ending thread has no more than two of the links, one that has ended none; the next one may have all.
        if error.errno == .enoent || error.errno == .esrch { continue }
        throw error
      }
      if inode == inodes[Int(kind.rawValue)] { continue }
      findings.addHolder(
        .thread(processID: processID, threadID: threadID), of: NamespaceLink(kind: kind, inode: inode),
        .thread(processID: processID, threadID: threadID))
    }
  }
}

/// Reads links of /proc/PID/ns into one buffer.
private struct LinkReader {
  private var paths: [NumberedPath] = [
    NumberedPath("ns/cgroup"), NumberedPath("ns/ipc"), NumberedPath("ns/mnt"), NumberedPath("ns/net"),
    NumberedPath("ns/pid"), NumberedPath("ns/time"), NumberedPath("ns/user"), NumberedPath("ns/uts"),
  ]
  private var pidForChildren = NumberedPath("ns/pid_for_children")
  private var timeForChildren = NumberedPath("ns/time_for_children")
  private var buffer = [UInt8](repeating: 0, count: 64)

  mutating func inode(
    _ kind: NamespaceKind, _ number: Int32, in directory: borrowing FileDescriptor
  ) throws(SystemCallError) -> UInt64 {
    paths[Int(kind.rawValue)].number = number
    let count = try directory.readLink(paths[Int(kind.rawValue)], into: &buffer)
    return parse(count)
  }

  mutating func inodeForChildren(
    _ kind: NamespaceKind, _ number: Int32, in directory: borrowing FileDescriptor
  ) -> UInt64? {
    do throws(SystemCallError) {
      pidForChildren.number = number
      timeForChildren.number = number
      let count = try directory.readLink(kind == .pid ? pidForChildren : timeForChildren, into: &buffer)
      return parse(count)
    } catch {
      return nil
    }
  }

  /// The number in brackets, for example of `mnt:[4026531841]`.
  private func parse(_ count: Int) -> UInt64 {
    var inode: UInt64 = 0
    for index in 0..<count {
      let digit = buffer[index] &- UInt8(ascii: "0")
      if digit <= 9 { inode = inode &* 10 &+ UInt64(digit) }
    }
    return inode
  }
}
