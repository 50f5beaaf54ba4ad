// How a cell looks: colours that any terminal can come near to, and attributes.

/// A colour of a terminal's palette.
public struct Color: Hashable, Sendable {
  /// 0 to 255 of the palette of 256 colours; -1 for the terminal's own.
  let index: Int16

  private init(index: Int16) {
    self.index = index
  }

  /// A colour of the palette: 0 to 7 and 8 to 15 as the terminal has them, then a cube of six steps, then 24 greys.
  public init(_ index: UInt8) {
    self.index = Int16(index)
  }

  /// The palette's nearest to a colour of light, each part from 0 to 255.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    let light = Light(red: Int(red), green: Int(green), blue: Int(blue))
    self.index = (16...255).min { Light(index: $0).distance(to: light) < Light(index: $1).distance(to: light) } ?? 16
  }

  /// What the terminal itself writes with, or on.
  public static let terminal = Color(index: -1)

  /// The Okabe–Ito palette, which people with any kind of colour vision can tell apart, in the nearest of the 256
  /// colours: orange, sky blue, bluish green, yellow, blue, vermilion, reddish purple.
  public static let okabeIto: [Color] = [214, 74, 36, 227, 32, 166, 175].map { Color($0) }

  /// What stands for the palette's colours where there are eight.
  private static let okabeItoOfEight: [Int16: Int16] = [214: 3, 74: 6, 36: 2, 227: 3, 32: 4, 166: 1, 175: 5]

  /// The nearest that a terminal of so many colours has; -1 for its own, and where it has less than eight.
  func fitted(to count: Int) -> Int16 {
    if index < 0 || count < 8 { return -1 }
    if Int(index) < count { return index }
    if let known = Color.okabeItoOfEight[index] { return known }
    if index < 16 { return index % 8 }
    let light = Light(index: index)
    return (0...7).min { Light(index: $0).distance(to: light) < Light(index: $1).distance(to: light) } ?? -1
  }
}

/// A colour by its parts of light, 0 to 255 each.
private struct Light {
  var red: Int
  var green: Int
  var blue: Int

  init(red: Int, green: Int, blue: Int) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// The light of a colour of xterm's palette.
  init(index: Int16) {
    let number = Int(index)
    switch number {
    case 0..<16:
      let full = number < 8 ? 205 : 255
      self.init(
        red: number & 1 == 0 ? 0 : full, green: number & 2 == 0 ? 0 : full, blue: number & 4 == 0 ? 0 : full)
    case 16..<232:
      let steps = [0, 95, 135, 175, 215, 255]
      let place = number - 16
      self.init(red: steps[place / 36], green: steps[place / 6 % 6], blue: steps[place % 6])
    default:
      let grey = 8 + 10 * (number - 232)
      self.init(red: grey, green: grey, blue: grey)
    }
  }

  func distance(to other: Light) -> Int {
    let (red, green, blue) = (red - other.red, green - other.green, blue - other.blue)
    return red * red + green * green + blue * blue
  }
}

/// Attributes of characters.
public struct Emphasis: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Stronger, or brighter.
  public static let bold = Emphasis(rawValue: 1)
  /// Weaker.
  public static let dim = Emphasis(rawValue: 2)
  /// Foreground and background exchanged.
  public static let reverse = Emphasis(rawValue: 4)
  /// Underlined.
  public static let underline = Emphasis(rawValue: 8)
  /// Slanted, where the terminal can.
  public static let italic = Emphasis(rawValue: 16)
  /// Blinking.
  public static let blink = Emphasis(rawValue: 32)

  /// The bits that curs_attr(3X) gives them.
  var cursesAttributes: UInt32 {
    var bits: UInt32 = 0
    if contains(.bold) { bits |= 1 << 21 }
    if contains(.dim) { bits |= 1 << 20 }
    if contains(.reverse) { bits |= 1 << 18 }
    if contains(.underline) { bits |= 1 << 17 }
    if contains(.italic) { bits |= 1 << 31 }
    if contains(.blink) { bits |= 1 << 19 }
    return bits
  }
}

/// How characters look.
public struct Style: Hashable, Sendable {
  /// What they are written with.
  public var foreground: Color
  /// What they are written on.
  public var background: Color
  /// Their attributes.
  public var emphasis: Emphasis

  /// A style; the terminal's own where nothing is said.
  public init(_ foreground: Color = .terminal, on background: Color = .terminal, _ emphasis: Emphasis = []) {
    self.foreground = foreground
    self.background = background
    self.emphasis = emphasis
  }

  /// The terminal's own colours without emphasis.
  public static let plain = Style()

  /// The same with more emphasis.
  public func adding(_ more: Emphasis) -> Style { Style(foreground, on: background, emphasis.union(more)) }
}
