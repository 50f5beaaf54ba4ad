// Regular expressions of POSIX, as the C library matches them.

internal import Glibc

/// A compiled extended regular expression.
///
/// Source: regex(3), regex(7).
@safe
public final class RegularExpression {
  private var compiled = unsafe regex_t()

  /// Compiles an expression; nil when it is none.
  public init?(_ text: String) {
    guard unsafe regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) == 0 else { return nil }
  }

  deinit {
    unsafe regfree(&compiled)
  }

  /// Whether a part of the text matches.
  public func matches(_ text: String) -> Bool {
    unsafe regexec(&compiled, text, 0, nil, 0) == 0
  }
}
