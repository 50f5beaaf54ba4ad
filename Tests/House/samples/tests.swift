// Tests are held to the imports of the C library, not to documentation. path: Tests/LinuxTests/Sample.swift
import Testing
import Glibc  // expect: imports Glibc; only Linux may
@testable import Linux

public struct Undocumented {}
