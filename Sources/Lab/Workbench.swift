// A learner's workbench: the session, the world of the lesson at hand, and what carries the session's orders out. It
// has no screen: the full-screen course and the page in the browser are two views of it.

public import Linux
public import Processes

/// A course that somebody goes through by hand.
public final class Workbench {
  /// Where the learner is.
  public private(set) var session: LearnerSession
  /// Whether the learner has left.
  public private(set) var isLeft = false
  /// Changes whenever there is another world, whose terminals begin empty.
  public private(set) var worldNumber = 0

  private let laboratory: Laboratory
  private let former: MachineState
  private let keep: (CourseProgress) -> Void
  private var stage: LessonStage?
  private var work: Work?
  private var sizes: [TerminalName: WindowSize] = [:]

  /// What takes its time.
  private enum Work {
    case play(StepPlay)
    case check(FactSearch, Observer, [Evidence])
    /// Brings a fresh world to where a step begins, then has it played.
    case replay(upTo: Int, step: Int, StepPlay?, FactSearch?)
  }

  /// How long a fact may take that the learner has asked for, in nanoseconds: what was typed may be about to happen.
  private static let patience: UInt64 = 1_500_000_000
  private static let interval: UInt64 = 5_000_000

  /// Begins or goes on.
  ///
  /// - Parameters:
  ///   - keep: called when the progress is to be kept.
  /// - Throws: `LabFailure` when the machine's state cannot be read.
  public init(
    _ session: LearnerSession, in laboratory: Laboratory, keep: @escaping (CourseProgress) -> Void
  ) throws(LabFailure) {
    self.session = session
    self.laboratory = laboratory
    self.keep = keep
    former = try MachineState.read()
    carryOut(self.session.start())
  }

  /// Takes a key.
  public func press(_ key: SessionKey) {
    tell(.key(key))
  }

  /// Goes on with what takes its time.
  ///
  /// - Returns: when to call again, in nanoseconds from now; nil when there is nothing to be done.
  public func advance() -> UInt64? {
    guard let work, let stage else { return nil }
    self.work = nil
    switch work {
    case .play(let play): advance(play, on: stage)
    case .check(let search, let observer, let found): advance(search, observer, found, on: stage)
    case .replay(let next, let step, let play, let search): replay(next, step, play, search, on: stage)
    }
    return self.work == nil ? nil : Workbench.interval
  }

  /// Ends the world and takes away what was made for all of them.
  ///
  /// - Returns: what is not as it was before, one line each; empty when the machine is clean.
  /// - Throws: `LabFailure` when the machine's state cannot be read.
  public func close() throws(LabFailure) -> [String] {
    stage?.end()
    stage = nil
    laboratory.close()
    return try MachineState.changes(since: former, laboratory.traces).remains
  }
}

// The terminals and the world.
extension Workbench {
  /// Types at a terminal.
  public func type(_ bytes: [UInt8], at terminal: TerminalName) {
    stage?.type(bytes, at: terminal)
  }

  /// Hands on what was typed and terminals have not taken yet, as when something long was pasted.
  ///
  /// - Returns: whether something waits still, so that this is to be called again soon.
  public func pushInput() -> Bool {
    stage?.pushInput() ?? false
  }

  /// What a terminal printed since it was last asked; of one that prints without end, a part.
  public func takeOutput(of terminal: TerminalName) -> [UInt8] {
    stage?.takeOutput(of: terminal) ?? []
  }

  /// Gives a terminal's window another size, now and in the worlds to come.
  public func resize(_ terminal: TerminalName, to size: WindowSize) {
    sizes[terminal] = size
    // It is gone with its world; the next has the size from the beginning.
    try? stage?.terminal(terminal)?.resize(size)
  }

  /// Hands on what a terminal itself answers to a program that asked it something.
  public func answer(_ bytes: [UInt8], at terminal: TerminalName) {
    // EIO: who asked has ended.
    try? stage?.terminal(terminal)?.send(bytes)
  }

  /// Lets the controlling side of a terminal be watched; it is closed with its world.
  ///
  /// - Throws: whatever `watch` throws.
  public func withController(
    of terminal: TerminalName, _ watch: (borrowing FileDescriptor) throws(SystemCallError) -> Void
  ) throws(SystemCallError) {
    try stage?.terminal(terminal)?.withController(watch)
  }

  /// The two shells by their PIDs, as the lab numbers them.
  public var shells: [Int32: TerminalName] {
    var shells: [Int32: TerminalName] = [:]
    for name in TerminalName.allCases {
      if let shell = stage?.terminal(name)?.shell { shells[shell.processID] = name }
    }
    return shells
  }

  /// The PIDs of the two shells in their world.
  public var shellNumbers: [TerminalName: Int32] { stage?.shellNumbers ?? [:] }

  /// The world's own procfs, which numbers processes as its shells see them; nil without a world.
  public var procfs: Procfs? { stage?.observer.procfs }

  /// Whether a step is being played or checked.
  public var isBusy: Bool { work != nil }

  /// The world's processes now; nil without a world.
  public func processes() -> ProcessTree? {
    guard let stage else { return nil }
    do throws(SystemCallError) { return try stage.processes() } catch { return nil }
  }
}

// The session's orders.
extension Workbench {
  private func tell(_ event: SessionEvent) {
    carryOut(session.take(event))
  }

  private func carryOut(_ orders: [SessionOrder]) {
    for order in orders { carryOut(order) }
  }

  private func carryOut(_ order: SessionOrder) {
    switch order {
    case .begin: begin()
    case .tellLines(let step): if let stage { tell(.lines(stage.lines(of: session.lesson.steps[step]))) }
    case .play(let step): play(step)
    case .check(let step, let isPatient): check(step, isPatient)
    case .findHint(let step, let time):
      guard let stage else { return }
      let lesson = session.lesson
      tell(.hint(stage.hint(for: lesson.steps[step], time: time, general: lesson.claim.hints)))
    case .save: keep(session.progress)
    case .leave: isLeft = true
    }
  }

  private func begin() {
    if let lack = laboratory.lack(of: session.lesson.claim) {
      tell(.impossible(.cannotTell(lack)))
    } else if makeStage() {
      tell(.ready)
    }
  }

  private func makeStage() -> Bool {
    stage?.end()
    stage = nil
    work = nil
    worldNumber += 1
    do throws(LabFailure) {
      stage = try LessonStage(in: laboratory, sizes: sizes)
      return true
    } catch {
      tell(.impossible(.cannotTell([error.what, error.why].compactMap(\.self).joined(separator: "; "))))
      return false
    }
  }

  private func play(_ step: Int) {
    if stage?.isTouched == true {
      if makeStage() { work = .replay(upTo: 0, step: step, nil, nil) }
    } else {
      work = .play(StepPlay(session.lesson.steps[step]))
    }
  }

  private func check(_ step: Int, _ isPatient: Bool) {
    guard let stage else { return }
    let facts = session.lesson.steps[step].facts
    let search = FactSearch(facts, patience: isPatient ? nil : Workbench.patience)
    work = .check(search, stage.observer, [])
  }
}

// What takes its time.
extension Workbench {
  private func advance(_ play: StepPlay, on stage: LessonStage) {
    var play = play
    switch play.advance(stage.observer) {
    case .goesOn: work = .play(play)
    case .done: tell(.played(nil))
    case .failed(let failure): tell(.played(failure))
    }
  }

  /// The names that a step's facts give are kept only when all of its facts are so.
  private func advance(_ search: FactSearch, _ observer: Observer, _ found: [Evidence], on stage: LessonStage) {
    var (search, observer, found) = (search, observer, found)
    switch search.advance(&observer, { found.append($0) }) {
    case .goesOn: work = .check(search, observer, found)
    case .done:
      stage.observer = observer
      stage.beginStep()
      tell(.checked(found, .asExpected))
    case .failed(let failure): tell(.checked(found, failure))
    }
  }

  private func replay(_ next: Int, _ step: Int, _ play: StepPlay?, _ search: FactSearch?, on stage: LessonStage) {
    let steps = session.lesson.steps
    if next == step {
      work = .play(StepPlay(steps[step]))
    } else if var search {
      switch search.advance(&stage.observer, { _ in }) {
      case .goesOn: work = .replay(upTo: next, step: step, play, search)
      case .done: work = .replay(upTo: next + 1, step: step, nil, nil)
      case .failed(let failure): tell(.played(failure))
      }
    } else {
      var play = play ?? StepPlay(steps[next])
      switch play.advance(stage.observer) {
      case .goesOn: work = .replay(upTo: next, step: step, play, nil)
      case .done: work = .replay(upTo: next, step: step, play, FactSearch(steps[next].facts))
      case .failed(let failure): tell(.played(failure))
      }
    }
  }
}
