// A ring of memory into which programs that the kernel runs write records, and out of which they are read without a
// system call.

internal import CLinux
internal import Glibc

/// Records that programs of the kernel wrote, in the order in which they made room for them.
///
/// Source: Documentation/bpf/ringbuf.rst, Linux 5.8.
public struct BPFRing: ~Copyable {
  /// What programs name it by.
  let map: FileDescriptor
  private let size: Int
  /// The place up to which was read.
  private let consumer: SharedMemory
  /// What only the kernel writes: a page with the place up to which was written, then the records, twice one after the
  /// other, so that none is broken in two.
  private let producer: SharedMemory

  /// Makes a ring.
  ///
  /// - Parameter size: in bytes, a power of two and pages.
  /// - Throws: `SystemCallError` with `EPERM` without CAP_BPF, and any errno of bpf(2) and mmap(2).
  public init(size: Int) throws(SystemCallError) {
    let page = SystemConfiguration.pageSize
    let map = try bpfDescriptor(0, [27, UInt64(size) << 32], "bpf(BPF_MAP_CREATE)")
    let consumer = try SharedMemory(of: map, page, from: 0, PROT_READ | PROT_WRITE)
    let producer = try SharedMemory(of: map, page + 2 * size, from: page, PROT_READ)
    self.init(map: map, size: size, consumer: consumer, producer: producer)
  }

  private init(
    map: consuming FileDescriptor, size: Int, consumer: consuming SharedMemory, producer: consuming SharedMemory
  ) {
    self.map = map
    self.size = size
    self.consumer = consumer
    self.producer = producer
  }

  /// Lends each record that is complete, and lets it go. One that is being written ends the reading: the next begins there.
  public mutating func read(_ body: (RawSpan) -> Void) {
    let written = unsafe clinux_load(producer.start.assumingMemoryBound(to: UInt64.self))
    var place = unsafe clinux_load(consumer.start.assumingMemoryBound(to: UInt64.self))
    while place < written {
      let record = unsafe producer.start + SystemConfiguration.pageSize + Int(place) & (size - 1)
      // Its length, a bit of one that is being written, and one of what was given up; then the page, which is the kernel's.
      let header = unsafe clinux_load(record.assumingMemoryBound(to: UInt64.self)) & 0xffff_ffff
      if header & 1 << 31 != 0 { break }
      let length = Int(header & (1 << 30 - 1))
      if header & 1 << 30 == 0 { unsafe body(UnsafeRawBufferPointer(start: record + 8, count: length).bytes) }
      place += UInt64((8 + length + 7) / 8 * 8)
      unsafe clinux_store(consumer.start.assumingMemoryBound(to: UInt64.self), place)
    }
  }
}

/// Memory of a descriptor's.
///
/// Corresponds to mmap(2) MAP_SHARED.
@safe
struct SharedMemory: ~Copyable {
  let start: UnsafeMutableRawPointer
  private let size: Int

  init(
    of descriptor: borrowing FileDescriptor, _ size: Int, from offset: Int, _ protection: Int32
  ) throws(SystemCallError) {
    let address = try systemCall(
      "mmap", __NR_mmap, 0, UInt64(size), UInt64(protection), UInt64(MAP_SHARED),
      UInt64(descriptor: descriptor.number), UInt64(offset), on: "the ring of a program of the kernel")
    guard let start = unsafe UnsafeMutableRawPointer(bitPattern: address) else {
      throw SystemCallError(call: "mmap", errno: .enomem, object: "the ring of a program of the kernel")
    }
    unsafe self.start = start
    self.size = size
  }

  deinit {
    unsafe munmap(start, size)
  }
}
