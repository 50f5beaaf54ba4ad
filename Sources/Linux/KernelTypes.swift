// The layout of the running kernel's structures, which a BPF program that reads them has to know.

internal import CLinux
internal import struct SystemPackage.FilePath

/// Where members of the kernel's structures are, and the ids of its functions.
///
/// Source: Documentation/bpf/btf.rst; /sys/kernel/btf/vmlinux, Linux 5.4.
public struct KernelTypes: Sendable {
  private var offsets: [String: [String: Int32]] = [:]
  private var functions: [String: UInt32] = [:]

  /// Reads the description of some structures and functions.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` where the kernel has none, `EINVAL` when it is of another form.
  public init(structures: Set<String>, functions wanted: Set<String>) throws(SystemCallError) {
    var content: [UInt8] = Array(repeating: 0, count: 8 << 20)
    let count = try FileDescriptor.open("/sys/kernel/btf/vmlinux").readToEnd(into: &content)
    content.removeLast(content.count - count)
    guard unsafe parse(content.span.bytes, structures, wanted) else {
      throw SystemCallError(call: "read", errno: .einval, object: "/sys/kernel/btf/vmlinux")
    }
  }

  /// The place of a member, in bytes from the start of the structure; nil where there is no such member.
  public func offset(_ structure: String, _ member: String) -> Int32? {
    offsets[structure]?[member]
  }

  /// The id of a function, to attach a program to it.
  public func function(_ name: String) -> UInt32? {
    functions[name]
  }

  /// struct btf_header: magic, version, flags, header length, offset and length of the types and of the strings.
  private mutating func parse(_ bytes: RawSpan, _ structures: Set<String>, _ wanted: Set<String>) -> Bool {
    func word(_ offset: Int) -> UInt32 { unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    guard bytes.byteCount > 24, word(0) & 0xffff == 0xeb9f else { return false }
    let start = Int(word(4))
    var place = start + Int(word(8))
    let end = place + Int(word(12))
    let names = NameReader(start: start + Int(word(16)))
    guard end <= bytes.byteCount else { return false }
    var id: UInt32 = 0
    while place + 12 <= end {
      id += 1
      let information = word(place + 4)
      let (kind, count) = (information >> 24 & 0x1f, Int(information & 0xffff))
      if kind == 4, let name = names.match(word(place), in: bytes, structures) {
        offsets[name] = members(at: place + 12, count, isBitField: information >> 31 == 1, bytes, names)
      } else if kind == 12, let name = names.match(word(place), in: bytes, wanted) {
        functions[name] = id
      }
      place += 12 + KernelTypes.size(ofKind: kind, count)
    }
    return true
  }

  /// struct btf_member: name, type, offset in bits.
  private func members(
    at place: Int, _ count: Int, isBitField: Bool, _ bytes: RawSpan, _ names: NameReader
  ) -> [String: Int32] {
    var members: [String: Int32] = [:]
    for index in 0..<count {
      let member = place + index * 12
      let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: member + 8, as: UInt32.self)
      let name = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: member, as: UInt32.self)
      members[names.text(name, in: bytes)] = Int32(bitPattern: (isBitField ? bits & 0xff_ffff : bits) / 8)
    }
    return members
  }

  /// How many bytes follow the three words that every type has.
  private static func size(ofKind kind: UInt32, _ count: Int) -> Int {
    switch kind {
    case 1, 14, 17: 4  // integer, variable, declaration tag
    case 3: 12  // array
    case 4, 5, 15, 19: 12 * count  // structure, union, data section, 64-bit enumeration
    case 6, 13: 8 * count  // enumeration, function prototype
    default: 0
    }
  }
}

/// The names, in a section of their own, each ended by a NUL.
private struct NameReader {
  let start: Int

  func text(_ offset: UInt32, in bytes: RawSpan) -> String {
    var name: [UInt8] = []
    var place = start + Int(offset)
    while place < bytes.byteCount {
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self)
      if byte == 0 { break }
      name.append(byte)
      place += 1
    }
    return String(decoding: name, as: UTF8.self)
  }

  /// The name if it is one of some; most are told apart by their first bytes, without making a text.
  func match(_ offset: UInt32, in bytes: RawSpan, _ wanted: Set<String>) -> String? {
    for name in wanted where isEqual(name.utf8, at: start + Int(offset), in: bytes) { return name }
    return nil
  }

  private func isEqual(_ name: String.UTF8View, at start: Int, in bytes: RawSpan) -> Bool {
    var place = start
    for byte in name {
      guard place < bytes.byteCount, unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self) == byte else {
        return false
      }
      place += 1
    }
    guard place < bytes.byteCount else { return false }
    return unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self) == 0
  }
}
