// The lists that select processes: of PIDs, users, groups, names, terminals, as ps reads them.

internal import Linux
internal import Processes

extension StatusRequestParser {
  /// Members are separated by one blank, tab or comma each.
  private func members(_ text: String) throws(StatusRequestError) -> [Substring] {
    let members = text.split(omittingEmptySubsequences: false) { $0 == " " || $0 == "," || $0 == "\t" }
    if members.contains(where: \.isEmpty) { throw StatusRequestError("improper list") }
    return members
  }

  func process(_ text: Substring) throws(StatusRequestError) -> Int32 {
    guard let number = CNumber.parse(text) else { throw StatusRequestError("process ID list syntax error") }
    guard number >= 1, number <= 0x7fff_ffff else { throw StatusRequestError("process ID out of range") }
    return Int32(number)
  }

  func processes(_ text: String) throws(StatusRequestError) -> [Int32] {
    var numbers: [Int32] = []
    for member in try members(text) { numbers.append(try process(member)) }
    return numbers
  }

  func names(_ text: String) throws(StatusRequestError) -> [[UInt8]] {
    try members(text).map { Array($0.utf8.prefix(63)) }
  }

  func users(_ text: String) throws(StatusRequestError) -> [UInt32] {
    try accounts(text, "user") { Accounts().user(named: $0)?.id }
  }

  func groups(_ text: String) throws(StatusRequestError) -> [UInt32] {
    try accounts(text, "group") { Accounts().group(named: $0)?.id }
  }

  private func accounts(
    _ text: String, _ kind: String, _ find: (String) -> UInt32?
  ) throws(StatusRequestError) -> [UInt32] {
    var numbers: [UInt32] = []
    for member in try members(text) {
      if let number = CNumber.parse(member) {
        guard number <= 0xffff_fffe || request.isNegated else { throw StatusRequestError("\(kind) ID out of range") }
        numbers.append(UInt32(truncatingIfNeeded: number))
      } else if let number = find(String(member)) {
        numbers.append(number)
      } else if request.isNegated {
        numbers.append(.max)
      } else {
        throw StatusRequestError("\(kind) name does not exist")
      }
    }
    return numbers
  }

  func terminals(_ text: String) throws(StatusRequestError) -> [UInt32] {
    var numbers: [UInt32] = []
    for member in try members(text) { numbers.append(try TerminalSearch.find(String(member)).rawValue) }
    return numbers
  }
}
