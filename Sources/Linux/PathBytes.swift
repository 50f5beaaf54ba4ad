// Paths from the kernel are bytes, and need not be UTF-8.

public import struct SystemPackage.FilePath

extension FilePath {
  /// A path of exactly these bytes, up to the first NUL.
  public init(bytes: some Sequence<UInt8>) {
    unsafe self.init(platformString: bytes.map { CChar(bitPattern: $0) } + [0])
  }
}
