// Namespaces that open descriptors keep: files of nsfs, and sockets made in another network namespace.

internal import Linux
internal import Processes

/// Looks at the descriptors of one process after the other.
struct DescriptorScan {
  private let source: Procfs
  /// The device of nsfs, which every namespace's file is on.
  private let namespaceDevice: DeviceNumber
  private var directory = NumberedPath("fd")
  private var descriptor = NumberedPath("")
  /// Descriptors that are looked at without listing the directory, by their numbers.
  private var lowest = [
    NumberedPath("fd/0"), NumberedPath("fd/1"), NumberedPath("fd/2"), NumberedPath("fd/3"), NumberedPath("fd/4"),
    NumberedPath("fd/5"),
  ]
  private var numbers: [Int32] = []
  private var directoryReader = DirectoryReader(bufferSize: 16384)
  /// The network namespace of each socket that was asked, by the socket's inode; 0 where it cannot be.
  private var sockets: [UInt64: UInt64] = [:]

  /// A process whose descriptors are looked at.
  private struct Owner {
    let processID: Int32
    /// The inode of the network namespace that it is in; 0 when not known.
    let network: UInt64
  }

  /// - Throws: `SystemCallError` when the procfs has neither an entry of this process nor one of its init to look at.
  init(_ source: Procfs) throws(SystemCallError) {
    self.source = source
    namespaceDevice = try DescriptorScan.namespaceDevice(source)
  }

  /// Where this process has no entry, since the procfs is of a PID namespace below its own, that one's init is asked.
  private static func namespaceDevice(_ source: Procfs) throws(SystemCallError) -> DeviceNumber {
    do throws(SystemCallError) {
      return try source.directory.status(of: NumberedPath("self/ns/user")).device
    } catch {
      guard error.errno == .enoent else { throw error }
      return try source.directory.status(of: NumberedPath("1/ns/user")).device
    }
  }

  /// - Parameter network: the inode of the network namespace that the process is in; 0 when not known.
  mutating func scan(_ processID: Int32, network: UInt64, into findings: inout InventoryFindings) {
    let owner = Owner(processID: processID, network: network)
    directory.number = processID
    do throws(SystemCallError) {
      // Since Linux 6.2 the size is the number of descriptors; before, 0 said nothing.
      let count = try source.directory.status(of: directory).size
      let done = try scanLowest(Int32(truncatingIfNeeded: min(count, 1000)), owner, &findings)
      if done == 0 || done < count { try scanRest(from: done, owner, &findings) }
    } catch {
      if error.errno != .enoent && error.errno != .esrch { findings.note(.descriptors(processID), error.errno) }
    }
  }

  /// Looks at descriptors 0, 1, 2 … as long as there are such, which spares most processes the listing.
  ///
  /// - Returns: how many there were.
  private mutating func scanLowest(
    _ count: Int32, _ owner: Owner, _ findings: inout InventoryFindings
  ) throws(SystemCallError) -> Int32 {
    guard count <= lowest.count else { return 0 }
    for number in 0..<count {
      lowest[Int(number)].number = owner.processID
      guard try look(at: number, lowest[Int(number)], in: source.directory, owner, &findings) else { return number }
    }
    return count
  }

  private mutating func scanRest(
    from first: Int32, _ owner: Owner, _ findings: inout InventoryFindings
  ) throws(SystemCallError) {
    let opened = try source.directory.open(directory, [.directory])
    try directoryReader.readNumbers(of: opened, into: &numbers)
    for number in numbers where number >= first {
      descriptor.number = number
      _ = try look(at: number, descriptor, in: opened, owner, &findings)
    }
  }

  /// - Returns: whether there is such a descriptor.
  private mutating func look(
    at number: Int32, _ path: NumberedPath, in directory: borrowing FileDescriptor, _ owner: Owner,
    _ findings: inout InventoryFindings
  ) throws(SystemCallError) -> Bool {
    let status: FileStatus
    do throws(SystemCallError) {
      status = try directory.status(of: path, asksServer: false)
    } catch {
      if error.errno == .eacces { throw error }
      return error.errno != .enoent
    }
    if status.device == namespaceDevice {
      noteNamespace(number, path, in: directory, owner, status.inode, &findings)
    } else if status.isSocket, findings.isWanted(.network) {
      noteSocket(number, owner, status.inode, &findings)
    }
    return true
  }

  private func noteNamespace(
    _ number: Int32, _ path: NumberedPath, in directory: borrowing FileDescriptor, _ owner: Owner, _ inode: UInt64,
    _ findings: inout InventoryFindings
  ) {
    do throws(SystemCallError) {
      let namespace = NamespaceDescriptor(try directory.open(path))
      let link = NamespaceLink(kind: try namespace.kind(), inode: inode)
      guard try namespace.inode() == inode else { return }
      findings.addHolder(
        .descriptor(processID: owner.processID, number: number), of: link,
        .descriptor(processID: owner.processID, number: number))
    } catch {
      if error.errno != .enoent { findings.note(.descriptors(owner.processID), error.errno) }
    }
  }

  private mutating func noteSocket(
    _ number: Int32, _ owner: Owner, _ socket: UInt64, _ findings: inout InventoryFindings
  ) {
    if sockets[socket] == nil { sockets[socket] = networkNamespace(ofSocket: number, owner.processID) }
    guard let inode = sockets[socket], inode != 0, inode != owner.network else { return }
    findings.addHolder(
      .socket(processID: owner.processID, number: number), of: NamespaceLink(kind: .network, inode: inode),
      .socket(processID: owner.processID, number: number))
  }

  private func networkNamespace(ofSocket number: Int32, _ processID: Int32) -> UInt64 {
    do throws(SystemCallError) {
      return try PIDFD(opening: processID).copyDescriptor(number).networkNamespace().inode()
    } catch {
      return 0
    }
  }
}
