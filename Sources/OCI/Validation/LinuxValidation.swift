// What the linux section has to be.

extension Specification.LinuxSection {
  /// Whether the container has a namespace that is not the runtime's: a new one or one that it joins.
  public func has(_ kind: Specification.Namespace.Kind) -> Bool { namespaces.contains { $0.type == kind } }

  /// Whether a namespace is made for the container.
  public func makes(_ kind: Specification.Namespace.Kind) -> Bool {
    namespaces.contains { $0.type == kind && $0.path == nil }
  }

  func validate() throws(SpecificationError) {
    try validateNamespaces()
    try validateOwners()
    try validatePaths()
    for (index, device) in devices.enumerated() {
      try checkAbsolute(device.path, "linux.devices".element(index) + ".path")
    }
    try validateNetworkDevices()
    try validateParameters()
    try resources?.validate("linux.resources")
    try seccomp?.validate("linux.seccomp")
    try personality?.validate("linux.personality")
    try intelRdt?.validate("linux.intelRdt")
    try memoryPolicy?.validate("linux.memoryPolicy")
  }

  private func validateNamespaces() throws(SpecificationError) {
    for (index, namespace) in namespaces.enumerated() {
      var place: String { "linux.namespaces".element(index) }
      try check(
        !namespaces[..<index].contains { $0.type == namespace.type }, place + ".type",
        "\(namespace.type.rawValue) is given twice")
      if let path = namespace.path { try checkAbsolute(path, place + ".path") }
    }
    try check(timeOffsets.isEmpty || makes(.time), "linux.timeOffsets", "needs a new time namespace")
  }

  private func validateOwners() throws(SpecificationError) {
    try validateMappings(uidMappings, "linux.uidMappings")
    try validateMappings(gidMappings, "linux.gidMappings")
    try check(
      uidMappings.isEmpty == gidMappings.isEmpty, uidMappings.isEmpty ? "linux.uidMappings" : "linux.gidMappings",
      "is required, as the other is given")
    try check(uidMappings.isEmpty || has(.user), "linux.uidMappings", "needs a user namespace in linux.namespaces")
  }

  private func validatePaths() throws(SpecificationError) {
    for (field, paths) in [("maskedPaths", maskedPaths), ("readonlyPaths", readonlyPaths)] {
      for (index, path) in paths.enumerated() { try checkAbsolute(path, "linux.\(field)".element(index)) }
      try check(paths.isEmpty || has(.mount), "linux.\(field)", "needs a mount namespace in linux.namespaces")
    }
    let goesUp = cgroupsPath?.split(separator: "/").contains("..") ?? false
    try check(!goesUp, "linux.cgroupsPath", "must not go up by ..")
  }

  private func validateNetworkDevices() throws(SpecificationError) {
    try check(netDevices.isEmpty || has(.network), "linux.netDevices", "needs a network namespace in linux.namespaces")
    var seen: Set<String> = []
    for (onHost, device) in netDevices.sorted(by: { $0.key < $1.key }) {
      var place: String { "linux.netDevices".member(onHost) }
      let name = device.name ?? onHost
      try check(isInterfaceName(onHost), place, "is not the name of a network interface")
      try check(isInterfaceName(name), place + ".name", "\"\(name)\" is not the name of a network interface")
      try check(
        name.contains("%d") || seen.insert(name).inserted, place + ".name", "\"\(name)\" is given to two interfaces")
    }
  }

  /// As the kernel's `dev_valid_name()` has it.
  private func isInterfaceName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count < 16 && name != "." && name != ".."
      && !name.utf8.contains { $0 == 0x2f || $0 == 0x3a || $0 == 0x20 || (0x09...0x0d).contains($0) }
  }
}

// MARK: Kernel parameters

extension Specification.LinuxSection {
  /// A parameter that belongs to no namespace of the container would be the host's.
  private func validateParameters() throws(SpecificationError) {
    for name in sysctl.keys.sorted() {
      var place: String { "linux.sysctl".member(name) }
      // Both forms are usual: dots, or slashes where a name holds a dot.
      let path = name.contains("/") ? name : name.split(separator: ".").joined(separator: "/")
      try check(
        !path.isEmpty && !path.split(separator: "/").contains { $0 == ".." || $0 == "." }, place,
        "is not the name of a kernel parameter")
      guard let kind = Self.namespace(ofParameter: path) else {
        throw SpecificationError(path: place, problem: "belongs to no namespace, and would change the host's")
      }
      try check(has(kind), place, "needs \(kind.rawValue) in linux.namespaces")
    }
  }

  /// The namespace that a kernel parameter belongs to; nil for those of the whole machine.
  ///
  /// Source: ipc_namespaces(7), network_namespaces(7), uts_namespaces(7), user_namespaces(7).
  static func namespace(ofParameter path: String) -> Specification.Namespace.Kind? {
    if path.hasPrefix("net/") { return .network }
    if path.hasPrefix("fs/mqueue/") { return .ipc }
    if path.hasPrefix("user/") { return .user }
    let ofIPC = ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"]
    if ofIPC.contains(where: { path == "kernel/" + $0 }) { return .ipc }
    return path == "kernel/hostname" || path == "kernel/domainname" ? .uts : nil
  }
}
