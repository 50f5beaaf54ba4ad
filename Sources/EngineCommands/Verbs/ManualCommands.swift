// `complete` and `generate`: what shells ask, and what an installation wants. Both are left out of the list of verbs.

internal import CommandDescription
internal import Containers
internal import Linux
internal import struct SystemPackage.FilePath

/// The hidden verb `complete`.
enum CompleteCommand: EngineVerb {
  static var options: [OptionDescription] { [] }

  static var description: VerbDescription {
    VerbDescription(
      name: "complete", abstract: "say what can come next on a command line", usage: ["-- WORD..."], isHidden: true)
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    let words = try call.read(self, operands: 0...Int.max, stopsAtOperand: true)
    guard let words else { return 0 }
    let completion = Completion(words, of: EngineVerbs.program) { source in
      source == .container ? containers(call.store) : []
    }
    try StandardOutput.write(completion.text)
    return 0
  }

  private static func containers(_ store: ContainerStore) -> [Completion.Candidate] {
    do throws(ContainerError) {
      return try store.list().map { (container) throws(ContainerError) in
        Completion.Candidate(word: container.identifier.text, meaning: try container.status().rawValue)
      }
    } catch {
      return []
    }
  }
}

/// The hidden verb `generate`.
enum GenerateCommand: EngineVerb {
  static var options: [OptionDescription] { [] }

  static var description: VerbDescription {
    VerbDescription(
      name: "generate", abstract: "write manual pages and completions below a share directory", usage: ["DIRECTORY"],
      operands: .directory, isHidden: true)
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    guard let operands = try call.read(self) else { return 0 }
    do throws(SystemCallError) {
      try ShareDirectory(FilePath(operands[0])).write(EngineVerbs.program)
    } catch {
      throw EngineFailure(error, doing: "write below \(operands[0])")
    }
    return 0
  }
}
