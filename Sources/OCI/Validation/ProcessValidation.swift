// What the process section and the hooks have to be.

extension Specification.Process {
  /// Makes sure that the section is one that a runtime may carry out, as `Specification.validate()` does.
  ///
  /// - Throws: `SpecificationError` at the first place that is wrong, by its path in the section.
  public func validate() throws(SpecificationError) { try validate("") }

  /// - Parameter section: the path of the section; empty where it stands by itself.
  func validate(_ section: String) throws(SpecificationError) {
    var place: String { section.isEmpty ? "" : section + "." }
    try checkAbsolute(cwd, place + "cwd")
    try check(!args.isEmpty, place + "args", "must name a program")
    try validateLimits(place + "rlimits")
    try scheduler?.validate(place + "scheduler")
    try checkNumberList(execCPUAffinity?.initial, place + "execCPUAffinity.initial")
    try checkNumberList(execCPUAffinity?.final, place + "execCPUAffinity.final")
  }

  private func validateLimits(_ place: @autoclosure () -> String) throws(SpecificationError) {
    for (index, limit) in rlimits.enumerated() {
      try check(
        !rlimits[..<index].contains { $0.type == limit.type }, place().element(index) + ".type",
        "\(limit.type.rawValue) is given twice")
      try check(
        limit.soft <= limit.hard, place().element(index) + ".soft", "must not be greater than hard (\(limit.hard))")
    }
  }
}

extension Specification.Scheduler {
  fileprivate func validate(_ place: @autoclosure () -> String) throws(SpecificationError) {
    try check((-20...19).contains(nice), place() + ".nice", "must be between -20 and 19")
    let isRealtime = policy == .fifo || policy == .roundRobin
    try check(
      isRealtime ? (1...99).contains(priority) : priority == 0, place() + ".priority",
      isRealtime ? "must be between 1 and 99" : "is for SCHED_FIFO and SCHED_RR alone")
    try check(
      policy == .deadline || (runtime == 0 && deadline == 0 && period == 0), place(),
      "runtime, deadline and period are for SCHED_DEADLINE alone")
  }
}

extension Specification.Capabilities {
  /// The names in any of the sets that are not known, each once and in order. A runtime warns of them.
  ///
  /// - Parameter known: the names that are known, for example `CAP_KILL`.
  public func names(besides known: Set<String>) -> [String] {
    let all = Set(bounding + effective + inheritable + permitted + ambient)
    return all.subtracting(known).sorted()
  }
}

extension Specification.Hooks {
  /// The hooks by the names of their times, in the order in which they run.
  public var byName: [(name: String, hooks: [Specification.Hook])] {
    [
      ("prestart", prestart), ("createRuntime", createRuntime), ("createContainer", createContainer),
      ("startContainer", startContainer), ("poststart", poststart), ("poststop", poststop),
    ]
  }

  func validate() throws(SpecificationError) {
    for (name, hooks) in byName {
      for (index, hook) in hooks.enumerated() {
        var place: String { "hooks.\(name)".element(index) }
        try checkAbsolute(hook.path, place + ".path")
        try check(hook.timeout.map { $0 > 0 } ?? true, place + ".timeout", "must be greater than 0")
      }
    }
  }
}
