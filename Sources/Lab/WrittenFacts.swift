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
    let table = try asking { () throws(SystemCallError) in try ProcessTable(reading: [.status]) }
    var known: [Int32: ProcessValue] = [:]
    for record in table.records where isBelow(process, record, in: table) {
      let inside = record.status.value?.processIDs ?? []
      if inside.count > level { known[inside[level]] = value(of: record) }
    }
    return Set(numbers.map { known[$0] ?? ended($0) })
  }

  /// A process that was listed and has ended since.
  private func ended(_ number: Int32) -> ProcessValue {
    ProcessValue(identity: ProcessIdentity(processID: -number, startTime: 0), worldID: number, name: "(ended)")
  }

  /// Whether a process is in the world at all.
  private func isBelow(_ process: ProcessValue, _ record: ProcessRecord, in table: ProcessTable) -> Bool {
    var current = record.processID
    for _ in 0..<table.records.count {
      if current == initProcess.processID { return true }
      guard let parent = table[current]?.parentID, parent != 0 else { return false }
      current = parent
    }
    return false
  }
}
