// How busy the machine as a whole is: the meters above the processes.

internal import Linux
internal import Processes

/// The machine's processors and memory at one moment.
struct MachineLoad {
  /// Percent of all processors since the look before.
  private(set) var cpuShare = 0.0
  /// In KiB.
  private(set) var memoryTotal: UInt64 = 1
  /// In KiB: what could not be had without taking it from somebody.
  private(set) var memoryUsed: UInt64 = 0
  /// Of the last minute, five and fifteen, as /proc/loadavg writes them.
  private(set) var averages = ""
  private var busyTicks: UInt64 = 0
  private var allTicks: UInt64 = 0

  /// Reads the machine's files; what cannot be read stays as it was.
  mutating func look(_ source: Procfs = .machine) {
    if let text = content("stat", source) { readProcessors(text) }
    if let text = content("meminfo", source) { readMemory(text) }
    if let text = content("loadavg", source) {
      averages = text.split(separator: " ").prefix(3).joined(separator: " ")
    }
  }

  private func content(_ name: StaticString, _ source: Procfs) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    do throws(SystemCallError) {
      let count = try source.directory.readBeginning(of: NumberedPath(name), into: &buffer)
      return String(decoding: buffer[..<count], as: UTF8.self)
    } catch {
      return nil
    }
  }

  /// The first line: user, nice, system, idle, iowait, irq, softirq, steal.
  ///
  /// Source: proc_stat(5).
  mutating func readProcessors(_ text: String) {
    let numbers = (text.split(separator: "\n").first ?? "").split(separator: " ").dropFirst().prefix(8)
      .map { UInt64($0) ?? 0 }
    guard numbers.count >= 5 else { return }
    let all = numbers.reduce(0, &+)
    let busy = all &- numbers[3] &- numbers[4]
    if allTicks > 0, all > allTicks, busy >= busyTicks {
      cpuShare = Double(busy - busyTicks) / Double(all - allTicks) * 100
    }
    (busyTicks, allTicks) = (busy, all)
  }

  /// Source: proc_meminfo(5).
  mutating func readMemory(_ text: String) {
    var available: UInt64?
    for line in text.split(separator: "\n").prefix(8) {
      let words = line.split(separator: " ")
      guard words.count > 1, let number = UInt64(words[1]) else { continue }
      if words[0] == "MemTotal:" { memoryTotal = max(number, 1) }
      if words[0] == "MemAvailable:" { available = number }
    }
    if let available { memoryUsed = memoryTotal >= available ? memoryTotal - available : 0 }
  }
}
