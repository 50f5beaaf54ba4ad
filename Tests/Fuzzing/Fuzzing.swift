// Texts to try a parser with: captured ones and odd ones from the folder Corpus, and what chance makes of them. Chance
// is always the same, so that a failure can be repeated.

public import Linux
internal import struct SystemPackage.FilePath

/// The texts that a kind of parser is tried with; a folder of Corpus has one in each file.
public struct Corpus: Sendable {
  /// The texts, in the order of their files' names.
  public let texts: [[UInt8]]

  /// Reads the folder of a kind, for example `stat`.
  ///
  /// - Throws: `SystemCallError` when there is no such folder.
  public init(_ kind: String) throws(SystemCallError) {
    let folder = FilePath(#filePath).removingLastComponent().appending("Corpus").appending(kind)
    let names = try FileDescriptor.open(folder, .directory).entryNames().map { String(decoding: $0, as: UTF8.self) }
    var texts: [[UInt8]] = []
    for name in names.sorted() { texts.append(try FileDescriptor.open(folder.appending(name)).readAll()) }
    self.texts = texts
  }

  /// Texts of a test's own.
  public init(texts: [[UInt8]]) {
    self.texts = texts
  }

  /// One text of a folder.
  ///
  /// - Throws: `SystemCallError` when there is no such file.
  public static func text(_ kind: String, _ name: String) throws(SystemCallError) -> [UInt8] {
    let folder = FilePath(#filePath).removingLastComponent().appending("Corpus").appending(kind)
    return try FileDescriptor.open(folder.appending(name)).readAll()
  }

  /// Hands over each text, each of its beginnings up to 1 KiB, and mutations of it.
  ///
  /// - Parameters:
  ///   - mutations: how many of each text.
  ///   - pieces: what is put in now and then besides bytes of chance, for example words of the format.
  public func forEach(mutations: Int = 300, pieces: [String] = [], _ body: ([UInt8]) -> Void) {
    for (index, text) in texts.enumerated() {
      var chance = RepeatableChance(state: UInt64(index))
      body(text)
      for end in 0..<min(text.count, 1024) { body(Array(text[..<end])) }
      for _ in 0..<mutations { body(mutated(text, pieces, &chance)) }
    }
  }

  private func mutated(_ seed: [UInt8], _ pieces: [String], _ chance: inout RepeatableChance) -> [UInt8] {
    var text = seed
    for _ in 0..<Int.random(in: 1...4, using: &chance) {
      let place = Int.random(in: 0...text.count, using: &chance)
      switch Int.random(in: 0..<7, using: &chance) {
      case 0: text.removeSubrange(place...)
      case 1: text.insert(UInt8.random(in: 0...255, using: &chance), at: place)
      case 2: if place < text.count { text[place] = UInt8.random(in: 0...255, using: &chance) }
      case 3: text.insert(contentsOf: seed.prefix(Int.random(in: 0...seed.count, using: &chance)), at: place)
      case 4: text.insert(contentsOf: texts.randomElement(using: &chance) ?? [], at: place)
      case 5:
        text.insert(contentsOf: (pieces.randomElement(using: &chance) ?? "9999999999999999999999").utf8, at: place)
      default: text.removeSubrange(0..<place)
      }
    }
    return text
  }
}

/// A repeatable source of chance (SplitMix64).
public struct RepeatableChance: RandomNumberGenerator {
  var state: UInt64

  /// Begins anew with each equal state.
  public init(state: UInt64) {
    self.state = state
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
