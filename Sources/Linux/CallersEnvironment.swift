// The environment of this program, as bytes, to be handed on to the programs that it starts.

internal import CLinux
internal import Glibc

/// The environment that this program was given.
///
/// Source: environ(7).
public enum CallersEnvironment {
  /// The entries in their order, `NAME=value` usually, without what this program's own start needed.
  public static var entries: [[UInt8]] {
    guard var entry = unsafe clinux_environment() else { return [] }
    let own = unsafe clinux_startup_variable().map { unsafe Array(String(cString: $0).utf8) + [UInt8(ascii: "=")] }
    var entries: [[UInt8]] = []
    while let text = unsafe entry.pointee {
      let bytes = unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
      if !(own.map(bytes.starts) ?? false) { entries.append(bytes) }
      unsafe entry += 1
    }
    return entries
  }
}
