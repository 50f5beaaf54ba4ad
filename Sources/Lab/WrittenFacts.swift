// Facts of what a command wrote into a file: the number it found, the processes it listed. The file is read
// through the process's own root, and its numbers are understood as that process's PID namespace gives them.

import Linux
import Processes
import struct SystemPackage.FilePath

extension Observer {
  /// Reads a property that a file holds; a relative path starts at the terminals' home directory.
  func readWritten(_ property: Property, by process: ProcessValue, _ arguments: [Argument]) throws(Unknown) -> Value {
    let path = arguments[0].hasPrefix("/") ? arguments[0] : "\(LabWorldPlan.home.string)/\(arguments[0])"
    let bytes = try procFile(process, "root\(path)")
    let text = String(decoding: bytes, as: UTF8.self)
    switch property {
    case .rows: return .processes(try processes(listedIn: text, by: process))
    case .column: return .number(try cell(of: arguments[1], under: arguments[2], in: text))
    case .number:
      let digits = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
      let whole = digits.split(separator: ".").first.map(String.init) ?? ""
      guard let number = Int(whole) else { throw .missing("no number is in \(arguments[0])") }
      return .number(number)
    default: return .text(String(text.reversed().drop(while: \.isNewline).reversed()))
    }
  }

  /// The processes whose PIDs stand in the column PID of a table with a header.
  private func processes(listedIn text: String, by process: ProcessValue) throws(Unknown) -> Set<ProcessValue> {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard let column = lines.first?.firstIndex(of: "PID") else { throw .missing("the table has no column PID") }
    let numbers = lines.dropFirst().compactMap { $0.count > column ? Int32($0[column]) : nil }
    let level = try field(try record(process, .status).status, "status").processIDs.count - 1
    let table = try table(range(of: process), [.status])
    guard case .namespace(let own) = try readNamespaces(.namespace, of: process, ["pid"]) else { return [] }
    let link = own.link
    var known: [Int32: ProcessValue] = [:]
    for record in table.records where isNested(record, in: link) {
      let inside = record.status.value?.processIDs ?? []
      if inside.count > level { known[inside[level]] = value(of: record) }
    }
    return Set(numbers.map { known[$0] ?? ended($0) })
  }

  /// The number under a header, in the row of the first command that begins so.
  private func cell(of command: String, under header: String, in text: String) throws(Unknown) -> Int {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard let headers = lines.first, let column = headers.firstIndex(of: header) else {
      throw .missing("the table has no column \(header)")
    }
    let row = lines.dropFirst().first {
      $0.count >= headers.count && $0[(headers.count - 1)...].joined(separator: " ").hasPrefix(command)
    }
    guard let row, let number = Int(row[column]) else { throw .missing("no row of the table is of \"\(command)\"") }
    return number
  }

  /// A process that was listed and has ended since.
  private func ended(_ number: Int32) -> ProcessValue {
    ProcessValue(identity: ProcessIdentity(processID: -number, startTime: 0), worldID: number, name: "(ended)")
  }
}
