// Error numbers under the names that errno(3) gives them.

internal import CLinux
internal import Glibc

/// An error number of the kernel.
///
/// The raw value is the number, always positive. Source: errno(3).
public struct Errno: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// Operation not permitted.
  public static let eperm = Errno(rawValue: 1)
  /// No such file or directory.
  public static let enoent = Errno(rawValue: 2)
  /// No such process.
  public static let esrch = Errno(rawValue: 3)
  /// Interrupted system call.
  public static let eintr = Errno(rawValue: 4)
  /// Input/output error.
  public static let eio = Errno(rawValue: 5)
  /// No such device, or nobody at the other end.
  public static let enxio = Errno(rawValue: 6)
  /// Argument list too long.
  public static let e2big = Errno(rawValue: 7)
  /// Exec format error.
  public static let enoexec = Errno(rawValue: 8)
  /// Bad file descriptor.
  public static let ebadf = Errno(rawValue: 9)
  /// No child processes.
  public static let echild = Errno(rawValue: 10)
  /// Resource temporarily unavailable.
  public static let eagain = Errno(rawValue: 11)
  /// Cannot allocate memory.
  public static let enomem = Errno(rawValue: 12)
  /// Permission denied.
  public static let eacces = Errno(rawValue: 13)
  /// Device or resource busy.
  public static let ebusy = Errno(rawValue: 16)
  /// File exists.
  public static let eexist = Errno(rawValue: 17)
  /// No such device.
  public static let enodev = Errno(rawValue: 19)
  /// Not a directory.
  public static let enotdir = Errno(rawValue: 20)
  /// Is a directory.
  public static let eisdir = Errno(rawValue: 21)
  /// Invalid argument.
  public static let einval = Errno(rawValue: 22)
  /// Too many open files.
  public static let emfile = Errno(rawValue: 24)
  /// Inappropriate ioctl for device.
  public static let enotty = Errno(rawValue: 25)
  /// No space left on device; also a limit of the count of namespaces.
  public static let enospc = Errno(rawValue: 28)
  /// Read-only file system.
  public static let erofs = Errno(rawValue: 30)
  /// The address, here a port, is taken.
  public static let eaddrinuse = Errno(rawValue: 98)
  /// A connection that waited to be accepted is gone.
  public static let econnaborted = Errno(rawValue: 103)
  /// Connection reset by peer.
  public static let econnreset = Errno(rawValue: 104)
  /// Broken pipe.
  public static let epipe = Errno(rawValue: 32)
  /// Result too large for the buffer.
  public static let erange = Errno(rawValue: 34)
  /// File name too long.
  public static let enametoolong = Errno(rawValue: 36)
  /// System call not implemented by this kernel.
  public static let enosys = Errno(rawValue: 38)
  /// Directory not empty.
  public static let enotempty = Errno(rawValue: 39)
  /// Too many levels of symbolic links.
  public static let eloop = Errno(rawValue: 40)
  /// Value too large for its type.
  public static let eoverflow = Errno(rawValue: 75)
  /// Too many users; a limit of the nesting of user and PID namespaces.
  public static let eusers = Errno(rawValue: 87)
  /// Protocol not supported.
  public static let eprotonosupport = Errno(rawValue: 93)
  /// Operation not supported.
  public static let eopnotsupp = Errno(rawValue: 95)
  /// No buffer space available; of netlink: messages were lost.
  public static let enobufs = Errno(rawValue: 105)
  /// Connection timed out.
  public static let etimedout = Errno(rawValue: 110)
  /// Operation cancelled; here: the other end of a pipe went away before it said to go on.
  public static let ecanceled = Errno(rawValue: 125)

  /// The symbolic name, for example `EPERM`; the number where the C library knows no name.
  public var name: String {
    guard let text = unsafe clinux_error_name(rawValue) else { return "errno \(rawValue)" }
    return unsafe String(cString: text)
  }

  /// The C library's sentence, for example `Operation not permitted`.
  public var message: String {
    unsafe String(cString: strerror(rawValue))
  }
}

extension Errno: CustomStringConvertible {
  public var description: String { name }
}
