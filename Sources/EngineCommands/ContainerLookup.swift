// Which containers an engine means, and its failures with them.

internal import Containers
internal import Linux

extension ContainerStore {
  /// The container of a name, or those whose name a pattern matches.
  func containers(_ text: String, isPattern: Bool) throws(ContainerError) -> [Container] {
    guard isPattern else { return [try container(named: text)] }
    guard let pattern = RegularExpression(text) else { throw .refused("invalid regular expression: \(text)") }
    return try list().filter { pattern.matches($0.identifier.text) }
  }
}

extension EngineCall {
  /// The container of a name, or those whose name a pattern matches.
  ///
  /// - Throws: `EngineFailure` where there is none of that name, or the pattern is none.
  func containers(_ text: String, isPattern: Bool) throws(EngineFailure) -> [Container] {
    try attempt { () throws(ContainerError) in try store.containers(text, isPattern: isPattern) }
  }

  /// Does something with containers; what fails is told in one line.
  func attempt<Result>(_ body: () throws(ContainerError) -> Result) throws(EngineFailure) -> Result {
    do throws(ContainerError) {
      return try body()
    } catch {
      throw EngineFailure(error)
    }
  }
}

extension EngineFailure {
  /// Describes what cannot be done with a container.
  init(_ error: ContainerError) {
    self.init(error.description)
  }
}
