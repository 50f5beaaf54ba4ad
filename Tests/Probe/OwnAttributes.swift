// Changes that a test must not make to its own process: mounts, capabilities, limits, the terminal's foreground. Each
// prints a line for what it finds after each change.

internal import Linux
internal import struct SystemPackage.FilePath

/// Prints what an attempt gives, or the error that ends it.
func report(_ attempt: () throws(SystemCallError) -> Void) {
  do throws(SystemCallError) {
    try attempt()
  } catch {
    say("\(error.call): \(error.errno.name)")
  }
}

private func say(_ line: String) {
  do { try FileDescriptor.standardOutput.write(line + "\n") } catch { exitProcess(3) }
}

/// Makes a file system without a place, gives it one, and makes it read-only; in a mount namespace of its own.
func mountByDescriptors() throws(SystemCallError) {
  try unshare(.newMount)
  try DetachedMount(openingTree: "/", []).setAttributes([], propagation: .private, recursive: true)
  let context = try FileSystemContext("tmpfs")
  report { () throws(SystemCallError) in try context.set("nosuchoption") }
  say(try context.messages().joined())
  try context.set("size", to: "1m")
  try context.create()
  let mount = try context.makeMount(.noSetUID)
  try mount.attach(on: "/mnt")
  try writeFile("/mnt/file")
  try makeDirectory("/mnt/copy", mode: 0o755)
  try DetachedMount(openingTree: "/mnt").attach(on: "", in: FileDescriptor.open("/mnt/copy", .directory))
  try mount.setAttributes(.readOnly)
  report { () throws(SystemCallError) in try writeFile("/mnt/file") }
  try writeFile("/mnt/copy/file")
  say(String(decoding: try FileDescriptor.open("/mnt/file").readAll(), as: UTF8.self))
}

private func writeFile(_ path: FilePath) throws(SystemCallError) {
  try FileDescriptor.open(path, [.writeOnly, .create, .truncate]).write("written to \(path)")
}

/// Becomes another user with other groups and keeps one capability, raises and lowers it, and gives one up for good.
func changeCapabilities() throws(SystemCallError) {
  try setSupplementaryGroups([7, 11])
  say("\(try supplementaryGroups())")
  try ProcessAttribute.setKeepCapabilities(true)
  try UserIDs.apply(CredentialIDs(real: 65534, effective: 65534, saved: 65534))
  say("\(try ProcessCapabilities().effective)")
  let kept = CapabilitySet([.kill, .setProcessCapabilities])
  try ProcessCapabilities(effective: kept, permitted: kept, inheritable: CapabilitySet([.kill])).apply()
  try Capability.kill.raiseAmbient()
  report { () throws(SystemCallError) in try Capability.setProcessCapabilities.raiseAmbient() }
  say("\(CapabilitySet.ambient)")
  try Capability.clearAmbient()
  say("\(CapabilitySet.ambient)")
  try Capability.setTime.dropFromBoundingSet()
  say("\(CapabilitySet.bounding.contains(.setTime)) \(CapabilitySet.bounding.contains(.kill))")
}

/// Lowers a limit, and adopts orphans.
func changeAttributes() throws(SystemCallError) {
  try Resource.openFiles.setLimits(soft: 64, hard: 128)
  report { () throws(SystemCallError) in try Resource.openFiles.setLimits(soft: 256, hard: 128) }
  say("\(try Resource.openFiles.limits())")
  for isSubreaper in [true, false] {
    try ProcessAttribute.setChildSubreaper(isSubreaper)
    say("\(try ProcessAttribute.isChildSubreaper())")
  }
}

/// Puts a child's process group into the foreground of the terminal on standard input.
func changeForeground() throws(SystemCallError) {
  let terminal = FileDescriptor.standardInput
  say("\(try terminal.foregroundProcessGroup() == CallingProcess.processID)")
  var program = SystemCallProgram()
  program.append(.startProcessGroup())
  program.append(.execute(["/bin/sleep", "/usr/bin/sleep"], ["sleep", "20"].map { Array($0.utf8) }, environment: []))
  let child = try program.start()
  _ = try child.report.awaitOutcome()
  try terminal.setForegroundProcessGroup(child.processID)
  say("\(try terminal.foregroundProcessGroup() == child.processID)")
  try child.pidfd.end()
  report { () throws(SystemCallError) in try terminal.setForegroundProcessGroup(child.processID) }
}
