// Where a container waits on its way: before its root changes, for hooks, and at the gate, for its start.

import Linux
import Testing

@testable import Isolation

@Suite(.enabled(if: ContainerBundle.isPossible)) struct ContainerPauseTests {
  @Test func waitsAtTheGate() throws {
    // spec: runtime.lifecycle.notrun
    var bundle = try ContainerBundle("echo started")
    let state = try FileDescriptor.open(bundle.directory, [.path, .directory])
    let gate = try StartGate("gate", in: state)
    bundle.plan.startGate = gate.descriptor.number
    let world = try bundle.plan.start()
    #expect(throws: SystemCallError.self) { _ = try bundle.read("out/answer") }
    try StartGate.open("gate", in: state, command: "/bin/sh")
    #expect(try world.pidfd.wait() == .exited(0))
    #expect(try bundle.read("out/answer") == "started\n")
  }

  @Test func aCommandThatIsMissingIsToldBeforeTheGate() throws {
    var bundle = try ContainerBundle("true")
    let state = try FileDescriptor.open(bundle.directory, [.path, .directory])
    let gate = try StartGate("gate", in: state)
    bundle.plan.startGate = gate.descriptor.number
    bundle.plan.command = IsolatedCommand(["/bin/missing"], environment: [])
    let error = #expect(throws: IsolationError.self) { _ = try bundle.answer() }
    #expect(error?.purpose == "find the command" && error?.cause?.errno == .enoent, "\(String(describing: error))")
  }

  @Test func pausesBeforeTheRootChanges() throws {
    let bundle = try ContainerBundle("cat /etc/hooked")
    var seen = ""
    let world = try bundle.plan.start(beforeRootChange: { (processID) throws(IsolationError) in
      seen = "\(processID)"
      do { try bundle.write("by a hook\n", "root/etc/hooked") } catch {}
    })
    #expect(seen == "\(world.processID)")
    _ = try world.pidfd.wait()
    #expect(try bundle.read("out/answer") == "by a hook\n")
  }

  @Test func aRefusalInThePauseEndsTheWorld() throws {
    let bundle = try ContainerBundle("true")
    let refusal = IsolationError(purpose: "run the hooks", cause: SystemCallError(call: "hook", errno: .ecanceled))
    let error = #expect(throws: IsolationError.self) {
      _ = try bundle.plan.start(beforeRootChange: { (_) throws(IsolationError) in throw refusal })
    }
    #expect(error == refusal)
  }
}
