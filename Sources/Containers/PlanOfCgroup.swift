// The limits of a configuration as the plan of a control group.

internal import Cgroups
internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

extension PlanOfContainer {
  mutating func addCgroup() throws(ContainerError) {
    let path = specification.linux?.cgroupsPath
    let resources = specification.linux?.resources.map(CgroupResources.init) ?? CgroupResources()
    let tolerance = tolerance
    do throws(CgroupError) {
      let devices = try devicePolicy(tolerance)
      plan.cgroup =
        switch request.cgroupDriver {
        case .cgroupfs:
          try hierarchies.plan(
            containerAt: FilePath(path ?? request.identifier), resources: resources, devices: devices,
            owner: cgroupOwner, tolerating: tolerance)
        case .systemd:
          try hierarchies.plan(
            systemdContainer: request.identifier, at: path ?? "", runtimeDirectory: ContainerStore.ownRuntimeDirectory,
            resources: resources, devices: devices, owner: cgroupOwner, tolerating: tolerance)
        case .disabled: nil
        }
    } catch {
      if case .top = error { throw .specification(SpecificationError(path: "linux.cgroupsPath", problem: "\(error)")) }
      throw .cgroup(error)
    }
  }

  /// As runc has it: who is root of the machine gets what was asked for, or an error; others, who could not hand out a
  /// device either, go without rules for devices.
  private var tolerance: CgroupTolerance {
    switch request.lack {
    case .failure: []
    case .noFailure: [.noDirectory, .noDeviceRules]
    case nil: ContainerStore.isRootOfMachine ? .noDirectory : [.noDirectory, .noDeviceRules]
    }
  }

  /// The rules that are asked for, and those that every container has. Without any, root allows no more than the
  /// container's own devices; an ordinary user has no right to devices that a rule could take.
  private mutating func devicePolicy(_ tolerance: CgroupTolerance) throws(CgroupError) -> DevicePolicy? {
    var rules = (specification.linux?.resources?.devices ?? []).map(DeviceRule.init)
    if rules.isEmpty {
      guard !tolerance.contains(.noDeviceRules) else { return nil }
      rules = (specification.linux?.devices ?? []).compactMap(DeviceRule.init)
    }
    if tolerance.contains(.noDeviceRules) {
      notices.append("linux.resources.devices: rules that the caller has no right to make are left out")
    }
    return try DevicePolicy(rules + DeviceRule.containerDefaults)
  }

  /// The user outside who is root of a new user namespace and manages the control group from inside, where that can be
  /// written to.
  private var cgroupOwner: UInt32? {
    let isWritable = specification.mounts.contains { mount in
      ["cgroup", "cgroup2"].contains(mount.type) && !MountOptions(mount.options).attributes.set.contains(.readOnly)
    }
    guard isWritable, hasOwnCgroupNamespace, plan.namespaces.contains(.newUser) else { return nil }
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

extension DeviceRule {
  /// Allows a device that a container is given; nil for a pipe, which is none.
  fileprivate init?(_ device: Specification.Device) {
    let kind: DeviceKind
    switch device.type {
    case .character, .unbufferedCharacter: kind = .character
    case .block: kind = .block
    case .fifo: return nil
    }
    self.init(
      isAllowed: true, kind, major: UInt32(clamping: device.major), minor: UInt32(clamping: device.minor))
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
