// The linux section as JSON, but for its limits.

internal import JSON

extension Specification.LinuxSection: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.unlessEmpty("uidMappings", uidMappings)
    json.unlessEmpty("gidMappings", gidMappings)
    json.unlessEmpty("sysctl", sysctl)
    json.optional("resources", resources)
    json.optional("cgroupsPath", cgroupsPath)
    json.unlessEmpty("namespaces", namespaces)
    json.unlessEmpty("devices", devices)
    json.unlessEmpty("netDevices", netDevices)
    json.optional("seccomp", seccomp)
    json.optional("rootfsPropagation", rootfsPropagation?.rawValue)
    json.unlessEmpty("maskedPaths", maskedPaths)
    json.unlessEmpty("readonlyPaths", readonlyPaths)
    json.optional("mountLabel", mountLabel)
    json.optional("intelRdt", intelRdt)
    json.optional("memoryPolicy", memoryPolicy)
    json.optional("personality", personality)
    let offsets = timeOffsets.map { ($0.key.rawValue, $0.value) }
    json.unlessEmpty("timeOffsets", Dictionary(uniqueKeysWithValues: offsets))
  }
}

extension Specification.Namespace: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("type", type.rawValue)
    json.optional("path", path)
  }
}

extension Specification.TimeOffset: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("secs", secs)
    json.unlessZero("nanosecs", nanosecs)
  }
}

extension Specification.NetworkDevice: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("name", name)
  }
}

extension Specification.Device: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("path", path)
    json.member("type", type.rawValue)
    json.member("major", major)
    json.member("minor", minor)
    json.optional("fileMode", fileMode)
    json.optional("uid", uid)
    json.optional("gid", gid)
  }
}

extension Specification.Seccomp: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("defaultAction", defaultAction.rawValue)
    json.optional("defaultErrnoRet", defaultErrnoRet)
    json.unlessEmpty("architectures", architectures)
    json.unlessEmpty("flags", flags)
    json.optional("listenerPath", listenerPath)
    json.optional("listenerMetadata", listenerMetadata)
    json.unlessEmpty("syscalls", syscalls)
  }
}

extension Specification.SystemCallRule: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("names", names)
    json.member("action", action.rawValue)
    json.optional("errnoRet", errnoRet)
    json.unlessEmpty("args", args)
  }
}

extension Specification.ArgumentRule: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("index", index)
    json.member("value", value)
    json.unlessZero("valueTwo", valueTwo)
    json.member("op", op.rawValue)
  }
}

extension Specification.Personality: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("domain", domain.rawValue)
    json.unlessEmpty("flags", flags)
  }
}

extension Specification.IntelRDT: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("closID", closID)
    json.unlessEmpty("schemata", schemata)
    json.optional("l3CacheSchema", l3CacheSchema)
    json.optional("memBwSchema", memBwSchema)
    json.unlessFalse("enableMonitoring", enableMonitoring)
  }
}

extension Specification.MemoryPolicy: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("mode", mode.rawValue)
    json.optional("nodes", nodes)
    json.unlessEmpty("flags", flags)
  }
}
