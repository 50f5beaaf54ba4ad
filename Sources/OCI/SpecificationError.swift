// What is wrong with a configuration, said in a way that its writer finds the place.

/// A configuration that can't be carried out as it is written.
public struct SpecificationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The place, for example `linux.resources.cpu.quota` or `mounts[3].destination`; empty for the whole text.
  public var path: String
  /// What is wrong there, for example `must be an integer, not a string`.
  public var problem: String
  /// The number of bytes before the place, where a text was read; nil where a value was looked at.
  public var offset: Int?

  /// An error at a place.
  public init(path: String, problem: String, offset: Int? = nil) {
    self.path = path
    self.problem = problem
    self.offset = offset
  }

  public var description: String {
    let place = offset.map { " (at byte \($0))" } ?? ""
    return (path.isEmpty ? problem : "\(path): \(problem)") + place
  }
}
