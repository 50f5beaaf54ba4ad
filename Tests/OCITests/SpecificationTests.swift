// config.json, as engines write it and with every field that there is.

import Fuzzing
import OCI
import Testing

@Suite struct SpecificationTests {
  @Test func readsWhatPodmanWrites() throws {
    let specification = try Specification(json: try Corpus.text("config", "podman.json"))
    #expect(specification.root?.path == "/var/lib/example/rootfs")
    #expect(specification.process?.user.umask == 0o22)
    #expect(specification.process?.args == ["/bin/sh", "-c", "sleep 5"])
    #expect(specification.process?.capabilities?.bounding.count == 11)
    #expect(specification.mounts.count == 11)
    #expect(specification.linux?.namespaces.map(\.type) == [.pid, .network, .ipc, .uts, .mount])
    #expect(specification.linux?.resources?.memory?.limit == 64 << 20)
    #expect(specification.linux?.resources?.pids?.limit == 100)
    #expect(specification.linux?.seccomp?.syscalls.count == 22)
  }

  @Test func readsWhatRuntimesWrite() throws {
    for name in ["runc-default.json", "runc-rootless.json", "crun-default.json"] {
      let specification = try Specification(json: try Corpus.text("config", name))
      #expect(specification.mounts.count == 7)
      #expect(specification.process?.args == ["sh"])
    }
  }
}
