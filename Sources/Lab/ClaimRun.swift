// One claim's experiment: types its commands, waits for their ends, and asks for its facts until they are true
// or their time is up.

import Linux

/// The state of an experiment.
struct ClaimRun {
  var result: Finding = .told
  private(set) var evidence: [Evidence] = []
  /// What the terminals showed last, when something was not as expected.
  private(set) var lastLines: [TerminalLines] = []
  private let watch: (LabEvent) -> Void

  /// Between two looks at a terminal, in nanoseconds.
  private static let interval: UInt64 = 1_000_000

  init(watch: @escaping (LabEvent) -> Void) {
    self.watch = watch
  }

  /// Tells what there is to tell of a claim without an experiment.
  func tell(_ claim: Claim) {
    for case .prose(let text) in claim.blocks { watch(.prose(text)) }
  }

  /// Carries out the blocks of a claim in order, to the first that fails.
  mutating func carryOut(_ claim: Claim, _ observer: Observer) {
    var observer = observer
    result = .asExpected
    carryOutBlocks(of: claim, &observer)
    tellPrinted(on: observer.terminals)
    if result != .asExpected { keepLastLines(of: observer) }
  }

  private mutating func carryOutBlocks(of claim: Claim, _ observer: inout Observer) {
    for terminal in TerminalName.allCases {
      awaitPrompt(of: observer.terminals[terminal])
      if result != .asExpected { return }
    }
    for block in claim.blocks {
      switch block {
      case .prose(let text): watch(.prose(text))
      case .hint, .checklist: break
      case .commands(let commands): type(commands, observer)
      case .facts(let facts): find(facts, &observer)
      }
      if result != .asExpected { return }
    }
  }

  private mutating func type(_ commands: Commands, _ observer: Observer) {
    var typing = Typing(commands)
    end(follow(interval: { ClaimRun.interval }) { typing.advance(observer, watch) })
  }

  private mutating func awaitPrompt(of terminal: LabTerminal?) {
    guard let terminal else { return }
    var wait = PromptWait(of: terminal, since: nil)
    end(follow(interval: { ClaimRun.interval }) { wait.advance() })
    watch(.printed(terminal.name, terminal.takeTranscript()))
  }

  private mutating func find(_ facts: Facts, _ observer: inout Observer) {
    var search = FactSearch(facts)
    var found: [Evidence] = []
    let terminals = observer.terminals
    let failure = follow(interval: { search.interval }) {
      drain(terminals)
      return search.advance(&observer) { evidence in
        found.append(evidence)
        tellPrinted(on: terminals)
        watch(.found(evidence))
      }
    }
    evidence += found
    end(failure)
  }

  private mutating func end(_ failure: Finding?) {
    if let failure { result = failure }
  }

  /// Waits for the end of something.
  ///
  /// - Returns: how it failed; nil when it did not.
  private func follow(interval: () -> UInt64, _ advance: () -> Advance) -> Finding? {
    while true {
      switch advance() {
      case .goesOn: pause(nanoseconds: interval())
      case .done: return nil
      case .failed(let failure): return failure
      }
    }
  }

  private mutating func keepLastLines(of observer: Observer) {
    for name in TerminalName.allCases {
      guard let terminal = observer.terminals[name] else { continue }
      lastLines.append(TerminalLines(name, terminal.latest))
    }
  }

  /// Hands on what the terminals have printed since: also what came after the last command's end.
  private func tellPrinted(on terminals: [TerminalName: LabTerminal]) {
    drain(terminals)
    for name in TerminalName.allCases {
      guard let printed = terminals[name]?.takeTranscript(), !printed.isEmpty else { continue }
      watch(.printed(name, printed))
    }
  }

  private func drain(_ terminals: [TerminalName: LabTerminal]) {
    for terminal in terminals.values {
      do throws(SystemCallError) { try terminal.drain() } catch {
        // What it printed is for people only; no fact depends on it.
        watch(.printed(terminal.name, Array("(its output cannot be read: \(error))\n".utf8)))
      }
    }
  }
}
