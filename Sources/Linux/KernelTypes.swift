// The layout of the running kernel's structures, which a BPF program that reads them has to know.

internal import CLinux
internal import struct SystemPackage.FilePath

/// Where members of the kernel's structures are, and the ids of its functions and tracepoints.
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

  /// The id of a function, to attach a program to it; of a tracepoint, whose name begins with `btf_trace_`, it is that of
  /// a type definition.
  public func function(_ name: String) -> UInt32? {
    functions[name]
  }

  private mutating func parse(_ bytes: RawSpan, _ structures: Set<String>, _ wanted: Set<String>) -> Bool {
    guard let section = TypeSection(bytes) else { return false }
    let (structures, wanted) = (WantedNames(structures), WantedNames(wanted))
    var unnamed: [UnnamedMember] = []
    section.forEach(bytes) { type in
      if type.kind == 4, let name = structures.match(type.name, in: bytes) {
        note(type, of: name, from: 0, section, bytes, &unnamed)
      } else if type.kind == 12 || type.kind == 8, let name = wanted.match(type.name, in: bytes) {
        functions[name] = type.id
      }
    }
    while !unnamed.isEmpty { noteMembers(of: &unnamed, section, bytes) }
    return true
  }

  /// The members of what has no name belong to the structure that it is in.
  private mutating func noteMembers(of unnamed: inout [UnnamedMember], _ section: TypeSection, _ bytes: RawSpan) {
    let members = Dictionary(grouping: unnamed, by: \.type)
    let last = members.keys.max() ?? 0
    unnamed = []
    var deeper: [UnnamedMember] = []
    section.forEach(bytes) { type in
      guard type.id <= last, type.kind == 4 || type.kind == 5, let places = members[type.id] else { return }
      for place in places { note(type, of: place.structure, from: place.offset, section, bytes, &deeper) }
    }
    unnamed = deeper
  }

  /// Takes note of a structure's or union's members: struct btf_member: name, type, offset in bits.
  private mutating func note(
    _ type: TypeSection.Element, of structure: String, from start: Int32, _ section: TypeSection, _ bytes: RawSpan,
    _ unnamed: inout [UnnamedMember]
  ) {
    for index in 0..<type.count {
      func word(_ place: Int) -> UInt32 {
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: type.members + index * 12 + place, as: UInt32.self)
      }
      let offset = start + Int32(bitPattern: (type.isBitField ? word(8) & 0xff_ffff : word(8)) / 8)
      if word(0) == 0 {
        unnamed.append(UnnamedMember(type: word(4), structure: structure, offset: offset))
      } else {
        offsets[structure, default: [:]][section.text(word(0), in: bytes)] = offset
      }
    }
  }
}

/// A structure or union without a name within another.
private struct UnnamedMember {
  let type: UInt32
  let structure: String
  let offset: Int32
}

/// Where the types and their names are.
private struct TypeSection {
  /// A type: three words, then what is of its kind.
  struct Element {
    let id: UInt32
    let kind: UInt32
    /// Where its name is.
    let name: Int
    /// How many members it has, and where they are.
    let count: Int
    let members: Int
    let isBitField: Bool
  }

  private let types: Range<Int>
  private let names: Int

  /// struct btf_header: magic, version, flags, header length, offset and length of the types and of the strings.
  init?(_ bytes: RawSpan) {
    func word(_ offset: Int) -> UInt32 { unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    guard bytes.byteCount > 24, word(0) & 0xffff == 0xeb9f else { return nil }
    let start = Int(word(4))
    types = start + Int(word(8))..<start + Int(word(8)) + Int(word(12))
    names = start + Int(word(16))
    guard types.upperBound <= bytes.byteCount else { return nil }
  }

  func forEach(_ bytes: RawSpan, _ body: (Element) -> Void) {
    func word(_ offset: Int) -> UInt32 { unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    var place = types.lowerBound
    var id: UInt32 = 0
    while place + 12 <= types.upperBound {
      id += 1
      let information = word(place + 4)
      let type = Element(
        id: id, kind: information >> 24 & 0x1f, name: names + Int(word(place)), count: Int(information & 0xffff),
        members: place + 12, isBitField: information >> 31 == 1)
      place += 12 + TypeSection.size(ofKind: type.kind, type.count)
      guard place <= types.upperBound else { return }
      body(type)
    }
  }

  /// A name, ended by a NUL.
  func text(_ offset: UInt32, in bytes: RawSpan) -> String {
    var name: [UInt8] = []
    var place = names + Int(offset)
    while place < bytes.byteCount {
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self)
      if byte == 0 { break }
      name.append(byte)
      place += 1
    }
    return String(decoding: name, as: UTF8.self)
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

/// Some names that are looked for among a hundred thousand.
private struct WantedNames {
  /// By their first bytes, which tell most apart.
  private var names: [[(text: String, bytes: [UInt8])]] = Array(repeating: [], count: 256)

  init(_ wanted: Set<String>) {
    for name in wanted {
      let bytes = Array(name.utf8) + [0]
      names[Int(bytes[0])].append((name, bytes))
    }
  }

  /// The name that is at a place, if it is one of these.
  func match(_ place: Int, in bytes: RawSpan) -> String? {
    guard place < bytes.byteCount else { return nil }
    let first = unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self)
    return names[Int(first)].first { WantedNames.isEqual($0.bytes, at: place, in: bytes) }?.text
  }

  private static func isEqual(_ name: [UInt8], at start: Int, in bytes: RawSpan) -> Bool {
    guard start + name.count <= bytes.byteCount else { return false }
    return name.indices.allSatisfy { index in
      unsafe bytes.unsafeLoad(fromByteOffset: start + index, as: UInt8.self) == name[index]
    }
  }
}
