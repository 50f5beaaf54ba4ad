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
    var startStack: UInt64?
  }

  private let readsEnvironment: Bool
  private var reader: ProcessReader
  private var stats = StatReader()
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
  ///   - known: what was seen of the program that is meant; nil where nothing was.
  ///   - execution: what the kernel told of it; nil where it did not.
  ///   - isReplaced: whether it is another program, or process, by now: then nothing can be read of it.
  ///   - mayBeReplaced: asked the same after the reading.
  /// - Returns: a program that is missing when the process was faster.
  mutating func read(
    _ processID: Int32, parentID: Int32?, at time: UInt64, as known: ProcessStat? = nil,
    told execution: ProcessExecution? = nil, isReplaced: Bool = false,
    mayBeReplaced: (Int32) -> Bool = { _ in false }
  ) -> ProcessProgram {
    var program = ProcessProgram(time: time)
    // What was known of it is not what it is now.
    living[processID] = nil
    let found: Known? =
      if let execution, let line = execution.commandLine {
        read(&program, processID, execution, line, parentID.flatMap { living[$0] }) { isReplaced || mayBeReplaced($0) }
      } else if isReplaced {
        nil
      } else {
        read(&program, processID, as: known, mayBeReplaced)
      }
    guard var known = found else { return program }
    if let parent = parentID.flatMap({ living[$0] ?? read(known: $0, mayBeReplaced) }) {
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

  /// What the kernel told, and what can still be read besides.
  private func read(
    _ program: inout ProcessProgram, _ processID: Int32, _ execution: ProcessExecution, _ line: CommandLine,
    _ parent: Known?, _ mayBeReplaced: (Int32) -> Bool
  ) -> Known {
    program.commandLine = line
    var known = Known(
      namespaces: execution.namespaces, place: execution.place, startStack: execution.startStack.ifKnown)
    let parents = parent?.place == execution.place ? parent?.directory : nil
    let executable = link(processID, "exe")
    let directory = parents == nil ? link(processID, "cwd") : nil
    let environment = readsEnvironment ? environment(of: processID) : nil
    if !mayBeReplaced(processID) {
      program.executable = executable
      known.environment = environment
      known.directory = directory
    }
    known.directory = parents ?? known.directory
    program.workingDirectory = known.directory
    return known
  }

  /// - Returns: nil when the process was faster.
  private mutating func read(
    _ program: inout ProcessProgram, _ processID: Int32, as known: ProcessStat?, _ mayBeReplaced: (Int32) -> Bool
  ) -> Known? {
    guard let record = record(of: processID), let line = record.commandLine.value, !line.isEmpty,
      known.map(record.stat.isSameProgram) ?? true, !mayBeReplaced(processID)
    else { return nil }
    program.commandLine = line
    program.executable = record.executable.value
    program.workingDirectory = record.workingDirectory.value?.target
    return Known(record)
  }

  private func environment(of processID: Int32) -> Environment? {
    do throws(SystemCallError) {
      return try ProcessRecord.read(processID, .environment).environment.value
    } catch {
      return nil  // It was faster.
    }
  }

  private func link(_ processID: Int32, _ name: String) -> [UInt8]? {
    do throws(SystemCallError) {
      return try Procfs.machine.directory.readLink(FilePath("\(processID)/\(name)"))
    } catch {
      return nil  // It was faster.
    }
  }

  /// Where the stack of a process began when it was read, which each exec chooses anew and no program changes afterwards;
  /// nil where that is not known.
  func startStack(of processID: Int32) -> UInt64? { living[processID]?.startStack }

  /// Whether a process has executed since it was read; nil where that cannot be said.
  func hasExecuted(_ stat: ProcessStat) -> Bool? {
    guard let before = startStack(of: stat.processID), let now = stat.startStack.ifKnown else { return nil }
    return before != now
  }

  /// A child is what its parent is, until it executes.
  mutating func inherit(_ processID: Int32, from parentID: Int32) {
    living[processID] = living[parentID]
  }

  /// It has ended.
  mutating func forget(_ processID: Int32) {
    living[processID] = nil
  }

  private mutating func read(known processID: Int32, _ mayBeReplaced: (Int32) -> Bool) -> Known? {
    guard let record = record(of: processID), !mayBeReplaced(processID) else { return nil }
    let known = Known(record)
    living[processID] = known
    return known
  }

  /// - Returns: nil when the process was faster, be it that it ended or that it became another program meanwhile.
  private mutating func record(of processID: Int32) -> ProcessRecord? {
    do throws(SystemCallError) {
      guard let record = try reader.read(processID, in: Procfs.machine.directory),
        let last = try stats.read(processID, in: Procfs.machine.directory), last.identity == record.identity,
        last.isSameProgram(as: record.stat)
      else { return nil }
      return record
    } catch {
      return nil
    }
  }
}

extension ProgramReader.Known {
  fileprivate init(_ record: ProcessRecord) {
    self.init(
      environment: record.environment.value, namespaces: record.namespaces.value,
      directory: record.workingDirectory.value?.target, place: nil,
      startStack: record.stat.startStack.ifKnown)
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

extension UInt64 {
  /// An address; nil for 0, which the kernel shows to who may not know it.
  fileprivate var ifKnown: UInt64? { self == 0 ? nil : self }
}
