// Reads what a process is just after its exec, and compares it with its parent: at once, since many live a millisecond.

internal import Linux
internal import struct SystemPackage.FilePath

/// Reads new programs, and keeps of the living ones what their children are compared with.
struct ProgramReader {
  /// What is kept of a process while it lives.
  fileprivate struct Known {
    var environment: Environment?
    var namespaces: NamespaceLinks?
    var directory: [UInt8]?
    var place: ProcessExecution.Place?
  }

  private let readsEnvironment: Bool
  private var reader: ProcessReader
  private var environmentReader = ProcessReader(.environment)
  private var living: [Int32: Known] = [:]

  /// - Parameter readsEnvironment: whether environments are compared, too.
  init(readsEnvironment: Bool) {
    self.readsEnvironment = readsEnvironment
    var fields: ProcessFields = [.commandLine, .executable, .workingDirectory, .namespaces]
    if readsEnvironment { fields.insert(.environment) }
    reader = ProcessReader(fields)
  }

  /// Reads a process.
  ///
  /// - Parameters:
  ///   - parentID: who begot it; nil where that is not known.
  ///   - execution: what the kernel told of it; nil where it did not.
  ///   - isOutrun: whether it has executed once more, so that what it became cannot be read any more.
  /// - Returns: a program that is missing when the process was faster.
  mutating func read(
    _ processID: Int32, parentID: Int32?, at time: UInt64, told execution: ProcessExecution? = nil,
    isOutrun: Bool = false
  ) -> ProcessProgram {
    var program = ProcessProgram(time: time)
    let parent = parentID.flatMap { living[$0] ?? read(known: $0) }
    guard
      var known = isOutrun && execution?.commandLine == nil
        ? nil : find(&program, processID, parent, told: execution, isOutrun: isOutrun)
    else { return program }
    if let parent {
      // Kept once, however many have the same.
      if known.environment == parent.environment { known.environment = parent.environment }
      program.environment = known.difference(from: parent)
      program.departures = known.departures(from: parent)
      program.hasMoved = known.directory != nil && parent.directory != nil && known.directory != parent.directory
    }
    living[processID] = known
    program.cut()
    return program
  }

  /// - Returns: nil when the process was faster.
  private mutating func find(
    _ program: inout ProcessProgram, _ processID: Int32, _ parent: Known?, told execution: ProcessExecution?,
    isOutrun: Bool
  ) -> Known? {
    guard let execution, let line = execution.commandLine else { return find(&program, processID) }
    program.commandLine = line
    var known = Known(namespaces: execution.namespaces, place: execution.place)
    if let parent, parent.place == execution.place { known.directory = parent.directory }
    if !isOutrun {
      program.executable = link(processID, "exe")
      if known.directory == nil { known.directory = link(processID, "cwd") }
      if readsEnvironment { known.environment = record(of: processID, &environmentReader)?.environment.value }
    }
    program.workingDirectory = known.directory
    return known
  }

  private mutating func find(_ program: inout ProcessProgram, _ processID: Int32) -> Known? {
    guard let record = record(of: processID, &reader), let line = record.commandLine.value, !line.isEmpty else {
      return nil
    }
    program.commandLine = line
    program.executable = record.executable.value
    program.workingDirectory = record.workingDirectory.value?.target
    return Known(record)
  }

  private func link(_ processID: Int32, _ name: String) -> [UInt8]? {
    do throws(SystemCallError) {
      return try Procfs.machine.directory.readLink(FilePath("\(processID)/\(name)"))
    } catch {
      return nil  // It was faster.
    }
  }

  /// A child is what its parent is, until it executes.
  mutating func inherit(_ processID: Int32, from parentID: Int32) {
    living[processID] = living[parentID]
  }

  /// It has ended.
  mutating func forget(_ processID: Int32) {
    living[processID] = nil
  }

  private mutating func read(known processID: Int32) -> Known? {
    guard let record = record(of: processID, &reader) else { return nil }
    let known = Known(record)
    living[processID] = known
    return known
  }

  private func record(of processID: Int32, _ reader: inout ProcessReader) -> ProcessRecord? {
    do throws(SystemCallError) {
      return try reader.read(processID, in: Procfs.machine.directory)
    } catch {
      return nil  // It was faster.
    }
  }
}

extension ProgramReader.Known {
  fileprivate init(_ record: ProcessRecord) {
    self.init(
      environment: record.environment.value, namespaces: record.namespaces.value,
      directory: record.workingDirectory.value?.target, place: nil)
  }

  fileprivate func difference(from parent: Self) -> Environment.Difference? {
    guard let environment, let before = parent.environment else { return nil }
    return environment == before ? Environment.Difference() : environment.difference(from: before)
  }

  fileprivate func departures(from parent: Self) -> [NamespaceLink] {
    guard let namespaces, let before = parent.namespaces else { return [] }
    return NamespaceKind.allCases.compactMap { kind in
      guard let own = namespaces.link(kind), let other = before.link(kind), own != other else { return nil }
      return own
    }
  }
}
