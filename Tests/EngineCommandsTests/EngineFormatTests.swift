// What engines read, as values: lines of the log, states, lists, and command lines as typed.

import CommandDescription
import Containers
import Linux
import OCI
import Testing

@testable import EngineCommands

@Suite struct EngineLogTests {
  private func line(_ message: String, _ format: EngineLog.Format) -> String {
    EngineLog.line(.error, message, format, at: Timestamp(nanoseconds: 1_709_251_198_000_000_001))
  }

  @Test func speaksAsRuncDoes() {
    #expect(
      line("container does not exist", .text)
        == "time=\"2024-02-29T23:59:58.000000001Z\" level=error msg=\"container does not exist\"\n")
    #expect(line("bare", .text).hasSuffix(" msg=bare\n"))
    #expect(line("a \"b\"\n", .text).hasSuffix(#"msg="a \"b\"\n""# + "\n"))
  }

  @Test func writesJSON() {
    #expect(
      line("no \"x\"\u{1b}\\", .json)
        == #"{"level":"error","msg":"no \"x\"\u001b\\","time":"2024-02-29T23:59:58.000000001Z"}"# + "\n")
  }
}

@Suite struct SummaryTests {
  private var summary: ContainerSummary {
    ContainerSummary(
      specificationVersion: "1.2.0", identifier: "web", processID: 7, status: "running", bundle: "/b",
      root: "/b/rootfs",
      created: "2024-02-29T23:59:58Z", annotations: ["b": "2", "a": "1"], owner: "root")
  }

  @Test func stateHasTheFieldsOfRunc() {
    #expect(
      String(decoding: StateCommand.json(summary), as: UTF8.self) == """
        {
          "ociVersion": "1.2.0",
          "id": "web",
          "pid": 7,
          "status": "running",
          "bundle": "/b",
          "rootfs": "/b/rootfs",
          "created": "2024-02-29T23:59:58Z",
          "annotations": {
            "a": "1",
            "b": "2"
          },
          "owner": "root"
        }

        """)
  }

  @Test func listsAsRuncDoes() {
    #expect(
      ListCommand.table([summary]) == """
        ID          PID         STATUS      BUNDLE      CREATED                OWNER
        web         7           running     /b          2024-02-29T23:59:58Z   root

        """)
    #expect(String(decoding: ListCommand.json([]), as: UTF8.self) == "[]\n")
    let one = String(decoding: ListCommand.json([summary]), as: UTF8.self)
    #expect(one.hasPrefix(#"[{"ociVersion":"1.2.0","id":"web","pid":7,"#) && one.hasSuffix("}]\n"))
  }
}
