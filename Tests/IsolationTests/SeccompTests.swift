// Rules for system calls become a program, which is run here as the kernel would; and programs are kept for later.

import Isolation
import Linux
import Testing

import struct SystemPackage.FilePath

/// A program as the kernel runs it for a system call: struct sock_filter after struct sock_filter.
private struct FilterMachine {
  let program: [UInt8]

  private func number(_ place: Int, _ size: Int) -> UInt32 {
    (0..<size).reduce(0) { $0 | UInt32(program[place + $1]) << UInt32(8 * $1) }
  }

  /// What the kernel does with a call of the x86-64 architecture: SECCOMP_RET_*.
  func verdict(_ call: UInt32, _ arguments: UInt64..., architecture: UInt32 = 0xc000_003e) -> UInt32? {
    var words: [UInt32] = [call, architecture, 0, 0]
    for argument in arguments + Array(repeating: 0, count: 6 - arguments.count) {
      words += [UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32)]
    }
    var accumulator: UInt32 = 0
    var index = 0
    while index * 8 < program.count {
      let (code, value) = (number(index * 8, 2), number(index * 8 + 4, 4))
      let (isTrue, isFalse) = (Int(program[index * 8 + 2]), Int(program[index * 8 + 3]))
      index += 1
      switch code {
      case 0x20: accumulator = words[Int(value / 4)]
      case 0x54: accumulator &= value
      case 0x05: index += Int(value)
      case 0x15: index += accumulator == value ? isTrue : isFalse
      case 0x25: index += accumulator > value ? isTrue : isFalse
      case 0x35: index += accumulator >= value ? isTrue : isFalse
      case 0x06: return value
      default: return nil
      }
    }
    return nil
  }
}

#if arch(x86_64)
  @Suite struct SeccompTests {
    private static let allow: UInt32 = 0x7fff_0000
    private static let (read, mkdir, personality, socket): (UInt32, UInt32, UInt32, UInt32) = (0, 83, 135, 41)

    private func profile(_ rules: [SeccompProfile.Rule]) -> SeccompProfile {
      var profile = SeccompProfile(defaultAction: .fail)
      profile.defaultErrorNumber = 38
      profile.rules = rules
      return profile
    }

    @Test func actionsAndErrnos() throws {
      // spec: linux.seccomp.filter linux.seccomp.errno.default
      let filter = try profile([
        .init(["read", "no_such_call"], .allow), .init(["mkdir"], .fail), .init(["socket"], .fail, errorNumber: 97),
        .init(["personality"], .killProcess), .init(["chdir"], .fail, errorNumber: 38),
      ]).compile()
      let machine = FilterMachine(program: filter.program)
      #expect(machine.verdict(Self.read) == Self.allow)
      #expect(machine.verdict(Self.mkdir) == 0x0005_0001)
      #expect(machine.verdict(Self.socket) == 0x0005_0061)
      #expect(machine.verdict(Self.personality) == 0x8000_0000)
      #expect(machine.verdict(80) == 0x0005_0026)
      #expect(machine.verdict(Self.read, architecture: 0x4000_0003).map { $0 != Self.allow } == true)
      #expect(filter.flags == 4 && !filter.hasListener)
    }

    @Test func whatIsNewerThanTheRulesIsNotThere() throws {
      var profile = SeccompProfile(defaultAction: .fail)
      profile.rules = [.init(["read", "openat2", "chdir"], .allow)]
      profile.architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
      let machine = FilterMachine(program: try profile.compile().program)
      let (missing, refused): (UInt32, UInt32) = (0x0005_0026, 0x0005_0001)
      #expect(machine.verdict(Self.read) == Self.allow && machine.verdict(437) == Self.allow)
      #expect(machine.verdict(438) == missing && machine.verdict(999) == missing)
      #expect(machine.verdict(Self.mkdir) == refused && machine.verdict(436) == refused)
      // Of i386, and of x32.
      #expect(machine.verdict(12, architecture: 0x4000_0003) == Self.allow)
      #expect(machine.verdict(11, architecture: 0x4000_0003) == refused)
      #expect(machine.verdict(438, architecture: 0x4000_0003) == missing)
      #expect(machine.verdict(0x4000_0000) == Self.allow && machine.verdict(0x4000_0053) == refused)
      profile.defaultAction = .killProcess
      #expect(FilterMachine(program: try profile.compile().program).verdict(999) == 0x8000_0000)
    }

    @Test func arguments() throws {
      // spec: linux.seccomp.filter
      let filter = try profile([
        .init(["socket"], .allow, conditions: [.init(argument: 0, .notEqual, 40), .init(argument: 2, .equal, 7)]),
        .init(["personality"], .allow, conditions: [.init(argument: 0, .equal, 0), .init(argument: 0, .equal, 8)]),
        .init(["mkdir"], .allow, conditions: [.init(argument: 1, .maskedEqual, 0x7e02_0000, 0)]),
        .init(["read"], .allow, conditions: [.init(argument: 2, .less, 1 << 40)]),
      ]).compile()
      let machine = FilterMachine(program: filter.program)
      let refused: UInt32 = 0x0005_0026
      #expect(machine.verdict(Self.socket, 1, 0, 7) == Self.allow)
      #expect(machine.verdict(Self.socket, 40, 0, 7) == refused)
      #expect(machine.verdict(Self.socket, 1, 0, 6) == refused)
      #expect(machine.verdict(Self.personality, 0) == Self.allow)
      #expect(machine.verdict(Self.personality, 8) == Self.allow)
      #expect(machine.verdict(Self.personality, 9) == refused)
      #expect(machine.verdict(Self.mkdir, 0, 0x1ff) == Self.allow)
      #expect(machine.verdict(Self.mkdir, 0, 0x0002_0000) == refused)
      #expect(machine.verdict(Self.read, 0, 0, (1 << 40) - 1) == Self.allow)
      #expect(machine.verdict(Self.read, 0, 0, 1 << 40) == refused)
    }

    @Test func architecturesShareTheRules() throws {
      // spec: linux.seccomp.filter
      var profile = profile([.init(["read"], .allow)])
      profile.architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
      let machine = FilterMachine(program: try profile.compile().program)
      #expect(machine.verdict(3, architecture: 0x4000_0003) == Self.allow)
      #expect(machine.verdict(0x4000_0000) == Self.allow)
      profile.architectures = ["SCMP_ARCH_PDP11"]
      #expect(throws: SeccompError.unknownArchitecture("SCMP_ARCH_PDP11")) { try profile.compile() }
    }

    @Test func flagsAndListener() throws {
      // spec: linux.seccomp.flags
      var profile = profile([.init(["mkdir"], .notify)])
      profile.flags = [.synchronizesThreads, .log, .waitKillable]
      let filter = try profile.compile()
      #expect(filter.hasListener && filter.flags == 0b110011)
      #expect(FilterMachine(program: filter.program).verdict(Self.mkdir) == 0x7fc0_0000)
      profile.rules = [.init(["write"], .notify)]
      #expect(throws: SeccompError.notifiesWrite) { try profile.compile() }
      profile.rules = [.init(["read"], .allow)]
      #expect(try profile.compile().flags == 0b100011)
    }

    @Test func aKeptFilterIsTheOneThatWasMade() throws {
      let directory = FilePath("/tmp/pangaea-test-filters-\(monotonicNanoseconds())")
      defer {
        #expect(throws: Never.self) {
          for name in try names(of: directory) { try removeFile(directory.appending(name)) }
          try removeDirectory(directory)
        }
      }
      let cache = SeccompCache(directory)
      let first = profile([.init(["read"], .allow)])
      let second = profile([.init(["read"], .allow), .init(["mkdir"], .allow)])
      let made = try cache.filter(of: first)
      #expect(try made == first.compile())
      #expect(try cache.filter(of: second) == second.compile())
      #expect(try cache.filter(of: first) == made)
      #expect(try names(of: directory).count == 2)
      #expect(try FileDescriptor.workingDirectory.status(of: directory).mode & 0o777 == 0o700)

      // What was tampered with, or could have been, is not used.
      for name in try names(of: directory) {
        let file = directory.appending(name)
        let content = try FileDescriptor.workingDirectory.readFile(file)
        try FileDescriptor.open(file, [.writeOnly, .truncate]).write(Array(content.dropLast(3)))
      }
      #expect(try cache.filter(of: first) == made)
    }

    @Test func withoutAPlaceToKeepItAFilterIsMade() throws {
      let filter = try SeccompCache("/proc/nowhere").filter(of: profile([.init(["read"], .allow)]))
      #expect(!filter.program.isEmpty)
    }

    private func names(of directory: FilePath) throws -> [String] {
      var names: [String] = []
      var reader = DirectoryReader()
      try reader.forEachEntry(of: try FileDescriptor.open(directory, .directory)) { (entry) throws(SystemCallError) in
        names.append(String(decoding: entry.bytes, as: UTF8.self))
      }
      return names
    }
  }
#endif
