// Colour, when a terminal is there to show it. Nothing is told by colour alone.

internal import ArgumentParser
internal import Linux

/// When to colour: `--color WHEN`.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// On a terminal, unless NO_COLOR is set and not empty.
  case auto
  case always
  case never

  /// Reads the value of a hand-parsed `--color`; without a value it means `always`.
  ///
  /// - Throws: a usage `Complaint` for any other word.
  init(word: String?) throws(Complaint) {
    guard let choice = ColorChoice(rawValue: word ?? "always") else {
      throw .usage("--color takes auto, always or never, not '\(word ?? "")'")
    }
    self = choice
  }
}

/// Puts colour around text, or leaves it alone.
struct Paint: Sendable {
  /// What a piece of text is.
  enum Role: Hashable, Sendable {
    case failure
    case success
    case warning
    case heading
    /// Less important than what stands around it.
    case quiet
    /// One of the namespaces of a kind, counted from 0; the letter beside it says the same.
    case namespace(Int)
  }

  let isEnabled: Bool

  init(isEnabled: Bool) {
    self.isEnabled = isEnabled
  }

  /// Decides for a descriptor.
  init(_ choice: ColorChoice, on descriptor: borrowing FileDescriptor) {
    switch choice {
    case .always: isEnabled = true
    case .never: isEnabled = false
    case .auto: isEnabled = (environmentVariable("NO_COLOR") ?? "").isEmpty && descriptor.isTerminal
    }
  }

  /// Decides for standard output.
  init(_ choice: ColorChoice) {
    self.init(choice, on: FileDescriptor.standardOutput)
  }

  /// The text, coloured for what it is.
  func callAsFunction(_ text: String, _ role: Role) -> String {
    isEnabled ? "\u{1b}[\(code(role))m\(text)\u{1b}[0m" : text
  }

  /// The Okabe–Ito palette, in the nearest of the 256 colours of a terminal: orange, sky blue, bluish green,
  /// yellow, blue, vermilion, reddish purple.
  private static let palette = [214, 74, 36, 227, 32, 166, 175]

  private func code(_ role: Role) -> String {
    switch role {
    case .failure: "1;38;5;166"
    case .success: "38;5;36"
    case .warning: "38;5;214"
    case .heading: "1"
    case .quiet: "2"
    case .namespace(let index): "38;5;\(Paint.palette[index % Paint.palette.count])"
    }
  }
}

/// How wide the output may be.
enum OutputWidth {
  /// The columns of the terminal that standard output is; nil when it is none, or does not know: then nothing is
  /// cut. COLUMNS, where set to a positive number, comes before the terminal's own answer.
  static func ofStandardOutput() -> Int? { of(FileDescriptor.standardOutput) }

  /// The same of another descriptor.
  static func of(_ descriptor: borrowing FileDescriptor) -> Int? {
    guard descriptor.isTerminal else { return nil }
    if let set = environmentVariable("COLUMNS").flatMap({ Int($0) }), set > 0 { return set }
    return descriptor.knownWindowSize?.columns
  }
}

extension FileDescriptor {
  /// The size of the terminal's window; nil of what is no terminal, or does not know how many columns it has.
  var knownWindowSize: WindowSize? {
    do throws(SystemCallError) {
      let size = try windowSize()
      return size.columns > 0 ? size : nil
    } catch {
      return nil
    }
  }
}
