// Steps of a program that touch files, directories and descriptors.

internal import CLinux
public import struct SystemPackage.FilePath

extension SystemCallProgram.Step {
  /// openat(2); its result is a descriptor, close-on-exec.
  public static func open(
    _ path: FilePath, _ flags: OpenFlags, mode: UInt32 = 0o600,
    in directory: SystemCallProgram.Argument = .descriptor(-100)
  ) -> Self {
    Self(
      "openat", .call(__NR_openat),
      [
        directory, .path(path),
        .value(UInt64(UInt32(bitPattern: flags.rawValue | 0o2000000)), shown: flags.shown),
        .value(UInt64(mode), shown: "0" + String(mode, radix: 8)),
      ], on: path.string)
  }

  /// openat2(2), Linux 5.6; the resolution is held inside `directory`. Its result is a descriptor, close-on-exec.
  public static func open(
    _ path: FilePath, _ flags: OpenFlags, resolve: ResolveFlags, in directory: SystemCallProgram.Argument
  ) -> Self {
    let fields: [UInt64] = [UInt64(UInt32(bitPattern: flags.rawValue | 0o2000000)), 0, resolve.rawValue]
    return Self(
      "openat2", .call(__NR_openat2),
      [
        directory, .path(path),
        .bytes(fields.flatMap(bytes(of:)), shown: "{flags=\(flags.shown), resolve=\(resolve)}"), .value(24),
      ], on: path.string)
  }

  /// write(2) of all the bytes in one call, as files under /proc and cgroups want it.
  public static func write(
    _ content: [UInt8], to descriptor: SystemCallProgram.Argument, named name: FilePath
  ) -> Self {
    Self(
      "write", .write,
      [
        descriptor, .bytes(content, shown: "\"" + String(decoding: content, as: UTF8.self).replacingNewlines + "\""),
        .value(UInt64(content.count)),
      ], on: name.string)
  }

  /// close(2).
  public static func close(_ descriptor: SystemCallProgram.Argument) -> Self {
    Self("close", .call(__NR_close), [descriptor])
  }

  /// close_range(2), Linux 5.9: every descriptor from `first` on.
  public static func closeAll(from first: Int32) -> Self {
    Self(
      "close_range", .call(__NR_close_range), [.descriptor(first), .value(UInt64(UInt32.max), shown: "~0U"), .value(0)])
  }

  /// close_range(2) CLOSE_RANGE_CLOEXEC: what is open from `first` on is closed by exec. Before Linux 5.11 fcntl(2) of
  /// each descriptor.
  public static func closeOnExecute(from first: Int32) -> Self {
    Self(
      "close_range", .closeOnExecute,
      [.descriptor(first), .value(UInt64(UInt32.max), shown: "~0U"), .value(4, shown: "CLOSE_RANGE_CLOEXEC")])
  }

  /// close_range(2) of every descriptor from 3 on, besides these and the one that failures are told through.
  public static func closeOthers(besides kept: [Int32]) -> Self {
    let bytes = kept.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    return Self("close_range", .closeOthers, [.counted(bytes, size: 4, shown: "all but \(kept)")])
  }

  /// dup3(2) without close-on-exec: `old` becomes known to the executed program as `new`; they must differ.
  public static func duplicate(_ old: SystemCallProgram.Argument, as new: Int32) -> Self {
    Self("dup3", .call(__NR_dup3), [old, .descriptor(new), .value(0)], on: "descriptor \(new)")
  }

  /// fcntl(2) F_DUPFD_CLOEXEC; its result is a copy of a descriptor that the program was started with.
  public static func copy(_ descriptor: Int32, named name: FilePath) -> Self {
    Self(
      "fcntl", .call(__NR_fcntl), [.descriptor(descriptor), .value(1030, shown: "F_DUPFD_CLOEXEC"), .value(3)],
      on: name.string)
  }

  /// fcntl(2) F_SETFD 0: the descriptor stays open across exec.
  public static func keepOpen(_ descriptor: Int32) -> Self {
    Self(
      "fcntl", .call(__NR_fcntl), [.descriptor(descriptor), .value(2, shown: "F_SETFD"), .value(0)],
      on: "descriptor \(descriptor)")
  }

  /// chdir(2).
  public static func changeDirectory(_ path: FilePath) -> Self {
    Self("chdir", .call(__NR_chdir), [.path(path)], on: path.string)
  }

  /// fchdir(2).
  public static func changeDirectory(to descriptor: SystemCallProgram.Argument, named name: FilePath) -> Self {
    Self("fchdir", .call(__NR_fchdir), [descriptor], on: name.string)
  }

  /// chroot(2).
  public static func changeRoot(_ path: FilePath) -> Self {
    Self("chroot", .call(__NR_chroot), [.path(path)], on: path.string)
  }

  /// mkdirat(2).
  public static func makeDirectory(
    _ path: FilePath, mode: UInt32 = 0o755, in directory: SystemCallProgram.Argument = .descriptor(-100)
  ) -> Self {
    Self(
      "mkdirat", .call(__NR_mkdirat),
      [directory, .path(path), .value(UInt64(mode), shown: "0" + String(mode, radix: 8))], on: path.string)
  }

  /// symlinkat(2).
  public static func makeSymbolicLink(
    _ path: FilePath, to target: FilePath, in directory: SystemCallProgram.Argument = .descriptor(-100)
  ) -> Self {
    Self("symlinkat", .call(__NR_symlinkat), [.path(target), directory, .path(path)], on: path.string)
  }

  /// umask(2).
  public static func setUmask(_ mask: UInt32) -> Self {
    Self("umask", .call(__NR_umask), [.value(UInt64(mask), shown: "0" + String(mask, radix: 8))])
  }
}

extension SystemCallProgram {
  /// Adds the steps that open a file and write all of `content` to it in one call.
  public mutating func appendWrite(_ content: String, to path: FilePath, object: String? = nil) {
    let file = appendKeepingResult(.open(path, .writeOnly))
    append(.write(Array(content.utf8), to: .register(file), named: object.map { FilePath($0) } ?? path))
    appendClose(file)
  }
}

/// How openat2(2) resolves a path (RESOLVE_*).
public struct ResolveFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// No mount is crossed.
  public static let noMountCrossing = ResolveFlags(rawValue: 0x01)
  /// No magic link, such as /proc/self/exe, is followed.
  public static let noMagicLinks = ResolveFlags(rawValue: 0x02)
  /// No symbolic link is followed.
  public static let noSymbolicLinks = ResolveFlags(rawValue: 0x04)
  /// A path that leaves the directory is an error.
  public static let beneath = ResolveFlags(rawValue: 0x08)
  /// The directory is the root of the path.
  public static let inRoot = ResolveFlags(rawValue: 0x10)
}

extension ResolveFlags: CustomStringConvertible {
  /// The flags as a C programmer writes them; `0` when empty.
  public var description: String {
    let names: [(ResolveFlags, String)] = [
      (.noMountCrossing, "RESOLVE_NO_XDEV"), (.noMagicLinks, "RESOLVE_NO_MAGICLINKS"),
      (.noSymbolicLinks, "RESOLVE_NO_SYMLINKS"), (.beneath, "RESOLVE_BENEATH"), (.inRoot, "RESOLVE_IN_ROOT"),
    ]
    let set = names.filter { contains($0.0) }.map(\.1)
    return set.isEmpty ? "0" : set.joined(separator: "|")
  }
}

extension OpenFlags {
  /// The flags as a C programmer writes them, for a plan.
  var shown: String {
    let access =
      contains(.path) ? "O_PATH" : contains(.readWrite) ? "O_RDWR" : contains(.writeOnly) ? "O_WRONLY" : "O_RDONLY"
    let names: [(OpenFlags, String)] = [
      (.create, "O_CREAT"), (.exclusive, "O_EXCL"), (.truncate, "O_TRUNC"), (.directory, "O_DIRECTORY"),
      (.noFollow, "O_NOFOLLOW"),
    ]
    return ([access] + names.filter { contains($0.0) }.map(\.1) + ["O_CLOEXEC"]).joined(separator: "|")
  }
}

extension String {
  fileprivate var replacingNewlines: String {
    split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
  }
}
