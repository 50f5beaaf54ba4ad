// `restore`: makes a container from a checkpoint, which goes on where it was.

internal import CommandDescription
internal import Containers
internal import Linux

/// The verb `restore`.
struct RestoreCommand: EngineVerb {
  static var options: [OptionDescription] {
    let creation = CreationOptions.descriptions.filter { !["preserve-fds", "no-new-keyring"].contains($0.long) }
    return creation + CheckpointOptions.descriptions + [
      OptionDescription("d", "detach", "leave as soon as the processes are back"),
      OptionDescription(
        nil, "lsm-profile", "the security profile in the place of the former one",
        value: .required("apparmor:NAME|selinux:LABEL")),
      OptionDescription(
        nil, "lsm-mount-context", "the label of mounts in the place of the former one", value: .required("LABEL")),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "restore", abstract: "make a container from a checkpoint", usage: ["[options] CONTAINER"],
      discussion: [
        "CONTAINER is its name from now on; the bundle is that of the checkpointed one, or like it. Without --detach it "
          + "waits for the end of the container's program, and removes the container."
      ],
      options: options,
      examples: [
        .init(
          command: "pangaea-oci restore --bundle bundle --image-path last --detach web",
          meaning: "Makes web go on from the images in last.")
      ],
      exitStatuses: [
        .init(status: "1", meaning: "the container could not be restored"),
        .init(status: "else", meaning: "the program's own, 128+n after signal n; 0 with --detach"),
      ],
      seeAlso: ["pangaea-oci-checkpoint(1)", "criu(8)"])
  }

  /// What it is made from.
  private(set) var creation = CreationOptions()
  /// What is asked of criu.
  private(set) var checkpoint = CheckpointOptions()
  /// Leave as soon as the processes are back.
  private(set) var isDetached = false
  private var securityProfile: String?
  private var securityMountContext: String?

  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    switch option.name {
    case "detach": isDetached = true
    case "lsm-profile": securityProfile = option.value
    case "lsm-mount-context": securityMountContext = option.value
    default:
      try creation.take(option)
      try checkpoint.take(option)
    }
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var command = RestoreCommand()
    let operands = try call.read(self) { (option) throws(EngineFailure) in try command.take(option) }
    guard let operands else { return 0 }
    var request = RestoreRequest(try command.creation.request(operands[0], call))
    request.options = command.checkpoint
    request.options.criu = call.options.criu
    request.securityProfile = command.securityProfile
    request.securityMountContext = command.securityMountContext
    let status = try call.attempt { () throws(ContainerError) in
      try SelfProtection.apply()
      return try call.store.restore(request, isDetached: command.isDetached, warn: call.log.warn)
    }
    return status?.shellStatus ?? 0
  }
}
