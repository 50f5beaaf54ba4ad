// Types a course's lines at a terminal, each when the one before has come to its end. It never waits itself.

import Linux

/// Lines that are being typed.
struct Typing {
  private let commands: Commands
  private var index = 0
  /// What the line before, or whoever typed before, must come to.
  private var wait: PromptWait?
  /// Whether a half line that somebody left is to be taken away first.
  private var clearsLine: Bool
  /// What takes a line away that was begun (VKILL).
  private static let kill: UInt8 = 0x15

  init(_ commands: Commands, clearsLine: Bool = false) {
    self.commands = commands
    self.clearsLine = clearsLine
  }

  /// Types the next line if its terminal waits for one.
  ///
  /// - Parameter watch: called with what is typed, and with what the terminal printed; nil leaves that to others.
  mutating func advance(_ observer: Observer, _ watch: ((LabEvent) -> Void)?) -> Advance {
    guard let terminal = observer.terminals[commands.terminal] else { return .done }
    if clearsLine { wait = wait ?? PromptWait(of: terminal, since: nil) }
    while true {
      if let advance = wait?.advance() {
        guard case .done = advance else { return advance }
        watch?(.printed(terminal.name, terminal.takeTranscript()))
      }
      wait = nil
      if index == commands.lines.count { return .done }
      do throws(Unknown) {
        let before = try type(commands.lines[index], at: terminal, observer, watch)
        clearsLine = false
        index += 1
        if index == commands.lines.count && !commands.waitsForLast { return .done }
        wait = PromptWait(of: terminal, since: before)
      } catch {
        return .failed(error.asResult("typing at \(commands.terminal.rawValue)"))
      }
    }
  }

  private func type(
    _ line: TypedLine, at terminal: LabTerminal, _ observer: Observer, _ watch: ((LabEvent) -> Void)?
  ) throws(Unknown) -> LabTerminal.Progress {
    let text = try observer.text(of: line)
    watch?(.typing(terminal.name, text))
    return try observer.asking { () throws(SystemCallError) in
      let typed = Array(text.utf8) + (line.isControl ? [] : [UInt8(ascii: "\n")])
      return try terminal.type((clearsLine && !line.isControl ? [Typing.kill] : []) + typed)
    }
  }
}

/// A wait until a terminal's foreground process waits to be typed at.
struct PromptWait {
  private let terminal: LabTerminal
  private let before: LabTerminal.Progress?
  private let end: UInt64
  private var refusedSince: UInt64?
  /// How long a command may take until its shell waits for the next, in nanoseconds.
  private static let limit: UInt64 = 20_000_000_000

  /// - Parameter before: what typing gave; nil when nothing was typed.
  init(of terminal: LabTerminal, since before: LabTerminal.Progress?) {
    self.terminal = terminal
    self.before = before
    end = monotonicNanoseconds() + PromptWait.limit
  }

  /// Looks once.
  mutating func advance() -> Advance {
    let now = monotonicNanoseconds()
    do throws(SystemCallError) {
      if try terminal.isWaiting(since: before) { return .done }
      refusedSince = nil
    } catch {
      let since = refusedSince ?? now
      refusedSince = since
      if now - since > FactSearch.doubt {
        return .failed(Unknown(error).asResult("waiting for \(terminal.name.rawValue)"))
      }
    }
    if now < end { return .goesOn }
    return .failed(.notAsExpected("a command at \(terminal.name.rawValue) did not come to its end"))
  }
}

extension TypedLine {
  /// Whether it is a control character, typed without a newline.
  var isControl: Bool {
    if case .control? = pieces.first { true } else { false }
  }
}

extension Observer {
  /// What is typed, its PIDs filled in.
  func text(of line: TypedLine) throws(Unknown) -> String {
    var text = ""
    for piece in line.pieces {
      switch piece {
      case .literal(let part): text += part
      case .control(let byte): text += String(decoding: [byte], as: UTF8.self)
      case .processID(let name):
        guard case .process(let process) = try value(of: .name(name, .process)), let number = process.worldID else {
          throw .missing("\(name) is not in the terminals' world")
        }
        text += String(number)
      }
    }
    return text
  }
}
