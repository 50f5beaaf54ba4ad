// What `state` and `list` say of a container.

internal import Containers
internal import JSON
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// One container at a glance.
struct ContainerSummary: Hashable, Sendable {
  /// The version of the specification that its configuration is written in.
  var specificationVersion: String
  /// Its name.
  var identifier: String
  /// Its first process; 0 where it has none, or it has ended.
  var processID: Int32
  /// `creating`, `created`, `running`, `paused` or `stopped`.
  var status: String
  /// Where it was made from; empty where that is not known.
  var bundle: String
  /// Its root file system.
  var root: String
  /// When it was made.
  var created: String
  /// In no order.
  var annotations: [String: String]
  /// Who made it: a name, or `#` and the number where it has none.
  var owner: String

  /// Looks at a container.
  ///
  /// - Throws: as `Container.record()` does.
  init(_ container: Container) throws(ContainerError) {
    let record = try container.record()
    let status = try container.status()
    self.init(
      specificationVersion: record?.specificationVersion ?? "", identifier: container.identifier.text,
      processID: status == .stopped ? 0 : record?.process?.processID ?? 0, status: status.rawValue,
      bundle: record?.bundle.string ?? "", root: record?.rootDirectory.string ?? "",
      created: record.map { Timestamp(nanoseconds: $0.created).description } ?? "",
      annotations: record?.annotations ?? [:], owner: record.map { ContainerSummary.name(ofUser: $0.owner) } ?? "")
  }

  /// Describes a container.
  init(
    specificationVersion: String, identifier: String, processID: Int32, status: String, bundle: String, root: String,
    created: String, annotations: [String: String], owner: String
  ) {
    self.specificationVersion = specificationVersion
    self.identifier = identifier
    self.processID = processID
    self.status = status
    self.bundle = bundle
    self.root = root
    self.created = created
    self.annotations = annotations
    self.owner = owner
  }

  /// Looks at several; those that vanish meanwhile are left out, and those that cannot be read told of.
  static func all(of containers: [Container], _ log: EngineLog) -> [ContainerSummary] {
    containers.compactMap { container in
      do throws(ContainerError) {
        return try ContainerSummary(container)
      } catch {
        if case .doesNotExist = error { return nil }
        log.warn("\(container.identifier): \(error)")
        return nil
      }
    }
  }

  private static func name(ofUser id: UInt32) -> String {
    id == 0 ? "root" : Accounts().userName(id) ?? "#\(id)"
  }

  /// Writes the object, its members in runc's order.
  func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("ociVersion", specificationVersion)
      json.member("id", identifier)
      json.member("pid", processID)
      json.member("status", status)
      json.member("bundle", bundle)
      json.member("rootfs", root)
      json.member("created", created)
      if !annotations.isEmpty {
        json.member("annotations") { json in
          json.object { json in
            for (name, value) in annotations.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
          }
        }
      }
      json.member("owner", owner)
    }
  }
}
