// What a signal does to this process when nobody waits for it.

internal import Glibc

extension Signal {
  /// Gives the signal its default action in this process, should it have been started with it ignored.
  public func restoreDefaultAction() {
    _ = Glibc.signal(rawValue, SIG_DFL)
  }

  /// Ignores the signal in this process and, across exec, in what it becomes.
  public func ignore() {
    _ = Glibc.signal(rawValue, SIG_IGN)
  }
}
