// Why a terminal cannot be taken over.

public import Linux

/// Why there is no screen.
public enum ScreenError: Error, Hashable, Sendable {
  /// Standard input, or output, is no terminal; its name.
  case noTerminal(String)
  /// TERM is not set, or empty.
  case unnamedTerminal
  /// No description of the terminal that TERM names was found.
  case unknownTerminal(String)
  /// The terminal that TERM names cannot place its cursor.
  case incapableTerminal(String)
  /// The terminal has fewer rows or columns than are needed.
  case tooSmall(WindowSize, needed: WindowSize)
  /// The program was killed in the midst of it; the terminal was restored.
  case killed(Signal)
  /// The kernel refused something.
  case systemCall(SystemCallError)
}
