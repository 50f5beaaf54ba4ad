// `lab run` without a screen: each command is shown, however busy the machine is.

import Linux
import Processes
import struct SystemPackage.FilePath
import Testing

@testable import Lab

/// Programs that leave no processor idle until the test ends.
private final class BusyLoops {
  private let children: [BusyLoop]

  private final class BusyLoop {
    private let child: ProgramChild

    init() throws {
      var program = SystemCallProgram()
      program.append(
        .execute(["/bin/sh"], ["sh", "-c", "while :; do :; done"].map { Array($0.utf8) }, environment: []))
      child = try program.start()
    }

    deinit {
      _ = try? child.pidfd.send(.kill)
      _ = try? child.pidfd.wait()
    }
  }

  init(_ count: Int) throws {
    children = try (0..<count).map { _ in try BusyLoop() }
  }
}

@Suite(.serialized) struct LabTranscriptTests {
  /// The literal beginnings of the lines that a claim types.
  private func typed(in claims: [Claim]) -> [String] {
    claims.flatMap(\.blocks).flatMap { block -> [TypedLine] in
      if case .commands(let commands) = block { commands.lines } else { [] }
    }.compactMap { line in
      switch line.pieces.first {
      case .literal(let text): text.isEmpty ? nil : text
      case .control(let byte): "^" + String(decoding: [byte | 0x40], as: UTF8.self)
      default: nil
      }
    }
  }

  /// The lines of the terminals in a transcript, without their prompts; continued ones are joined.
  private func shown(in output: String) -> [String] {
    var lines: [String] = []
    for line in output.split(separator: "\n") {
      if line.hasPrefix("  A │ ") || line.hasPrefix("  B │ ") {
        lines.append(String(line.dropFirst(6)))
      } else if line.hasPrefix("    │ "), let last = lines.popLast() {
        lines.append(last + line.dropFirst(6))
      }
    }
    return lines
  }

  @Test(arguments: [
    ("signals-and-jobs", []),
    ("anatomy-of-a-process", ["S4", "S5", "S10", "S20–S22", "S26–S27", "S39", "S47", "S51"]),
  ])
  func eachCommandIsShownUnderLoad(course name: String, numbers: [String]) throws {
    let course = try #require(try CourseLibrary.course(named: name))
    let claims = course.claims.filter { claim in numbers.isEmpty || numbers.contains(where: claim.answers(to:)) }
    let state = try LabProgram.makeDirectory("transcript-\(name)")
    let busy = try BusyLoops(4)
    let run = try withExtendedLifetime(busy) {
      try LabProgram.run(["run", "--yes", "--plain", "--course", name] + numbers, state: state)
    }
    #expect(run.status == .exited(0), "\(run.output)")
    var shown = shown(in: run.output)
    let typed = typed(in: claims)
    #expect(typed.count > 10)
    for line in typed {
      let index = shown.firstIndex { shown in
        // Behind a prompt, or alone where that was late; a control character in the midst of a line.
        ["$ ", "# ", "> ", line.hasPrefix("^") ? "" : "\n"].contains { "\n\(shown)".contains($0 + line) }
      }
      #expect(index != nil, "'\(line)' is not shown: \(run.output)")
      if let index { shown.removeFirst(index + 1) }
    }
    try LabProgram.remove(state.appending("pangaea"), files: ["lab-\(name)"])
    try LabProgram.remove(state)
  }
}
