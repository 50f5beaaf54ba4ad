// What this process was started with, and how it ends.

internal import Glibc

/// The arguments of this process byte for byte, the program's name first.
///
/// Source: execve(2).
public func commandLineBytes() -> [[UInt8]] {
  let count = Int(CommandLine.argc)
  let texts = unsafe CommandLine.unsafeArgv
  return (0..<count).map { index in
    guard let text = unsafe texts[index] else { return [] }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }
}

/// The value of a variable of this process's environment; nil when it is unset.
///
/// Corresponds to getenv(3).
public func environmentVariable(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}

/// Ends this process.
///
/// - Parameter status: 0 to 255.
///
/// Corresponds to exit(3): the C library's exit handlers run.
public func exitProcess(_ status: Int32) -> Never {
  exit(status)
}
