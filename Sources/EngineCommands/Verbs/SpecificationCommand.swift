// `spec`: writes a configuration to begin with.

internal import Cgroups
internal import CommandDescription
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

/// The verb `spec`.
struct SpecificationCommand: EngineVerb {
  static var options: [OptionDescription] {
    [
      OptionDescription(
        "b", "bundle", "write it into this directory (default: here)", value: .required("DIR"), completion: .directory),
      OptionDescription("f", "file", "write it into FILE", value: .required("FILE"), completion: .file),
      OptionDescription(nil, "rootless", "for somebody without rights"),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "spec", abstract: "write a configuration to begin with", usage: ["[options]"],
      discussion: [
        "The file is config.json, and describes a shell in a container of its own, whose root file system is the "
          + "directory rootfs beside it. A file that is there already stays."
      ],
      options: options,
      examples: [
        .init(command: "pangaea-oci spec --bundle web", meaning: "Makes web a bundle, once web/rootfs is there.")
      ],
      seeAlso: ["pangaea-oci-run(1)"])
  }

  /// The directory that it is written into.
  private(set) var bundle: FilePath = "."
  /// The file; nil for config.json.
  private(set) var file: FilePath?
  /// For somebody without rights.
  private(set) var isRootless = false

  mutating func take(_ option: ScannedOption) {
    switch option.name {
    case "bundle": bundle = FilePath(option.value ?? "")
    case "file": file = FilePath(option.value ?? "")
    default: isRootless = true
    }
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var command = SpecificationCommand()
    let operands = try call.read(self, operands: 0...0) { (option) throws(EngineFailure) in command.take(option) }
    if operands == nil { return 0 }
    try command.write()
    return 0
  }

  private func write() throws(EngineFailure) {
    let name = file ?? "config.json"
    do throws(SystemCallError) {
      let hasUnified = try CgroupHierarchies.read().controllersAreUnified
      let specification =
        isRootless
        ? Specification.rootlessShell(
          uid: UserIDs.current.effective, gid: GroupIDs.current.effective, hasCgroupNamespace: hasUnified)
        : Specification.ofShell(hasCgroupNamespace: hasUnified)
      try FileDescriptor.open(bundle.pushing(name), [.writeOnly, .create, .exclusive], mode: 0o666)
        .write(specification.json())
    } catch {
      if error.errno == .eexist { throw EngineFailure("File \(name) exists. Remove it first") }
      throw EngineFailure(error, doing: "write the configuration")
    }
  }
}

extension CgroupHierarchies {
  /// Whether version 2 is all there is.
  fileprivate var controllersAreUnified: Bool { all.allSatisfy { $0.version == .v2 } }
}
