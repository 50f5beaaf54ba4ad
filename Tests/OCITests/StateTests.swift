// What is told of containers and of the runtime, as JSON.

import JSON
import OCI
import Testing

@Suite struct StateTests {
  @Test func tellsHooksTheStateInOneLine() {
    // spec: runtime.state.fields
    var state = ContainerState(id: "a", status: .created, pid: 7, bundle: "/b")
    #expect(
      String(decoding: state.json(isIndented: false), as: UTF8.self)
        == #"{"ociVersion":"1.3.0","id":"a","pid":7,"status":"created","bundle":"/b"}"# + "\n")
    state.annotations = ["k": "v"]
    state.rootfs = "/b/rootfs"
    let value = JSONValue(state.json(isIndented: true))
    #expect(value?["annotations"]?["k"]?.text == "v")
    #expect(value?["rootfs"]?.text == "/b/rootfs")
  }

  @Test func tellsListenersOfSeccompTheProcess() {
    // spec: linux.seccomp.state.fields
    let state = ContainerState(id: "a", status: .creating, pid: 7, bundle: "/b")
    let value = JSONValue(ContainerProcessState(pid: 7, metadata: "m", state: state).json())
    #expect(value?["fds"]?.elements == [.text("seccompFd")])
    #expect(value?["pid"]?.integer == 7)
    #expect(value?["metadata"]?.text == "m")
    #expect(value?["state"]?["status"]?.text == "creating")
  }

  /// What the features name is what the reader takes.
  @Test func namesAsFeaturesWhatItReads() throws {
    // spec: features.hooks features.linux.namespaces features.linux.seccomp features.version
    var features = Features()
    features.seccomp = Features.SystemCallFilter()
    features.hasMemoryPolicy = true
    let value = try #require(JSONValue(features.json()))
    let linux = try #require(value["linux"])
    for kind in linux["namespaces"]?.elements ?? [] {
      #expect(Specification.Namespace.Kind(rawValue: kind.text ?? "") != nil)
    }
    #expect(linux["namespaces"]?.elements.count == 8)
    for version in [value["ociVersionMin"], value["ociVersionMax"]] {
      let text = #"{"ociVersion":"\#(version?.text ?? "")","root":{"path":"r"}}"#
      _ = try Specification(json: Array(text.utf8))
    }
    for hook in value["hooks"]?.elements ?? [] {
      let text = #"{"ociVersion":"1.3.0","root":{"path":"r"},"hooks":{"\#(hook.text ?? "")":[{"path":"/a"}]}}"#
      let read = try Specification(json: Array(text.utf8)).hooks?.byName.flatMap(\.hooks)
      #expect(read?.count == 1)
    }
    for action in linux["seccomp"]?["actions"]?.elements ?? [] {
      #expect(Specification.Seccomp.Action(rawValue: action.text ?? "") != nil)
    }
    #expect(linux["memoryPolicy"]?["modes"]?.elements.count == 7)
  }
}
