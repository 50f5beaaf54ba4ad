// What this process was started with, and how it ends.

internal import CLinux
internal import Glibc

/// The arguments of this process byte for byte, the program's name first; also where /proc is missing, which Swift's
/// own `CommandLine` reads.
///
/// Source: execve(2).
public func commandLineBytes() -> [[UInt8]] {
  guard var next = unsafe clinux_arguments() else { return [] }
  var arguments: [[UInt8]] = []
  while let text = unsafe next.pointee {
    arguments.append(unsafe [UInt8](UnsafeRawBufferPointer(start: text, count: strlen(text))))
    unsafe next += 1
  }
  return arguments
}

/// The same as texts, of which bytes that are no UTF-8 became U+FFFD.
///
/// Source: execve(2).
public func commandLineTexts() -> [String] {
  commandLineBytes().map { String(decoding: $0, as: UTF8.self) }
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
