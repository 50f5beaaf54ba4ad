// What limits have to be.

extension Specification.Resources {
  /// Makes sure that the limits are some that a runtime may set, as `Specification.validate()` does.
  ///
  /// - Throws: `SpecificationError` at the first place that is wrong, by its path among the limits.
  public func validate() throws(SpecificationError) { try validate("") }

  /// - Parameter section: the path of the section; empty where it stands by itself.
  func validate(_ section: String) throws(SpecificationError) {
    var place: String { section.isEmpty ? "" : section + "." }
    for (index, rule) in devices.enumerated() {
      try check(
        rule.access?.allSatisfy { "rwm".contains($0) } ?? true, (place + "devices").element(index) + ".access",
        "must be made of r, w and m")
    }
    try memory?.validate(place + "memory")
    try cpu?.validate(place + "cpu")
    try check((pids?.limit ?? 0) >= -1, place + "pids.limit", "must be -1 or more")
    try blockIO?.validate(place + "blockIO")
    try validatePages(place + "hugepageLimits")
    try validateNamed(place)
  }

  private func validatePages(_ place: @autoclosure () -> String) throws(SpecificationError) {
    var seen: Set<String> = []
    for (index, pages) in hugepageLimits.enumerated() {
      let size = pages.pageSize
      let isSize = ["KB", "MB", "GB"].contains { size.hasSuffix($0) } && UInt32(size.dropLast(2)) != nil
      try check(isSize, place().element(index) + ".pageSize", "must be a size such as 2MB, not \"\(size)\"")
      try check(seen.insert(size).inserted, place().element(index) + ".pageSize", "\(size) is given twice")
    }
  }

  private func validateNamed(_ place: @autoclosure () -> String) throws(SpecificationError) {
    for (name, limit) in rdma.sorted(by: { $0.key < $1.key }) {
      try check(
        limit.hcaHandles != nil || limit.hcaObjects != nil, (place() + "rdma").member(name),
        "must have hcaHandles or hcaObjects")
    }
    for name in unified.keys.sorted() {
      try check(
        !name.isEmpty && !name.contains("/") && name != "." && name != "..", (place() + "unified").member(name),
        "must be the name of a file of the control group")
    }
    for (index, priority) in (network?.priorities ?? []).enumerated() {
      try check(!priority.name.isEmpty, (place() + "network.priorities").element(index) + ".name", "must not be empty")
    }
  }
}

extension Specification.Memory {
  fileprivate func validate(_ place: @autoclosure () -> String) throws(SpecificationError) {
    let limits = [
      ("limit", limit), ("reservation", reservation), ("swap", swap), ("kernel", kernel), ("kernelTCP", kernelTCP),
    ]
    for (field, bytes) in limits { try check((bytes ?? 0) >= -1, "\(place()).\(field)", "must be -1 or more") }
  }
}

extension Specification.CPU {
  fileprivate func validate(_ place: @autoclosure () -> String) throws(SpecificationError) {
    if let quota, quota > 0, let burst {
      try check(burst <= UInt64(quota), place() + ".burst", "must not be greater than quota (\(quota))")
    }
    try checkNumberList(cpus, place() + ".cpus")
    try checkNumberList(mems, place() + ".mems")
  }
}

extension Specification.BlockIO {
  fileprivate func validate(_ place: @autoclosure () -> String) throws(SpecificationError) {
    try validate(weight, place() + ".weight")
    try validate(leafWeight, place() + ".leafWeight")
    for (index, device) in weightDevice.enumerated() {
      var entry: String { (place() + ".weightDevice").element(index) }
      try check(device.weight != nil || device.leafWeight != nil, entry, "must have weight or leafWeight")
      try validate(device.weight, entry + ".weight")
      try validate(device.leafWeight, entry + ".leafWeight")
    }
  }

  /// Engines write 0 where nothing is asked for.
  private func validate(_ weight: UInt16?, _ place: @autoclosure () -> String) throws(SpecificationError) {
    let weight = weight ?? 0
    try check(weight == 0 || (10...1000).contains(weight), place(), "must be between 10 and 1000")
  }
}
