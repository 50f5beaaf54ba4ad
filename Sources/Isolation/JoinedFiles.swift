// Opens everything that a plan of joining names, before the first namespace is joined: afterwards the same names
// may mean other things, or nothing.

internal import Linux
internal import struct SystemPackage.FilePath

/// The open files of a plan of joining. They are closed with the value, and by exec.
struct JoinedFiles: ~Copyable {
  /// A namespace's descriptor.
  struct Namespace {
    var kind: NamespaceKind
    var descriptor: Int32
  }

  /// The target, when namespaces are joined by it.
  private(set) var pidfd: Int32?
  /// The kinds that are joined of the pidfd.
  private(set) var kindsOfTarget: [NamespaceKind] = []
  /// The namespaces with descriptors of their own, in the order of joining.
  private(set) var namespaces: [Namespace] = []
  private(set) var root: Int32?
  private(set) var workingDirectory: Int32?
  private(set) var process: Int32?
  private(set) var cgroup: Int32?
  private(set) var environment: [[UInt8]]?
  private(set) var securityContext: [UInt8]?
  private var opened: [Int32] = []

  /// Opens what the plan names, in the order in which nsenter(1) does.
  init(_ plan: borrowing JoinPlan) throws(JoinError) {
    for joined in plan.namespaces {
      guard case .file(let path) = joined.source else { continue }
      keep(joined.kind, try open(path))
    }
    if case .file(let path)? = plan.root { root = try open(path) }
    if case .file(let path)? = plan.workingDirectory { workingDirectory = try open(path) }
    try openTarget(plan)
    try openContexts(plan)
    if plan.joinsParentUserNamespace { try openParentUserNamespace(plan) }
    if let socket = plan.socket { try openNetworkNamespace(of: socket) }
    if kindsOfTarget.isEmpty, namespaces.isEmpty { throw .nothingToJoin }
  }

  deinit {
    for number in opened { _ = FileDescriptor(owning: number) }
  }

  /// Whether a kind is joined, from wherever.
  func joins(_ kind: NamespaceKind) -> Bool {
    kindsOfTarget.contains(kind) || namespaces.contains { $0.kind == kind }
  }

  private mutating func open(_ path: FilePath, _ flags: OpenFlags = .readOnly) throws(JoinError) -> Int32 {
    do throws(SystemCallError) {
      return own(try FileDescriptor.open(path, flags).release())
    } catch {
      throw .failed(purpose: "open \(path.string)", error)
    }
  }

  private mutating func own(_ number: Int32) -> Int32 {
    opened.append(number)
    return number
  }

  private mutating func keep(_ kind: NamespaceKind, _ descriptor: Int32) {
    namespaces.removeAll { $0.kind == kind }
    kindsOfTarget.removeAll { $0 == kind }
    namespaces.append(Namespace(kind: kind, descriptor: descriptor))
    namespaces.sort { JoinPlan.place($0.kind) < JoinPlan.place($1.kind) }
  }
}

// MARK: The target's namespaces

extension JoinedFiles {
  private mutating func openTarget(_ plan: borrowing JoinPlan) throws(JoinError) {
    var wanted = plan.namespaces.filter { $0.source == .target }.map(\.kind)
    if plan.joinsAll {
      if plan.target == nil { throw .noTarget }
      wanted += try Self.usable(plan)
    }
    let missing = JoinPlan.order.filter { kind in
      wanted.contains(kind) && !namespaces.contains { $0.kind == kind }
    }
    guard !missing.isEmpty || plan.socket != nil || plan.joinsParentUserNamespace else { return }
    guard let target = plan.target else {
      if plan.socket != nil { throw .noTarget }
      if let kind = missing.first { throw .noSource("ns/\(kind.procName)") }
      return
    }
    do throws(SystemCallError) {
      pidfd = own(try PIDFD(opening: target).release())
      kindsOfTarget = missing
    } catch {
      // Whoever is gone, or a kernel without pidfds, is spoken to by path.
      for kind in missing { keep(kind, try open(FilePath("/proc/\(target)/ns/\(kind.procName)"))) }
    }
  }

  /// The kinds that this kernel has; the user namespace only where it is not the caller's, which cannot be joined
  /// again.
  private static func usable(_ plan: borrowing JoinPlan) throws(JoinError) -> [NamespaceKind] {
    var kinds: [NamespaceKind] = []
    for kind in JoinPlan.order {
      guard let own = inode(FilePath("/proc/self/ns/\(kind.procName)")) else { continue }
      if kind == .user, try inodeOfTarget("ns/user", plan) == own { continue }
      kinds.append(kind)
    }
    return kinds
  }

  private static func inodeOfTarget(_ name: String, _ plan: borrowing JoinPlan) throws(JoinError) -> UInt64 {
    let path = FilePath("/proc/\(plan.target ?? 0)/\(name)")
    do throws(SystemCallError) {
      return try FileDescriptor.workingDirectory.status(of: path).inode
    } catch {
      throw .failed(purpose: "look at \(path.string)", error)
    }
  }

  private static func inode(_ path: FilePath) -> UInt64? {
    do throws(SystemCallError) {
      return try FileDescriptor.workingDirectory.status(of: path).inode
    } catch {
      return nil
    }
  }

  private mutating func openParentUserNamespace(_ plan: borrowing JoinPlan) throws(JoinError) {
    let known = namespaces.first { $0.kind == .user }?.descriptor
    let child: Int32
    if let known {
      child = known
    } else if let number = userNamespaceOfTarget() ?? namespaces.first?.descriptor {
      child = number
    } else if let target = plan.target {
      child = try open(FilePath("/proc/\(target)/ns/user"))
    } else {
      throw .noSource("ns/user")
    }
    do throws(SystemCallError) {
      let namespace = NamespaceDescriptor(FileDescriptor(borrowing: child))
      keep(.user, own(try namespace.owner().release()))
    } catch {
      throw .failed(purpose: "open the parent user namespace", error)
    }
  }

  private mutating func userNamespaceOfTarget() -> Int32? {
    guard let pidfd else { return nil }
    do throws(SystemCallError) {
      return own(try PIDFD(FileDescriptor(borrowing: pidfd)).namespace(.user).release())
    } catch {
      return nil
    }
  }

  private mutating func openNetworkNamespace(of socket: Int32) throws(JoinError) {
    guard let pidfd else { throw .noTarget }
    do throws(SystemCallError) {
      let copy = try PIDFD(FileDescriptor(borrowing: pidfd)).copyDescriptor(socket)
      keep(.network, own(try copy.networkNamespace().release()))
    } catch {
      throw .failed(purpose: "find the network namespace of descriptor \(socket)", error)
    }
  }
}

// MARK: The target's other contexts

extension JoinedFiles {
  private mutating func openContexts(_ plan: borrowing JoinPlan) throws(JoinError) {
    if plan.root == .target { root = try open(try plan.path("root")) }
    if plan.workingDirectory == .target { workingDirectory = try open(try plan.path("cwd")) }
    if plan.takesEnvironment { environment = try readEnvironment(try plan.path("environ")) }
    if plan.userID == .ofTarget || plan.groupID == .ofTarget { process = try open(try plan.path("")) }
    if plan.joinsCgroup { try openCgroup(try plan.path("cgroup")) }
    if plan.followsSecurityContext { try readSecurityContext(plan) }
  }

  private mutating func read(_ path: FilePath) throws(JoinError) -> [UInt8] {
    do throws(SystemCallError) {
      return try FileDescriptor.open(path).readAll()
    } catch {
      throw .failed(purpose: "open \(path.string)", error)
    }
  }

  private mutating func readEnvironment(_ path: FilePath) throws(JoinError) -> [[UInt8]] {
    let entries = try read(path).split(separator: 0)
    return entries.filter { $0.contains(UInt8(ascii: "=")) }.map { Array($0) }
  }

  private mutating func openCgroup(_ path: FilePath) throws(JoinError) {
    guard Self.inode("/sys/fs/cgroup/cgroup.controllers") != nil else { throw .noUnifiedCgroups }
    let lines = try read(path).split(separator: UInt8(ascii: "\n"))
    guard let line = lines.first(where: { $0.starts(with: "0::".utf8) }),
      let colon = line.lastIndex(of: UInt8(ascii: ":"))
    else { throw .noCgroup }
    let directory = Array("/sys/fs/cgroup/".utf8) + line[(colon + 1)...]
    cgroup = try open(FilePath(bytes: directory + Array("/cgroup.procs".utf8)), [.writeOnly, .append])
  }

  /// Where SELinux is not enabled there is nothing to follow.
  private mutating func readSecurityContext(_ plan: borrowing JoinPlan) throws(JoinError) {
    guard Self.inode("/sys/fs/selinux/enforce") != nil else { return }
    securityContext = try read(try plan.path("attr/current"))
  }
}

extension JoinPlan {
  fileprivate static func place(_ kind: NamespaceKind) -> Int {
    order.firstIndex(of: kind) ?? order.count
  }

  /// A file of the target in /proc.
  fileprivate func path(_ name: String) throws(JoinError) -> FilePath {
    guard let target else { throw .noSource(name) }
    return FilePath("/proc/\(target)/\(name)")
  }
}
