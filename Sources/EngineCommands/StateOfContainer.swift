// What `state` and `list` say of a container.

internal import Containers
internal import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

extension ContainerState {
  /// Looks at a container.
  ///
  /// - Throws: as `Container.record()` does.
  init(_ container: Container) throws(ContainerError) {
    let record = try container.record()
    let status = Status(rawValue: try container.status().rawValue) ?? .stopped
    self.init(
      id: container.identifier.text, status: status, pid: status == .stopped ? 0 : record?.process?.processID ?? 0,
      bundle: record?.bundle.string ?? "")
    guard let record else { return }
    ociVersion = record.specificationVersion
    annotations = record.annotations
    rootfs = record.rootDirectory.string
    created = Timestamp(nanoseconds: record.created).description
    owner = record.owner == 0 ? "root" : Accounts().userName(record.owner) ?? "#\(record.owner)"
  }

  /// Looks at several; those that vanish meanwhile are left out, and those that cannot be read told of.
  static func all(of containers: [Container], _ log: EngineLog) -> [ContainerState] {
    containers.compactMap { container in
      do throws(ContainerError) {
        return try ContainerState(container)
      } catch {
        if case .doesNotExist = error { return nil }
        log.warn("\(container.identifier): \(error)")
        return nil
      }
    }
  }
}
