// A container made by an ordinary user, in a user namespace with nobody but that user in it.

import Isolation
import Linux
import struct SystemPackage.FilePath

/// Runs a script in a container whose root directory is the first argument; it prints to the standard output.
func runOwnContainer(_ arguments: ArraySlice<String>) -> Int32 {
  guard let root = arguments.first, let script = arguments.dropFirst().first else { return 2 }
  let shell = IsolatedCommand(["/bin/sh", "-c", script], environment: ["PATH=/bin"])
  var plan = IsolationPlan(command: shell, namespaces: [.newUser, .newMount, .newPID, .newUTS, .newIPC, .newNetwork])
  plan.idMaps = .own(
    user: UserIDs.current.effective, group: GroupIDs.current.effective, insideUser: 0, insideGroup: 0)
  plan.becomesRootOfUserNamespace = true
  plan.commandIsFirst = true
  plan.hasFreshProc = false
  plan.propagation = .slave
  plan.root = RootDirectory(path: FilePath(root), isReadOnly: true, hasFreshDevices: false)
  plan.mounts = [
    mount(.fileSystem("proc", device: "proc", options: []), on: "/proc"),
    mount(.fileSystem("tmpfs", device: "tmpfs", options: ["mode=755"]), on: "/dev"),
    mount(.fileSystem("sysfs", device: "sysfs", options: []), on: "/sys"),
    mount(.fileSystem("mqueue", device: "mqueue", options: []), on: "/dev/mqueue"),
    mount(.bind("/usr/bin/busybox", isRecursive: false), on: "/bin/sh"),
  ]
  plan.devices = PlannedDevice.standard
  plan.links = PlannedLink.standard
  plan.maskedPaths = ["/proc/interrupts", "/proc/fs"]
  plan.readOnlyPaths = ["/proc/sys"]
  plan.kernelSettings = [KernelSetting(name: "net.ipv4.ip_forward", value: "1")]
  plan.credentials.userID = 0
  plan.credentials.groupID = 0
  plan.credentials.supplementaryGroups = []
  plan.credentials.capabilitySets = CapabilitySets(bounding: 1, effective: 1, permitted: 1)
  do {
    let world = try plan.start()
    return try world.pidfd.wait().shellStatus
  } catch {
    print(error)
    return 125
  }
}

private func mount(_ source: PlannedMount.Source, on target: FilePath) -> PlannedMount {
  var mount = PlannedMount(source, on: target)
  mount.createsTarget = true
  return mount
}
