// Names the place of a byte in a JSON text. Readers keep no path as they go: it is found out once it is needed.

/// The members and elements that lead from the outermost value to a place.
public struct JSONPath: CustomStringConvertible {
  private enum Step {
    case member(Range<Int>?)
    case element(Int)
  }

  private let bytes: [UInt8]
  private var steps: [Step] = []

  /// Goes through the text up to an offset; what comes before it must have been read as JSON.
  public init(leadingTo offset: Int, in bytes: [UInt8]) {
    self.bytes = bytes
    var position = 0
    let end = min(offset, bytes.count)
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let closing = JSONPath.endOfString(in: bytes, from: position + 1)
        note(string: (position + 1)..<(closing - 1), before: end)
        position = closing
      } else {
        note(byte)
        position += 1
      }
    }
    // At the beginning of an object's member, the trouble is with its name.
    if end < bytes.count, bytes[end] == UInt8(ascii: "\""), case .member(nil) = steps.last {
      note(string: (end + 1)..<(JSONPath.endOfString(in: bytes, from: end + 1) - 1), before: bytes.count)
    }
  }

  public var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .member(nil): break
      case .member(let name?): text += JSONPath.step(String(decoding: bytes[name], as: UTF8.self), after: text)
      case .element(let number): text += "[\(number)]"
      }
    }
    return text
  }

  /// How a member is named behind a path: `.name`, or `["name"]` where the name is not a word; without the dot at the
  /// beginning. Names are cut after 200 characters.
  public static func step(_ name: String, after path: String) -> String {
    let isWord = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
        || byte == 0x2d
    }
    guard isWord, !name.isEmpty else { return "[\"\(name.prefix(200))\"]" }
    return (path.isEmpty ? "" : ".") + name.prefix(200)
  }

  /// A string that is the name of a member, since the object waits for one.
  private mutating func note(string: Range<Int>, before end: Int) {
    guard case .member(nil) = steps.last, string.lowerBound <= string.upperBound else { return }
    steps[steps.count - 1] = .member(string.clamped(to: 0..<end))
  }

  private mutating func note(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "{"): steps.append(.member(nil))
    case UInt8(ascii: "["): steps.append(.element(0))
    case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = steps.popLast()
    case UInt8(ascii: ","):
      switch steps.popLast() {
      case .member: steps.append(.member(nil))
      case .element(let number): steps.append(.element(number + 1))
      case nil: break
      }
    default: break
    }
  }

  /// The offset behind the quotation mark that ends a string; behind the text where it doesn't end.
  private static func endOfString(in bytes: [UInt8], from start: Int) -> Int {
    var position = start
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\\"): position += 2
      case UInt8(ascii: "\""): return position + 1
      default: position += 1
      }
    }
    return bytes.count + 1
  }
}
