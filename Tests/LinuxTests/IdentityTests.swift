// Credentials, capabilities, limits, accounts and the environment, beside what /proc and the shell say of them.

import Linux
import struct SystemPackage.FilePath
import Testing

private func ownStatus(_ field: String) throws -> [String] {
  let text = try String(decoding: FileDescriptor.open("/proc/thread-self/status").readAll(), as: UTF8.self)
  let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") }
  return line.map { $0.split(whereSeparator: \.isWhitespace).dropFirst().map(String.init) } ?? []
}

@Test func credentialsAreThoseOfProc() throws {
  let users = UserIDs.current
  #expect(try ownStatus("Uid").prefix(3).elementsEqual([users.real, users.effective, users.saved].map { "\($0)" }))
  let groups = GroupIDs.current
  #expect(try ownStatus("Gid").prefix(3).elementsEqual([groups.real, groups.effective, groups.saved].map { "\($0)" }))
  #expect(try supplementaryGroups().map { "\($0)" } == ownStatus("Groups"))
}

@Test func capabilitiesAreThoseOfProc() throws {
  func set(_ field: String) throws -> CapabilitySet {
    CapabilitySet(rawValue: try UInt64(#require(ownStatus(field).first), radix: 16) ?? 1)
  }
  let own = try ProcessCapabilities()
  #expect(try own.effective == set("CapEff") && own.permitted == set("CapPrm") && own.inheritable == set("CapInh"))
  #expect(try CapabilitySet.bounding == set("CapBnd") && CapabilitySet.ambient == set("CapAmb"))
  let last = try FileDescriptor.open("/proc/sys/kernel/cap_last_cap").readAll()
  #expect("\(Capability.lastOfKernel)\n" == String(decoding: last, as: UTF8.self))
}

@Test func capabilitiesHaveTheNamesOfTheManual() {
  #expect(Capability.allCases.count == 41)
  #expect(
    Capability.changeOwner.name == "CAP_CHOWN" && Capability.checkpointAndRestore.name == "CAP_CHECKPOINT_RESTORE")
  for capability in Capability.allCases { #expect(Capability(named: capability.name) == capability) }
  #expect(Capability(named: "Sys_Admin") == .administerSystem && Capability(named: "cap_none") == nil)
  #expect(CapabilitySet([.kill, .setUserID]).description == "CAP_KILL,CAP_SETUID")
  #expect(CapabilitySet(rawValue: 1 << 60).description == "60" && CapabilitySet().description == "none")
}

@Test func limitsAreThoseOfProc() throws {
  let limits = try Resource.openFiles.limits()
  let text = try String(decoding: FileDescriptor.open("/proc/self/limits").readAll(), as: UTF8.self)
  let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("Max open files") })
  #expect(line.contains(" \(limits.soft) ") && line.contains(" \(limits.hard) "))
}

@Test func accountsAreReadAsBytes() {
  let passwd =
    "root:x:0:0:root:/root:/bin/bash\nbroken\n:x:1:1::/:/\nann:x:1000:100:Ann:/home/ann:\nten:x:1000:100::/:\n"
  let group = "root:x:0:\nstaff:x:50:ann,bob\nusers:x:100:bob\n"
  let accounts = Accounts(passwd: Array(passwd.utf8), group: Array(group.utf8))
  #expect(accounts.users.map(\.name) == ["root", "ann", "ten"])
  #expect(accounts.userName(1000) == "ann" && accounts.userName(7) == nil)
  #expect(accounts.user(named: "ten")?.groupID == 100 && accounts.user(named: "ann")?.home == "/home/ann")
  #expect(accounts.groupName(50) == "staff" && accounts.group(named: "users")?.id == 100)
  #expect(accounts.groupIDs(ofMember: "bob") == [50, 100])
}

@Test func accountsOfARootWithoutFilesAreEmpty() {
  let accounts = Accounts(root: "/proc")
  #expect(accounts.users.isEmpty && accounts.groups.isEmpty)
}

@Test func environmentIsByteForByte() throws {
  let given = try FileDescriptor.open("/proc/self/environ").readAll().split(separator: 0).map(Array.init)
  let entries = CallersEnvironment.entries
  #expect(given.allSatisfy { entries.contains($0) })
}

@Test func ownNumbersAreThoseOfProc() throws {
  #expect(try ownStatus("Tgid") == ["\(CallingProcess.processID)"])
  #expect(try ownStatus("PPid") == ["\(CallingProcess.parentID)"])
  let directory = try FileDescriptor.workingDirectory.readLink("/proc/self/cwd")
  #expect(try CallingProcess.workingDirectory() == FilePath(bytes: directory))
}

@Test func systemConfigurationIsPlausible() throws {
  let uptime = try FileDescriptor.open("/proc/uptime").readAll()
  let seconds = try #require(Double(String(decoding: uptime.prefix { $0 != 32 }, as: UTF8.self)))
  #expect(abs(Double(SystemConfiguration.uptimeNanoseconds) / 1e9 - seconds) < 1)
  #expect(SystemConfiguration.clockTicksPerSecond == 100 && SystemConfiguration.pageSize >= 4096)
  #expect(SystemConfiguration.onlineProcessorCount > 0)
}
