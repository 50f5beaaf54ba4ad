// What a configuration has to be besides well written: fields that need or exclude each other, and forms of values.

extension Specification {
  /// Makes sure that the configuration is one that a runtime may carry out, as far as its values alone can tell.
  /// `init(json:)` has done so.
  ///
  /// Names of capabilities that aren't known are no error (`Capabilities.names(besides:)`).
  ///
  /// - Throws: `SpecificationError` at the first place that is wrong.
  public func validate() throws(SpecificationError) {
    try validateVersion()
    try check(root != nil, "root", "is required")
    try check(root?.path != "", "root.path", "must not be empty")
    try validateNames()
    for (index, mount) in mounts.enumerated() { try validate(mount, "mounts".element(index)) }
    try process?.validate("process")
    try hooks?.validate()
    try check(annotations[""] == nil, "annotations", "a name must not be empty")
    try linux?.validate()
  }

  /// `MAJOR.MINOR.PATCH`, perhaps with `-PRERELEASE` and `+BUILD`, of the first major version.
  private func validateVersion() throws(SpecificationError) {
    let core = ociVersion.prefix { $0 != "-" && $0 != "+" }
    let numbers = core.split(separator: ".", omittingEmptySubsequences: false)
    let areNumbers = numbers.allSatisfy { number in
      UInt32(number) != nil && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
        && (number == "0" || !number.hasPrefix("0"))
    }
    try check(numbers.count == 3 && areNumbers, "ociVersion", "must be a version such as 1.2.0, not \"\(ociVersion)\"")
    try check(numbers[0] == "1", "ociVersion", "only versions 1 are supported, not \(ociVersion)")
  }

  /// The names that the UTS namespace holds, which must not be the host's.
  private func validateNames() throws(SpecificationError) {
    for (field, name) in [("hostname", hostname), ("domainname", domainname)] {
      guard let name else { continue }
      try check(name.utf8.count <= 64, field, "must not be longer than 64 bytes")
      try check(linux?.has(.uts) ?? false, field, "needs a UTS namespace in linux.namespaces")
    }
  }

  private func validate(_ mount: Mount, _ place: @autoclosure () -> String) throws(SpecificationError) {
    try check(!mount.destination.isEmpty, place() + ".destination", "must not be empty")
    let isBind = mount.options.contains("bind") || mount.options.contains("rbind")
    try check(!isBind || mount.source != nil, place() + ".source", "is required for a bind mount")
    try check(
      mount.uidMappings.isEmpty == mount.gidMappings.isEmpty,
      place() + (mount.uidMappings.isEmpty ? ".uidMappings" : ".gidMappings"), "is required, as the other is given")
    try validateMappings(mount.uidMappings, place() + ".uidMappings")
    try validateMappings(mount.gidMappings, place() + ".gidMappings")
    let isMapped = mount.options.contains("idmap") || mount.options.contains("ridmap")
    try check(
      !isMapped || !mount.uidMappings.isEmpty || (linux?.has(.user) ?? false), place() + ".options",
      "idmap needs uidMappings and gidMappings, or a user namespace")
  }
}

/// Makes sure that ranges hold something, end, and neither side overlaps.
func validateMappings(_ mappings: [Specification.IDMapping], _ place: @autoclosure () -> String)
  throws(SpecificationError)
{
  for (index, mapping) in mappings.enumerated() {
    try check(mapping.size > 0, place().element(index) + ".size", "must be greater than 0")
    for (side, first) in [("containerID", mapping.containerID), ("hostID", mapping.hostID)] {
      try check(
        UInt64(first) + UInt64(mapping.size) <= 1 << 32, "\(place().element(index)).\(side)",
        "the range must end below 4294967296")
    }
  }
  if mappings.count < 2 { return }
  try validateDisjoint(mappings, "containerID", place()) { $0.containerID }
  try validateDisjoint(mappings, "hostID", place()) { $0.hostID }
}

private func validateDisjoint(
  _ mappings: [Specification.IDMapping], _ side: String, _ place: @autoclosure () -> String,
  _ first: (Specification.IDMapping) -> UInt32
) throws(SpecificationError) {
  let ordered = mappings.enumerated().sorted { first($0.element) < first($1.element) }
  for (lower, upper) in zip(ordered, ordered.dropFirst()) {
    try check(
      UInt64(first(lower.element)) + UInt64(lower.element.size) <= UInt64(first(upper.element)),
      "\(place().element(upper.offset)).\(side)", "the range overlaps that of \(place().element(lower.offset))")
  }
}
