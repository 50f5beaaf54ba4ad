// `checkpoint`: keeps a running container in files.

internal import CommandDescription
internal import Containers
internal import Linux
internal import struct SystemPackage.FilePath

/// The verb `checkpoint`.
enum CheckpointCommand: EngineVerb {
  static var options: [OptionDescription] {
    CheckpointOptions.descriptions + [
      OptionDescription(
        nil, "parent-path", "images of an earlier checkpoint, relative to these: keep what was written to since",
        value: .required("DIR"), completion: .directory),
      OptionDescription(nil, "leave-running", "let the container go on"),
      OptionDescription(nil, "pre-dump", "keep the memory alone, and let the container go on"),
      OptionDescription(
        nil, "status-fd", "write a NUL byte to descriptor N once pages can be fetched", value: .required("N")),
      OptionDescription(
        nil, "page-server", "send the memory there, or with --lazy-pages wait there for who fetches it",
        value: .required("ADDRESS:PORT")),
    ]
  }

  static var description: VerbDescription {
    VerbDescription(
      name: "checkpoint", abstract: "keep a running container in files", usage: ["[options] CONTAINER"],
      discussion: [
        "criu writes the images, from which `restore` makes the container go on. The container is removed then, unless "
          + "it is to go on; one that cannot be kept goes on too."
      ],
      options: options, operands: .container,
      examples: [
        .init(
          command: "pangaea-oci checkpoint --image-path before --pre-dump web",
          meaning: "Keeps the memory of web while it runs."),
        .init(
          command: "pangaea-oci checkpoint --image-path last --parent-path ../before web",
          meaning: "Keeps the rest, and ends web."),
      ],
      seeAlso: ["pangaea-oci-restore(1)", "criu(8)"])
  }

  static func run(_ call: EngineCall) throws(EngineFailure) -> Int32 {
    var request = CheckpointRequest()
    let operands = try call.read(self) { (option) throws(EngineFailure) in try request.take(option) }
    guard let operands else { return 0 }
    request.options.criu = call.options.criu
    try call.attempt { () throws(ContainerError) in
      try call.store.container(named: operands[0]).checkpoint(request, warn: call.log.warn)
    }
    return 0
  }
}

extension CheckpointRequest {
  /// Takes note of an option.
  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    switch option.name {
    case "parent-path": parent = option.value.map { FilePath($0) }
    case "leave-running": leavesRunning = true
    case "pre-dump": isPreDump = true
    case "status-fd": statusDescriptor = try option.number()
    case "page-server":
      guard let server = PageServer(typed: option.value ?? "") else { throw .value(option.value ?? "", of: option) }
      pageServer = server
    default: try options.take(option)
    }
  }
}

extension CheckpointRequest.PageServer {
  /// Reads `HOST:PORT`; the number of a host of IPv6 stands in brackets.
  init?(typed text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self.init(address: String(host), port: port)
  }
}
