// Two ways to read what processes are in, and whether they say the same where this process is: in a PID namespace of its
// own the numbers are others than the machine's.

internal import Linux
internal import Namespaces
internal import Processes

/// Prints `ready` when one reading of all tasks says what the links of each process say, else the first difference.
func compareReadings() {
  do throws(SystemCallError) {
    let table = try ProcessTable(reading: .namespaces)
    try FileDescriptor.standardOutput.write(try difference(of: table) ?? "ready \(table.records.count)\n")
    pause(nanoseconds: 60_000_000_000)
  } catch {
    print(error)
  }
}

private func difference(of table: ProcessTable) throws(SystemCallError) -> String? {
  let inventory = try NamespaceInventory()
  for record in table.records {
    let links = ProcessTable(of: [record.processID], reading: .namespaces)[record.processID]?.namespaces.value
    for kind in NamespaceKind.allCases {
      guard let link = links?.link(kind) else { return "no \(kind) of \(record.processID)\n" }
      if record.namespaces.value?[kind] != link.inode { return "\(kind) of \(record.processID) is \(link)\n" }
      let members = inventory[link]?.members ?? []
      if !members.contains(record.processID) { return "\(record.processID) is not a member of \(link)\n" }
    }
  }
  return nil
}
