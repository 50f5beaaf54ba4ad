// What a new world runs: the program, its arguments and the environment it is given.

/// A command line with the environment it starts with.
///
/// Source: execve(2).
public struct IsolatedCommand: Hashable, Sendable {
  /// The program's name or path first; bytes without NUL.
  public var arguments: [[UInt8]]
  /// The program's name or path, where the first argument is to say something else; nil: the first argument.
  public var program: [UInt8]?
  /// `NAME=value` entries, in order; bytes without NUL.
  public var environment: [[UInt8]]

  /// A command line and its environment, byte for byte.
  public init(arguments: [[UInt8]], environment: [[UInt8]]) {
    self.arguments = arguments
    self.environment = environment
  }

  /// The same from texts, which become UTF-8.
  public init(_ arguments: [String], environment: [String]) {
    self.init(arguments: arguments.map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) })
  }

  /// The person's own shell as a login shell: that of SHELL, else /bin/sh.
  public static func loginShell(environment: [[UInt8]]) -> IsolatedCommand {
    var command = IsolatedCommand(arguments: [], environment: environment)
    let shell = command.value(of: "SHELL") ?? Array("/bin/sh".utf8)
    let name = shell.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? shell
    command.program = shell
    command.arguments = [[UInt8(ascii: "-")] + name]
    return command
  }

  /// The first value of a variable, which getenv(3) finds; nil when it is not there.
  public func value(of name: String) -> [UInt8]? {
    let prefix = Array(name.utf8) + [UInt8(ascii: "=")]
    return environment.first { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }
  }

  /// Sets a variable, in the place of every former entry of that name.
  public mutating func set(_ name: String, to value: [UInt8]) {
    unset(name)
    environment.append(Array(name.utf8) + [UInt8(ascii: "=")] + value)
  }

  /// Takes a variable away.
  public mutating func unset(_ name: String) {
    let prefix = Array(name.utf8) + [UInt8(ascii: "=")]
    environment.removeAll { $0.starts(with: prefix) }
  }

  /// The paths that execve(2) is to try, in order: the name itself when it has a slash, else one in each directory
  /// of the command's own PATH.
  ///
  /// Source: environ(7), execvp(3).
  public var candidates: [[UInt8]] {
    guard let name = program ?? arguments.first, !name.isEmpty else { return [] }
    if name.contains(UInt8(ascii: "/")) { return [name] }
    let path = value(of: "PATH") ?? Array("/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin".utf8)
    let directories = path.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return directories.map { directory in
      let start: [UInt8] = directory.isEmpty ? [UInt8(ascii: ".")] : Array(directory)
      return start + [UInt8(ascii: "/")] + name
    }
  }
}
