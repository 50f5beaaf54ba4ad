// The small program that kernel tests start: what must not happen in a test process, or in a threaded one that a test
// may have to end, happens here. The first argument says what.

internal import Linux

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "crowd":
  exitProcess(Crowd(worlds: arguments.dropFirst().first.flatMap { Int($0) } ?? 0).run())
case "thread-namespace":
  await holdNamespaceByThread()
case "socket-namespace":
  holdNamespaceBySocket()
case "compare-readings":
  compareReadings()
case "mount": report(mountByDescriptors)
case "capabilities": report(changeCapabilities)
case "attributes": report(changeAttributes)
case "foreground": report(changeForeground)
case "container": exitProcess(runOwnContainer(arguments.dropFirst()))
default:
  print(
    "usage: Probe crowd COUNT | thread-namespace | socket-namespace | compare-readings | mount | capabilities | "
      + "attributes | foreground | container ROOT SCRIPT")
  exitProcess(2)
}
