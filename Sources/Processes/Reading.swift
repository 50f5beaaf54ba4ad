// A field of /proc can be absent for three reasons that must not be mixed up: nobody asked for it, the kernel
// refused it, or it is there.

public import Linux

/// What came of reading one field of one process.
///
/// Source: proc(5); ptrace(2), "Ptrace access mode checking".
public enum Reading<Value> {
  /// Nobody asked for it.
  case notAsked
  /// The kernel refused: `EACCES` without the right to look, `ENOENT` where a kernel thread or a zombie has no
  /// such thing, `ESRCH` when the process went away meanwhile, `EINVAL` when the text could not be understood.
  case unreadable(Errno)
  /// It is there.
  case value(Value)

  /// The value; nil where it was not asked for or could not be read.
  public var value: Value? {
    if case .value(let value) = self { return value }
    return nil
  }

  /// Why it could not be read; nil where it was, and where nobody asked.
  public var error: Errno? {
    if case .unreadable(let error) = self { return error }
    return nil
  }

  /// The reading with its value, if there is one, changed.
  public func map<Other>(_ transform: (Value) -> Other) -> Reading<Other> {
    switch self {
    case .notAsked: .notAsked
    case .unreadable(let error): .unreadable(error)
    case .value(let value): .value(transform(value))
    }
  }
}

extension Reading: Sendable where Value: Sendable {}
extension Reading: Equatable where Value: Equatable {}
