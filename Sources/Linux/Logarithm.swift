// The two functions of the C library's mathematics that a weight of processor time takes.

internal import Glibc

/// The logarithm to base 2.
///
/// Corresponds to log2(3).
public func binaryLogarithm(_ number: Double) -> Double {
  log2(number)
}

/// 10 to the power of a number.
///
/// Corresponds to pow(3).
public func powerOfTen(_ exponent: Double) -> Double {
  pow(10, exponent)
}
