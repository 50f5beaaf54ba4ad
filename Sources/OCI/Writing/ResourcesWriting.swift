// Limits as JSON.

internal import JSON

extension Specification.Resources: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.unlessEmpty("devices", devices)
    json.optional("memory", memory)
    json.optional("cpu", cpu)
    json.optional("pids", pids)
    json.optional("blockIO", blockIO)
    json.unlessEmpty("hugepageLimits", hugepageLimits)
    json.optional("network", network)
    json.unlessEmpty("rdma", rdma)
    json.unlessEmpty("unified", unified)
  }
}

extension Specification.DeviceRule: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("allow", allow)
    if type != .all { json.member("type", type.rawValue) }
    json.optional("major", major)
    json.optional("minor", minor)
    json.optional("access", access)
  }
}

extension Specification.Memory: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("limit", limit)
    json.optional("reservation", reservation)
    json.optional("swap", swap)
    json.optional("kernel", kernel)
    json.optional("kernelTCP", kernelTCP)
    json.optional("swappiness", swappiness)
    json.optional("disableOOMKiller", disableOOMKiller)
    json.optional("useHierarchy", useHierarchy)
    json.optional("checkBeforeUpdate", checkBeforeUpdate)
  }
}

extension Specification.CPU: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("shares", shares)
    json.optional("quota", quota)
    json.optional("burst", burst)
    json.optional("period", period)
    json.optional("realtimeRuntime", realtimeRuntime)
    json.optional("realtimePeriod", realtimePeriod)
    json.optional("cpus", cpus)
    json.optional("mems", mems)
    json.optional("idle", idle)
  }
}

extension Specification.PIDs: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("limit", limit)
  }
}

extension Specification.BlockIO: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("weight", weight)
    json.optional("leafWeight", leafWeight)
    json.unlessEmpty("weightDevice", weightDevice)
    json.unlessEmpty("throttleReadBpsDevice", throttleReadBpsDevice)
    json.unlessEmpty("throttleWriteBpsDevice", throttleWriteBpsDevice)
    json.unlessEmpty("throttleReadIOPSDevice", throttleReadIOPSDevice)
    json.unlessEmpty("throttleWriteIOPSDevice", throttleWriteIOPSDevice)
  }
}

extension Specification.DeviceWeight: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("major", major)
    json.member("minor", minor)
    json.optional("weight", weight)
    json.optional("leafWeight", leafWeight)
  }
}

extension Specification.DeviceRate: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("major", major)
    json.member("minor", minor)
    json.member("rate", rate)
  }
}

extension Specification.HugepageLimit: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("pageSize", pageSize)
    json.member("limit", limit)
  }
}

extension Specification.Network: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("classID", classID)
    json.unlessEmpty("priorities", priorities)
  }
}

extension Specification.InterfacePriority: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("name", name)
    json.member("priority", priority)
  }
}

extension Specification.RDMALimit: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.optional("hcaHandles", hcaHandles)
    json.optional("hcaObjects", hcaObjects)
  }
}
