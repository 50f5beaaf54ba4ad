// Where a learner does a lesson: a world of its own with its two shells, what is typed at them, and what the kernel
// shows. Nothing here waits: whoever has a screen to keep alive calls again.

import Cgroups
import Linux
import Processes

/// The world of one lesson, from its beginning to its end.
final class LessonStage {
  private let laboratory: Laboratory
  private var world: LabWorld?
  private let cgroup: Cgroup?
  /// The PIDs of the shells in their world.
  let shellNumbers: [TerminalName: Int32]
  /// What facts are read with; it knows the names that the steps so far have given.
  var observer: Observer
  /// Whether the learner has typed since the last step came to its end.
  private(set) var isTouched = false

  /// Makes the world and opens its terminals.
  ///
  /// - Throws: `LabFailure` when there is no world to be had, or its terminals do not start.
  init(in laboratory: Laboratory, sizes: [TerminalName: WindowSize]) throws(LabFailure) {
    self.laboratory = laboratory
    let made = try laboratory.makeWorld()
    let cgroup = made.plan.cgroup
    do throws(SystemCallError) {
      let (initProcess, terminals) = try laboratory.open(made, LabTerminal.unseen, "xterm-256color")
      for (name, size) in sizes { try terminals[name]?.resize(size) }
      do throws(Unknown) {
        observer = try Observer(initProcess: initProcess, terminals: terminals)
      } catch {
        throw SystemCallError(call: "look", errno: .esrch, object: error.reason)
      }
    } catch {
      try? laboratory.end(made)
      laboratory.remove(cgroup)
      throw LabFailure(what: "the terminals do not start: \(error)", remedy: nil)
    }
    shellNumbers = observer.shellNumbers
    world = consume made
    self.cgroup = cgroup
  }

  /// Ends the world, and all that is in it.
  func end() {
    guard let world = world.take() else { return }
    // One that has ended before needs no ending.
    try? laboratory.end(world)
    laboratory.remove(cgroup)
  }

  deinit { end() }

  func terminal(_ name: TerminalName) -> LabTerminal? { observer.terminals[name] }

  /// Hands on what terminals have not taken yet.
  ///
  /// - Returns: whether something waits still.
  func pushInput() -> Bool {
    var isWaiting = false
    for terminal in observer.terminals.values where terminal.hasInputWaiting {
      try? terminal.send([])
      if terminal.hasInputWaiting { isWaiting = true }
    }
    return isWaiting
  }

  /// Notes that a step has come to its end.
  func beginStep() { isTouched = false }

  /// Hands on what the learner typed.
  func type(_ bytes: [UInt8], at name: TerminalName) {
    isTouched = true
    // EIO: the shell has ended, which the learner sees.
    try? terminal(name)?.send(bytes)
  }

  /// What a terminal printed since it was last asked.
  func takeOutput(of name: TerminalName) -> [UInt8] {
    guard let terminal = terminal(name) else { return [] }
    try? terminal.drain()
    return terminal.takeTranscript()
  }

  /// The lines of a step as they are to be typed: with the PIDs that the names stand for.
  func lines(of step: LessonStep) -> [[String]] {
    step.commands.map { commands in
      commands.lines.map { line in
        do throws(Unknown) { return try observer.shown(line) } catch { return line.written }
      }
    }
  }

  /// The processes of the world, and the namespaces that each is in.
  ///
  /// - Throws: `SystemCallError` when /proc cannot be listed.
  func processes() throws(SystemCallError) -> ProcessTree {
    do throws(Unknown) {
      return try observer.tree(.world, [.status, .commandLine, .namespaces])
    } catch {
      throw SystemCallError(call: "list", errno: .esrch, object: error.reason)
    }
  }
}

extension Observer {
  /// A line as a person is to type it.
  fileprivate func shown(_ line: TypedLine) throws(Unknown) -> String {
    if case .control(let byte)? = line.pieces.first { return "Ctrl-" + String(UnicodeScalar(byte | 0x40)) }
    return try text(of: line)
  }
}

extension TypedLine {
  /// The line as the course has it.
  fileprivate var written: String {
    pieces.map { piece in
      switch piece {
      case .literal(let text): text
      case .processID(let name): "{\(name)}"
      case .control(let byte): "^" + String(UnicodeScalar(byte | 0x40))
      }
    }.joined()
  }
}
