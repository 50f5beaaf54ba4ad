// The limits of a configuration as the plan of a control group.

internal import Cgroups
internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

extension PlanOfContainer {
  mutating func addCgroup() throws(ContainerError) {
    let path = FilePath(specification.linux?.cgroupsPath ?? request.identifier)
    let resources = specification.linux?.resources
    do throws(CgroupError) {
      let rules = (resources?.devices ?? []).map(DeviceRule.init)
      plan.cgroup = try hierarchies.plan(
        containerAt: path, resources: resources.map(CgroupResources.init) ?? CgroupResources(),
        devices: rules.isEmpty ? nil : DevicePolicy(rules + DeviceRule.containerDefaults), owner: cgroupOwner)
    } catch {
      throw .cgroup(error)
    }
  }

  /// The user outside who is root of a new user namespace and manages the control group from inside.
  private var cgroupOwner: UInt32? {
    guard hasOwnCgroupNamespace, plan.namespaces.contains(.newUser) else { return nil }
    return plan.idMaps?.users.first { $0.inner == 0 }?.outer
  }
}

extension DeviceRule {
  init(_ rule: Specification.DeviceRule) {
    let kind: DeviceKind? =
      switch rule.type {
      case .all: nil
      case .character: .character
      case .block: .block
      }
    self.init(
      isAllowed: rule.allow, kind, major: rule.major.flatMap { UInt32(exactly: $0) },
      minor: rule.minor.flatMap { UInt32(exactly: $0) }, access: rule.access.map(DeviceAccess.init) ?? .all)
  }
}

extension DeviceAccess {
  fileprivate init(_ letters: String) {
    self = []
    if letters.contains("r") { insert(.read) }
    if letters.contains("w") { insert(.write) }
    if letters.contains("m") { insert(.makeNode) }
  }
}

extension CgroupResources {
  init(_ resources: Specification.Resources) {
    self.init()
    if let memory = resources.memory { self.memory = Memory(memory) }
    if let processor = resources.cpu { cpu = Processor(processor) }
    processes = resources.pids?.limit
    if let blocks = resources.blockIO { blockIO = BlockIO(blocks) }
    hugepages = resources.hugepageLimits.map { Hugepages(pageSize: $0.pageSize, limit: $0.limit) }
    network.classID = resources.network?.classID
    network.priorities = (resources.network?.priorities ?? []).map {
      InterfacePriority(name: $0.name, priority: $0.priority)
    }
    rdma = resources.rdma.sorted { $0.key < $1.key }.map {
      RemoteMemory(device: $0.key, handles: $0.value.hcaHandles, objects: $0.value.hcaObjects)
    }
    unified = resources.unified
  }
}

extension CgroupResources.Memory {
  init(_ memory: Specification.Memory) {
    self.init()
    limit = memory.limit
    reservation = memory.reservation
    swap = memory.swap
    kernelTCP = memory.kernelTCP
    swappiness = memory.swappiness
    disablesOutOfMemoryKiller = memory.disableOOMKiller
    usesHierarchy = memory.useHierarchy
    checksBeforeUpdate = memory.checkBeforeUpdate ?? false
  }
}

extension CgroupResources.Processor {
  init(_ cpu: Specification.CPU) {
    self.init()
    shares = cpu.shares
    quota = cpu.quota
    burst = cpu.burst
    period = cpu.period
    realtimeRuntime = cpu.realtimeRuntime
    realtimePeriod = cpu.realtimePeriod
    cpus = cpu.cpus
    memoryNodes = cpu.mems
    idle = cpu.idle
  }
}

extension CgroupResources.BlockIO {
  init(_ blocks: Specification.BlockIO) {
    self.init()
    weight = blocks.weight
    leafWeight = blocks.leafWeight
    devices = blocks.weightDevice.map {
      CgroupResources.DeviceWeight(major: $0.major, minor: $0.minor, weight: $0.weight, leafWeight: $0.leafWeight)
    }
    readBytes = blocks.throttleReadBpsDevice.map(CgroupResources.DeviceRate.init)
    writtenBytes = blocks.throttleWriteBpsDevice.map(CgroupResources.DeviceRate.init)
    reads = blocks.throttleReadIOPSDevice.map(CgroupResources.DeviceRate.init)
    writes = blocks.throttleWriteIOPSDevice.map(CgroupResources.DeviceRate.init)
  }
}

extension CgroupResources.DeviceRate {
  init(_ rate: Specification.DeviceRate) {
    self.init(major: rate.major, minor: rate.minor, rate: rate.rate)
  }
}
