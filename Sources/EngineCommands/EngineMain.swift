// The entry: finds out which verb an engine means, and runs it.

/// The program `pangaea-oci`.
public enum EngineMain {
  /// Runs the program.
  ///
  /// - Parameter arguments: as the kernel passed them, the program's name first.
  /// - Returns: the exit status.
  public static func run(arguments: [String]) -> Int32 {
    1
  }
}
