// What all validations share: a condition and the words for its opposite, paths, lists of numbers.

internal import JSON

/// Makes sure of something.
///
/// - Throws: `SpecificationError` at the place where it does not hold.
func check(_ holds: Bool, _ path: @autoclosure () -> String, _ problem: @autoclosure () -> String)
  throws(SpecificationError)
{ if !holds { throw SpecificationError(path: path(), problem: problem()) } }

/// Makes sure that a path begins at the root.
func checkAbsolute(_ path: String, _ place: @autoclosure () -> String) throws(SpecificationError) {
  try check(path.hasPrefix("/"), place(), "must be an absolute path, not \"\(path)\"")
}

/// Makes sure of a list such as `0-3,7`, as cpuset(7) has it.
func checkNumberList(_ text: String?, _ place: @autoclosure () -> String) throws(SpecificationError) {
  guard let text else { return }
  try check(
    text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy(isNumberOrRange), place(),
    "must be a list such as 0-3,7, not \"\(text)\"")
}

private func isNumberOrRange(_ text: Substring) -> Bool {
  let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { end in
    UInt32(end.drop { $0 == " " })
  }
  guard let first = ends.first ?? nil, let last = ends.last ?? nil else { return false }
  return first <= last
}

extension String {
  /// How a member of a map is named in a path: `sysctl["net.core.somaxconn"]`.
  func member(_ name: String) -> String { self + JSONPath.step(name, after: self) }

  /// How an element of a list is named in a path: `mounts[3]`.
  func element(_ index: Int) -> String { "\(self)[\(index)]" }
}
