// What is wrong with a JSON text, and where: the byte, from which the place in the value is found out.

/// A text that is not JSON, or not the JSON that was asked for.
public struct JSONError: Error, Hashable, Sendable {
  /// The number of bytes before the place at which the trouble was seen.
  public var offset: Int
  /// The trouble in a few words, for example `must be a string, not a number`.
  public var problem: String
  /// The member that the trouble is about where it isn't there: it belongs to the object at `offset`.
  public var missingMember: String?

  /// An error at a place.
  public init(offset: Int, problem: String, missingMember: String? = nil) {
    self.offset = offset
    self.problem = problem
    self.missingMember = missingMember
  }

  /// Where the error is in the value that the text writes down, for example `linux.resources.cpu.quota` or
  /// `mounts[3].options[0]`; empty for the outermost value.
  ///
  /// - Parameter bytes: the text that was read. It is gone through again up to the error, which costs nothing as long
  ///   as there are no errors.
  public func path(in bytes: [UInt8]) -> String {
    let path = JSONPath(leadingTo: offset, in: bytes).description
    guard let missingMember else { return path }
    return path.isEmpty ? missingMember : path + "." + missingMember
  }
}
