// A sample of what Commands may and may not do. path: Sources/Commands/Sample.swift
public import ArgumentParser
internal import Glibc  // expect: imports Glibc; only Linux may
@preconcurrency import CLinux  // expect: imports CLinux; only Linux may
internal import Linux
import Foundation  // expect: imports Foundation; nothing does
import FoundationEssentials  // expect: where no JSON is read
import struct SystemPackage.FilePath
import EngineCommands  // expect: Commands may not import EngineCommands

/// Documented.
public struct Sample {
  public let undocumented: Int  // expect: public symbol without a doc comment

  /// Documented, under an attribute.
  @inlinable
  public static func documented() {}

  public init() { undocumented = 0 }  // expect: public symbol without a doc comment
}

/// Documented.
public enum Kind {
  /// Documented.
  case one
  case two  // expect: public symbol without a doc comment

  func name() -> String {
    switch self {
    case .one: "syscall and errno in a string, and \(syscall())"  // expect: names `syscall`
    case .two: #"raw \(errno), but \#(errno) is code"#  // expect: names C's `errno`
    }
  }
}

extension Kind: CustomStringConvertible {
  public var description: String { "" }
}

func errors(error: SystemCallError) -> Bool {
  // A comment may say errno, syscall and UnsafePointer; /* so may this */
  error.errno == .eperm || SystemCallError(call: "open", errno: .eperm) == error
    || errno == 1  // expect: names C's `errno`
}

func pointers(_ p: UnsafeRawPointer) {  // expect: names an `Unsafe…Pointer`
  withUnsafeMutablePointer(to: &x) { $0 }  // expect: names an `Unsafe…Pointer`
  _ = try? pointers(p)
}
