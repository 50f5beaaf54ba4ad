// A name between the asking and the giving: nobody else gets it while the world that is to have it starts.

public import Linux
public import Processes

/// A name that was taken for a world. Whoever asks for a name waits until it is given, or this value ends.
///
/// Source: flock(2).
public struct NameClaim: ~Copyable {
  private let name: String
  private let registry: WorldRegistry
  private let lock: FileDescriptor

  init(name: String, registry: WorldRegistry, lock: consuming FileDescriptor) {
    self.name = name
    self.registry = registry
    self.lock = lock
  }

  /// Gives the name to a world.
  ///
  /// - Parameter process: the world's first process.
  /// - Throws: `SystemCallError` when the file cannot be written.
  ///
  /// Source: open(2), write(2).
  public consuming func give(to process: ProcessIdentity) throws(SystemCallError) -> NamedWorld {
    let world = NamedWorld(name: name, process: process)
    try registry.write(world)
    return world
  }

  deinit {
    // A name that was not given leaves no directory behind. The processes of a world inherited the lock: it is
    // given back for all. Neither is worth an error.
    do throws(SystemCallError) { try registry.removeDirectoryIfEmpty() } catch {}
    do throws(SystemCallError) { try lock.unlock() } catch {}
  }
}
