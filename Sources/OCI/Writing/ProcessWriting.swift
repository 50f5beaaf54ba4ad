// The process section as JSON.

internal import JSON

extension Specification.Process: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.unlessFalse("terminal", terminal)
    json.optional("consoleSize", consoleSize)
    json.optional("user", user)
    json.unlessEmpty("args", args)
    json.unlessEmpty("env", env)
    json.member("cwd", cwd)
    json.optional("capabilities", capabilities)
    json.unlessEmpty("rlimits", rlimits)
    json.unlessFalse("noNewPrivileges", noNewPrivileges)
    json.optional("apparmorProfile", apparmorProfile)
    json.optional("oomScoreAdj", oomScoreAdj)
    json.optional("scheduler", scheduler)
    json.optional("selinuxLabel", selinuxLabel)
    json.optional("ioPriority", ioPriority)
    json.optional("execCPUAffinity", execCPUAffinity)
  }
}

extension Specification.ConsoleSize: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("height", height)
    json.member("width", width)
  }
}

extension Specification.User: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("uid", uid)
    json.member("gid", gid)
    json.optional("umask", umask)
    if additionalGids.isEmpty { return }
    json.member("additionalGids") { $0.array { json in additionalGids.forEach { json.value($0) } } }
  }
}

extension Specification.Capabilities: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.unlessEmpty("bounding", bounding)
    json.unlessEmpty("effective", effective)
    json.unlessEmpty("inheritable", inheritable)
    json.unlessEmpty("permitted", permitted)
    json.unlessEmpty("ambient", ambient)
  }
}

extension Specification.ResourceLimit: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("type", type.rawValue)
    json.member("hard", hard)
    json.member("soft", soft)
  }
}

extension Specification.Scheduler: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("policy", policy.rawValue)
    json.unlessZero("nice", nice)
    json.unlessZero("priority", priority)
    json.unlessEmpty("flags", flags)
    json.unlessZero("runtime", runtime)
    json.unlessZero("deadline", deadline)
    json.unlessZero("period", period)
  }
}

extension Specification.IOPriority: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("class", `class`.rawValue)
    json.member("priority", priority)
  }
}

extension Specification.CPUAffinity: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("initial", initial)
    json.optional("final", final)
  }
}
