// The environment of this program, as bytes, to be handed on to the programs that it starts.

internal import CLinux
internal import Glibc

/// The environment that this program was given.
///
/// Source: environ(7).
public enum CallersEnvironment {
  /// The entries in their order, `NAME=value` usually.
  public static var entries: [[UInt8]] {
    guard var entry = unsafe clinux_environment() else { return [] }
    var entries: [[UInt8]] = []
    while let text = unsafe entry.pointee {
      unsafe entries.append([UInt8](UnsafeRawBufferPointer(start: text, count: strlen(text))))
      unsafe entry += 1
    }
    return entries
  }
}
