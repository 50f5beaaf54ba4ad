// Before a container is restored its mount points have to be there: criu mounts, but makes no directory on a file system
// that it did not keep. They are made as for a new container, in a mount namespace that goes with the process that does
// it.

internal import Isolation
internal import Linux
internal import OCI
internal import struct SystemPackage.FilePath

extension PlanOfContainer {
  /// Makes the mount points that are missing, in the root file system and in what is bound into it.
  func makeMountPoints() throws(ContainerError) {
    let program = mountPointProgram
    do throws(SystemCallError) {
      let child = try program.start(signalMask: [])
      let failure = try child.report.awaitOutcome()
      _ = try child.pidfd.wait()
      if let failure { throw failure.error }
    } catch {
      throw .failed(purpose: "make the mount points of the container", error)
    }
  }

  private var mountPointProgram: SystemCallProgram {
    var program = SystemCallProgram()
    program.begin("make the mount points")
    program.append(.unshare(.newMount))
    program.append(.mount("none", on: "/", [.recursive, .slave]))
    // Nothing can be mounted in what is not mounted itself.
    program.append(.mount(bundle.rootDirectory, on: bundle.rootDirectory, [.bind, .recursive]))
    let root = program.appendKeepingResult(.open(bundle.rootDirectory, [.path, .directory]))
    for mount in plan.mounts where !isInMemory(mount.target) {
      switch mount.source {
      case .remount, .symbolicLink: break
      case .fileSystem:
        let place = program.appendKeepingResult(.place(mount.target, [.creates, .directory], in: .register(root)))
        program.appendClose(place)
      case .bind(let source, let isRecursive):
        let bound = program.appendKeepingResult(.open(source, .path))
        let place = program.appendKeepingResult(
          .place(mount.target, .creates, like: .register(bound), in: .register(root)))
        program.append(
          .mount(
            .register(bound), onDescriptor: place, isRecursive ? [.bind, .recursive] : .bind, named: mount.target))
        program.appendClose(place)
        program.appendClose(bound)
      }
    }
    program.append(.exit(0))
    return program
  }

  /// Whether a place lies on a file system that criu keeps with all that is in it, or that is never written to.
  private func isInMemory(_ target: FilePath) -> Bool {
    plan.mounts.contains { mount in
      guard case .fileSystem = mount.source else { return false }
      return target != mount.target && target.starts(with: mount.target)
    }
  }
}
