// /proc/PID/mountinfo: the mounts of a process's mount namespace that lie below its root. They are read for processes
// and for control groups, so this is here, where both see it.

/// One mount, a line of the file.
///
/// Source: proc_pid_mountinfo(5).
public struct MountInfo: Hashable, Sendable {
  /// Reused once the mount is gone.
  public var mountID: UInt64
  /// The mount that this one lies on.
  public var parentID: UInt64
  /// The device, major and minor, of files on it.
  public var deviceMajor: UInt32
  /// The file system's device, lower part.
  public var deviceMinor: UInt32
  /// Which directory or file of the file system is mounted; for nsfs `net:[4026531840]`.
  public var root: [UInt8]
  /// Where, relative to the process's root.
  public var mountPoint: [UInt8]
  /// Of this mount, for example `rw,nosuid`.
  public var options: [UInt8]
  /// The group of peers of a shared mount.
  public var peerGroup: UInt64?
  /// The group that a slave receives from.
  public var master: UInt64?
  /// The nearest group, seen from the process's root, that it receives from.
  public var propagateFrom: UInt64?
  /// Whether it cannot be bound elsewhere.
  public var isUnbindable: Bool
  /// For example `ext4`, `fuse.sshfs`.
  public var fileSystemType: [UInt8]
  /// The device or whatever else it was made from; `none` where there is none.
  public var source: [UInt8]
  /// Of the file system, for example `rw,size=1024k`.
  public var superOptions: [UInt8]
}

extension MountInfo {
  /// Parses the file; lines that are not as expected are passed over.
  public static func parse(_ text: Span<UInt8>) -> [MountInfo] {
    var mounts: [MountInfo] = []
    text.forEachLine { line in
      if let mount = MountInfo(line: text.copy(line)) { mounts.append(mount) }
    }
    return mounts
  }

  /// Parses the lines that have a text in them, such as ` - cgroup`, where the others would be dropped anyway.
  public static func parse(_ text: Span<UInt8>, linesWith part: StaticString) -> [MountInfo] {
    var mounts: [MountInfo] = []
    text.forEachLine { line in
      if text.contains(part, in: line), let mount = MountInfo(line: text.copy(line)) { mounts.append(mount) }
    }
    return mounts
  }

  private init?(line: [UInt8]) {
    let fields = line.split(separator: 32, omittingEmptySubsequences: false)
    guard fields.count >= 9, let dash = fields[6...].firstIndex(where: { $0.elementsEqual("-".utf8) }),
      fields.count >= dash + 4
    else { return nil }
    let device = fields[2].split(separator: UInt8(ascii: ":"))
    guard let mountID = UInt64(bytes: fields[0]), let parentID = UInt64(bytes: fields[1]), device.count == 2,
      let major = UInt64(bytes: device[0]), let minor = UInt64(bytes: device[1])
    else { return nil }
    self.mountID = mountID
    self.parentID = parentID
    deviceMajor = UInt32(truncatingIfNeeded: major)
    deviceMinor = UInt32(truncatingIfNeeded: minor)
    root = Self.unescape(fields[3])
    mountPoint = Self.unescape(fields[4])
    options = Array(fields[5])
    let tags = fields[6..<dash]
    peerGroup = Self.number(of: "shared:", in: tags)
    master = Self.number(of: "master:", in: tags)
    propagateFrom = Self.number(of: "propagate_from:", in: tags)
    isUnbindable = tags.contains { $0.elementsEqual("unbindable".utf8) }
    fileSystemType = Self.unescape(fields[dash + 1])
    source = Self.unescape(fields[dash + 2])
    superOptions = Array(fields[(dash + 3)...].joined(separator: [32]))
  }

  private static func number(of tag: String, in tags: ArraySlice<ArraySlice<UInt8>>) -> UInt64? {
    for field in tags where field.starts(with: tag.utf8) {
      return UInt64(bytes: field.dropFirst(tag.utf8.count))
    }
    return nil
  }

  /// Undoes the kernel's mangling: blanks, newlines, backslashes and `#` are written as `\` and three octal digits.
  private static func unescape(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == UInt8(ascii: "\\"), let byte = octal(text[(index + 1)...].prefix(3)) {
        result.append(byte)
        index += 4
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private static func octal(_ digits: ArraySlice<UInt8>) -> UInt8? {
    guard digits.count == 3, digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
    return UInt8(truncatingIfNeeded: digits.reduce(0) { $0 << 3 | Int($1 - 48) })
  }
}

extension UInt64 {
  /// A decimal number that fills all the bytes.
  init?(bytes: some Sequence<UInt8>) {
    var value: UInt64 = 0
    var isEmpty = true
    for byte in bytes {
      guard byte &- 48 <= 9 else { return nil }
      value = value &* 10 &+ UInt64(byte - 48)
      isEmpty = false
    }
    if isEmpty { return nil }
    self = value
  }
}
