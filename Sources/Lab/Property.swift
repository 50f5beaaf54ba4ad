// The vocabulary of facts: every property that a course can ask for, of what, with which arguments.

/// Something that can be read of a process, of a set of processes or of a namespace.
///
/// The raw value is the word in a course.
enum Property: String, Hashable, Sendable, CaseIterable {
  // Of a process: its place in the family.
  case parent, children, child, descendants, foreground, session, threads, thread
  case pid, innerPID, machinePID, pidLevels, startTime
  // Of a process: what it is and does.
  case alive, name, executable, arguments, state, systemCall, pendingSignals, cpuPercent
  // Of a process: what it inherited.
  case credentials, userID, workingDirectory, root, umask, limits, terminal, controlGroups
  case environment, environmentBlock
  // Of a process: its namespaces and what they show.
  case namespace, namespaces, namespaceForChildren
  case hostname, domainname, mounts, interfaces, userMap, innerUserID, clockOffset
  // Of a process: what its command wrote, and what its cgroup counts.
  case file, number, rows, column, counter
  // Of a set of processes.
  case count, roots, strays
  // Of a namespace.
  case members, visible, outer, owner, exists, descriptors, boundFiles

  var receiver: FactType {
    switch self {
    case .count, .roots, .strays: .processes
    case .members, .visible, .outer, .owner, .exists, .descriptors, .boundFiles: .namespace
    default: .process
    }
  }

  var result: FactType {
    switch self {
    case .parent, .child, .foreground, .session, .thread: .process
    case .children, .descendants, .rows, .roots, .strays, .members, .visible, .threads: .processes
    case .pid, .innerPID, .machinePID, .pidLevels, .startTime, .userID, .innerUserID, .mounts, .interfaces,
      .clockOffset, .number, .column, .counter, .count, .cpuPercent, .descriptors, .boundFiles:
      .number
    case .alive, .exists: .flag
    case .credentials, .limits, .controlGroups, .environmentBlock, .namespaces: .record
    case .namespace, .namespaceForChildren, .outer, .owner: .namespace
    case .name, .executable, .arguments, .state, .systemCall, .pendingSignals, .workingDirectory, .root, .umask,
      .terminal, .environment, .hostname, .domainname, .userMap, .file:
      .text
    }
  }

  /// What its arguments stand for, in the words of an error.
  var parameters: [String] {
    switch self {
    case .thread: ["which, from 1"]
    case .child: ["the beginning of a command line"]
    case .environment: ["a variable"]
    case .namespace, .namespaceForChildren: ["a kind of namespace"]
    case .file, .number, .rows: ["a file"]
    case .mounts: ["a path"]
    case .clockOffset: ["a clock"]
    case .column: ["a file", "the beginning of a command line", "a column's header"]
    case .counter: ["a counter"]
    default: []
    }
  }
}
