// What a type of the kernel's modules is, is written somewhere. path: Sources/Namespaces/Sources.swift

/// One of the kinds.
public enum Kind: Sendable {}  // expect: a public type, and nothing names a source

/// One of the kinds.
///
/// Source: namespaces(7).
public struct Named: Sendable {
  /// Its type says where more is written.
  public enum Part: Sendable {}
}

/// A handle, see Documentation/filesystems/proc.rst.
@frozen
public final class Handle {}

extension Named {
  /// Lies in an extension that names nothing.
  public struct Other: Sendable {}  // expect: a public type, and nothing names a source
}

struct Own {}
