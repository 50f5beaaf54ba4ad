// What the filter of system calls and the sections about placement have to be.

extension Specification.Seccomp {
  func validate(_ place: @autoclosure () -> String) throws(SpecificationError) {
    try check(
      defaultAction != .notify, place() + ".defaultAction",
      "SCMP_ACT_NOTIFY would wait for a listener that nothing could start")
    try validate(defaultErrnoRet, defaultAction, place() + ".defaultErrnoRet")
    for (index, rule) in syscalls.enumerated() {
      var entry: String { (place() + ".syscalls").element(index) }
      try check(!rule.names.isEmpty, entry + ".names", "must name a system call")
      try validate(rule.errnoRet, rule.action, entry + ".errnoRet")
    }
    try check(
      listenerMetadata == nil || listenerPath != nil, place() + ".listenerMetadata", "is for use with listenerPath")
    if let listenerPath { try checkAbsolute(listenerPath, place() + ".listenerPath") }
    try check(
      listenerPath != nil || !syscalls.contains { $0.action == .notify }, place() + ".listenerPath",
      "is required for SCMP_ACT_NOTIFY")
  }

  private func validate(_ number: UInt32?, _ action: Action, _ place: @autoclosure () -> String)
    throws(SpecificationError)
  {
    guard let number else { return }
    try check(action == .fail || action == .trace, place(), "\(action.rawValue) gives no errno")
    try check(number <= 4095, place(), "must be between 0 and 4095")
  }
}

extension Specification.Personality {
  func validate(_ place: @autoclosure () -> String) throws(SpecificationError) {
    try check(flags.isEmpty, place() + ".flags", "there are no flags yet")
  }
}

extension Specification.IntelRDT {
  func validate(_ place: @autoclosure () -> String) throws(SpecificationError) {
    let isName = closID != "." && closID != ".." && (closID == "/" || !(closID?.contains("/") ?? false))
    try check(isName, place() + ".closID", "must be / or the name of a directory")
    try check(memBwSchema?.hasPrefix("MB:") ?? true, place() + ".memBwSchema", "must begin with MB:")
    for (field, line) in [("l3CacheSchema", l3CacheSchema), ("memBwSchema", memBwSchema)] {
      try check(!(line?.utf8.contains(0x0a) ?? false), "\(place()).\(field)", "must be a single line")
    }
    for (index, line) in schemata.enumerated() {
      try check(!line.utf8.contains(0x0a), (place() + ".schemata").element(index), "must be a single line")
    }
  }
}

extension Specification.MemoryPolicy {
  func validate(_ place: @autoclosure () -> String) throws(SpecificationError) {
    try checkNumberList(nodes, place() + ".nodes")
    switch mode {
    case .default, .local: try check(nodes == nil, place() + ".nodes", "\(mode.rawValue) has no nodes")
    case .preferred: break
    case .bind, .interleave, .preferredMany, .weightedInterleave:
      try check(nodes != nil, place() + ".nodes", "is required for \(mode.rawValue)")
    }
  }
}
