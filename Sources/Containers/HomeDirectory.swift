// The home directory of a container's user, from the container's own accounts: a program expects HOME to be set.

internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

extension IsolatedCommand {
  /// Sets HOME where the environment lacks it: to what the accounts in the root directory say, else to `/`.
  mutating func setHome(ofUser user: UInt32, in root: FilePath) {
    if value(of: "HOME")?.isEmpty ?? true {
      set("HOME", to: Array((Accounts(inContainer: root)?.user(user)?.home ?? "/").utf8))
    }
  }
}

extension Accounts {
  /// More than any list of accounts has; what is larger is not read.
  private static let largest = 1 << 20

  /// The users of a container's root directory, whose links never lead out of it; nil where they cannot be read.
  fileprivate init?(inContainer root: FilePath) {
    do throws(SystemCallError) {
      let directory = try FileDescriptor.open(root, [.path, .directory])
      let file = try directory.open("etc/passwd", [.readOnly, .nonBlocking], resolve: [.inRoot, .noMagicLinks])
      let status = try file.status()
      guard status.isFile, status.size <= Self.largest else { return nil }
      self.init(passwd: try file.readAll(), group: [])
    } catch {
      return nil
    }
  }
}
