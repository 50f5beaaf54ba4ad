// The release that both programs are of.

/// The release that this source makes.
public enum Release {
  /// Its version, as semver.org has it.
  public static let version = "0.1.0"
}
