// The state of a container as the specification describes it: what hooks and listeners read.

internal import Linux
internal import OCI
internal import Processes
internal import struct SystemPackage.FilePath

extension ContainerRecord {
  /// What the specification wants to be told of a container that is doing this.
  func state(_ status: ContainerStatus) -> ContainerState {
    var state = ContainerState(
      id: identifier, status: ContainerState.Status(rawValue: status.rawValue) ?? .stopped,
      pid: status == .stopped ? 0 : process?.processID ?? 0, bundle: bundle.string)
    state.ociVersion = specificationVersion
    state.annotations = annotations
    return state
  }

  /// The kinds of namespace that the container does not share with its maker.
  var namespaceKinds: CloneFlags {
    NamespaceKind.allCases.filter { namespaces.contains($0.procName) }.reduce(into: CloneFlags()) { kinds, kind in
      kinds.formUnion(kind.cloneFlag)
    }
  }
}
