// Every option of runc and of crun, as their own help has it, is one of the runtime's.

import CommandDescription
import Linux
import Testing

@testable import EngineCommands

/// An option as another runtime's help lists it.
private struct ListedOption: Hashable {
  let name: String
  let takesValue: Bool
}

/// A runtime that is installed.
private struct Peer: CustomTestStringConvertible {
  let name: String
  /// Options of its command-line library, and those that are no runtime's.
  private static let foreign: Set = ["help", "usage", "version"]

  var testDescription: String { name }

  /// What the program says with such arguments; crun makes the folder that it keeps containers in even for help.
  private func run(_ arguments: String...) throws -> Outcome {
    try EngineCommandsTests.run([name, "--root", "/nonexistent"] + arguments)
  }

  /// The options that the help of a verb lists: runc's as `--name value, -n value`, crun's as `-n, --name=VALUE`.
  func options(of verb: String?) throws -> [ListedOption] {
    let help = try verb.map { try run($0, "--help") } ?? run("--help")
    let lines = help.output.split(separator: "\n").filter { $0.hasPrefix("  ") && $0.contains("--") }
    return lines.compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let first = words.prefix(2).first(where: { $0.hasPrefix("--") }), let at = words.firstIndex(of: first)
      else {
        return nil
      }
      let parts = first.dropFirst(2).split(separator: "=").map(String.init)
      let option = parts[0].split { !($0.isLetter || $0.isNumber || $0 == "-") }.first.map(String.init) ?? ""
      if option.isEmpty || Self.foreign.contains(option) { return nil }
      let next = words.indices.contains(at + 1) ? words[at + 1] : ""
      // The value of crun's --tty may be left out.
      let takesValue = parts.count > 1 && !parts[0].hasSuffix("[") || next == "value" || next == "value,"
      return ListedOption(name: option, takesValue: takesValue)
    }
  }

  /// Whether it has the verb.
  func has(_ verb: String) throws -> Bool {
    let help = try run(verb, "--help")
    return help.status == .exited(0) && help.output.contains("--help") || help.output.contains("NAME:")
  }
}

@Suite(.enabled(if: ["runc", "crun"].allSatisfy(isInstalled), "needs runc and crun")) struct OptionTableTests {
  private static let peers = [Peer(name: "runc"), Peer(name: "crun")]

  @Test(arguments: peers, EngineVerbs.names) private func hasTheOptions(of peer: Peer, verb: String) throws {
    guard try peer.has(verb) else { return }
    let own = try #require(EngineVerbs.named(verb)).options
    for option in try peer.options(of: verb) { check(option, own, "\(peer.name) \(verb)") }
  }

  @Test(arguments: peers) private func hasTheOptionsBeforeTheVerb(of peer: Peer) throws {
    let options = try peer.options(of: nil)
    #expect(options.count >= 6)
    for option in options { check(option, GlobalOptions.descriptions, peer.name) }
  }

  private func check(_ option: ListedOption, _ own: [OptionDescription], _ place: String) {
    guard let found = own.first(where: { $0.long == option.name }) else {
      Issue.record("\(place) has --\(option.name)")
      return
    }
    switch found.value {
    case .none: #expect(!option.takesValue, "\(place) --\(option.name)")
    case .required: #expect(option.takesValue, "\(place) --\(option.name)")
    case .optional, .optionalAfterWord: break
    }
  }

  /// The test's own reading of help texts must not find nothing.
  @Test func readsTheHelpOfOthers() throws {
    #expect(
      try Peer(name: "runc").options(of: "exec").contains(ListedOption(name: "additional-gids", takesValue: true)))
    #expect(try Peer(name: "runc").options(of: "create").contains(ListedOption(name: "no-pivot", takesValue: false)))
    #expect(try Peer(name: "crun").options(of: "run").contains(ListedOption(name: "preserve-fds", takesValue: true)))
    #expect(try Peer(name: "crun").options(of: "kill").contains(ListedOption(name: "regex", takesValue: false)))
  }
}

@Suite struct EngineDescriptionTests {
  static let verbs = EngineVerbs.program.verbs

  @Test(arguments: verbs) func isWellFormed(_ verb: VerbDescription) {
    #expect(!verb.abstract.isEmpty && !verb.abstract.hasSuffix("."), "\(verb.name): \(verb.abstract)")
    for option in verb.options {
      #expect(!option.help.isEmpty && !option.help.hasSuffix("."), "\(verb.name) \(option.name): \(option.help)")
    }
    let names = verb.options.compactMap(\.long)
    #expect(Set(names).count == names.count, "an option of \(verb.name) is there twice")
    let letters = verb.options.compactMap(\.short)
    #expect(Set(letters).count == letters.count, "a letter of \(verb.name) is there twice")
  }

  @Test(arguments: verbs) func fitsEightyColumns(_ verb: VerbDescription) {
    let commands = verb.examples.map { "  " + $0.command } + verb.usage.map { " " + $0 }
    for line in HelpPage(verb).text(program: "pangaea-oci \(verb.name)").split(separator: "\n") {
      #expect(line.count <= 80 || commands.contains { line.hasSuffix($0) }, "\(verb.name): \(line)")
    }
  }

  @Test func everyVerbIsReached() {
    #expect(EngineDescriptionTests.verbs.map(\.name) == EngineVerbs.names)
  }
}
