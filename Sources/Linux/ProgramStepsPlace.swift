// Steps of a program on files inside a root directory: resolved there and nowhere else, made where they are missing, and
// verified.

internal import CLinux
public import struct SystemPackage.FilePath

/// How a place inside a root directory is found.
///
/// Source: openat2(2).
public struct PlaceOptions: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// What is missing is made: directories, and at the end a file.
  public static let creates = PlaceOptions(rawValue: UInt64(CLINUX_PLACE_CREATES.rawValue))
  /// What is made at the end is a directory.
  public static let directory = PlaceOptions(rawValue: UInt64(CLINUX_PLACE_DIRECTORY.rawValue))
  /// No symbolic link is followed.
  public static let noLinks = PlaceOptions(rawValue: UInt64(CLINUX_PLACE_NO_LINKS.rawValue))
}

extension SystemCallProgram.Step {
  /// openat2(2) of a path inside a root directory, and where it is missing mkdirat(2) and openat(2) on the descriptor of
  /// its parent, component after component. Its result is a descriptor that only names the file (O_PATH).
  ///
  /// - Parameter likeness: a descriptor; what is made at the end is a directory if it is one.
  public static func place(
    _ path: FilePath, _ options: PlaceOptions, like likeness: SystemCallProgram.Argument? = nil,
    in root: SystemCallProgram.Argument
  ) -> Self {
    let flags = options.rawValue | (likeness == nil ? 0 : UInt64(CLINUX_PLACE_LIKE.rawValue))
    let making = options.contains(.creates) ? ", made if missing" : ""
    return Self(
      "openat2", .file(.place),
      [
        root, .path(path),
        .value(flags, shown: "{flags=O_PATH|O_CLOEXEC, resolve=RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS}\(making)"),
        likeness ?? .value(UInt64(descriptor: -1), shown: "24"),
      ], on: path.string)
  }

  /// openat2(2) and statx(2): `EXDEV` unless a path inside a root directory is on this mount.
  public static func requireMount(
    _ mount: SystemCallProgram.Argument, at path: FilePath, in root: SystemCallProgram.Argument
  ) -> Self {
    Self("statx", .file(.landed), [root, .path(path), mount], on: path.string)
  }

  /// mknodat(2) inside a root directory, and fchownat(2). A file of that name must be the same device.
  public static func makeNode(
    _ path: FilePath, mode: UInt32, major: UInt32, minor: UInt32, owner: (user: UInt32, group: UInt32),
    in root: SystemCallProgram.Argument
  ) -> Self {
    let number = UInt64(minor & 0xff) | UInt64(major) << 8 | UInt64(minor & ~0xff) << 12
    return Self(
      "mknodat", .file(.makeNode),
      [
        root, .path(path), .value(UInt64(mode), shown: "0" + String(mode, radix: 8)),
        .value(number, shown: "makedev(\(major), \(minor))"), .value(UInt64(owner.user)), .value(UInt64(owner.group)),
      ], on: path.string)
  }

  /// symlinkat(2) inside a root directory; what is there already stays.
  public static func makeLink(
    _ path: FilePath, to target: FilePath, inRoot root: SystemCallProgram.Argument
  ) -> Self {
    Self("symlinkat", .file(.makeLink), [root, .path(path), .path(target)], on: path.string)
  }

  /// Copies what a directory holds, with owners, permissions and times, into another, which itself becomes like the
  /// first unless it keeps its own owner and permissions.
  public static func copyContent(
    of source: SystemCallProgram.Register, to directory: SystemCallProgram.Register, keepingStatus: Bool,
    named name: FilePath
  ) -> Self {
    let keeps = SystemCallProgram.Argument.value(keepingStatus ? 1 : 0)
    return Self("copy", .file(.copyUp), [.register(source), .register(directory), keeps], on: name.string)
  }

  /// faccessat(2) and statx(2): fails as `execute` would when none of these can be executed.
  public static func requireExecutable(_ candidates: [[UInt8]], named name: String) -> Self {
    Self("faccessat", .file(.find), [.texts(candidates, shown: candidates.count == 1 ? name : "PATH")], on: name)
  }

  /// getcwd(2): `EXDEV` when the working directory is not below the root directory.
  public static func requireInside(_ name: FilePath) -> Self {
    Self("getcwd", .file(.requireInside), [], on: name.string)
  }

  /// fchown(2) of a pipe, a socket or a terminal; anything else stays whose it is.
  public static func giveStream(_ descriptor: Int32, to user: UInt32) -> Self {
    Self(
      "fchown", .file(.giveStream), [.descriptor(descriptor), .value(UInt64(user)), .value(UInt64.max)],
      on: "descriptor \(descriptor)")
  }

  /// fstatfs(2): `EXDEV` when an open file is not on procfs.
  public static func requireProcfs(_ descriptor: SystemCallProgram.Register) -> Self {
    Self(
      "fstatfs", .file(.requireMagic), [.register(descriptor), .value(0x9fa0, shown: "PROC_SUPER_MAGIC")], on: "/proc")
  }

  /// fstatfs(2): `EXDEV` when an open file is not on a tmpfs.
  public static func requireMemory(_ descriptor: SystemCallProgram.Register, named name: FilePath) -> Self {
    Self(
      "fstatfs", .file(.requireMagic), [.register(descriptor), .value(0x0102_1994, shown: "TMPFS_MAGIC")],
      on: name.string)
  }
}

extension SystemCallProgram.Operation {
  /// An operation on files inside a root directory.
  enum OnFile: Sendable {
    case place, landed, makeNode, makeLink, mask, restrict, remount, mountAt, mountFrom, unmountAt, find
    case requireInside, giveStream, requireMagic, copyUp

    /// As CLinux's interpreter numbers it.
    var number: UInt8 {
      let operation =
        switch self {
        case .place: CLINUX_PLACE
        case .landed: CLINUX_LANDED
        case .makeNode: CLINUX_MAKE_NODE
        case .makeLink: CLINUX_MAKE_LINK
        case .mask: CLINUX_MASK
        case .restrict: CLINUX_RESTRICT
        case .remount: CLINUX_REMOUNT
        case .mountAt: CLINUX_MOUNT_AT
        case .mountFrom: CLINUX_MOUNT_FROM
        case .unmountAt: CLINUX_UNMOUNT_AT
        case .find: CLINUX_FIND
        case .requireInside: CLINUX_REQUIRE_INSIDE
        case .giveStream: CLINUX_GIVE_STREAM
        case .requireMagic: CLINUX_REQUIRE_MAGIC
        case .copyUp: CLINUX_COPY_UP
        }
      return UInt8(operation.rawValue)
    }
  }
}
