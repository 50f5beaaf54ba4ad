// The cgroup paths that engines make, as they are found on real machines.

import Linux
import Processes
import Testing

@Suite struct ContainerNameTests {
  static let id = String(repeating: "0123456789abcdef", count: 4)

  private func find(_ path: String) -> ContainerName? { ContainerName(cgroupPath: Array(path.utf8)) }

  @Test(arguments: [
    ("/docker/\(id)", ContainerName.Engine.docker), ("/system.slice/docker-\(id).scope", .docker),
    ("/docker/\(id)/system.slice/ssh.service", .docker),
    ("/machine.slice/libpod-\(id).scope/container", .podman), ("/libpod_parent/libpod-\(id)", .podman),
    ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope", .podman),
    ("/system.slice/nerdctl-\(id).scope", .containerd), ("/default/\(id)", .containerd),
    ("/default/redis", .containerd),
    ("/system.slice/containerd.service/kubepods-burstable-podx.slice:cri-containerd:\(id)", .criContainerd),
    ("/kubepods.slice/kubepods-besteffort.slice/cri-containerd-\(id).scope", .criContainerd),
    ("/kubepods.slice/crio-\(id).scope", .crio), ("/lxc/web", .lxc), ("/lxc.payload.web", .lxc),
    ("/lxc.payload/web/init.scope", .lxc), ("/machine.slice/machine-web.scope", .systemdNspawn),
    ("/machine.slice/systemd-nspawn@web.service", .systemdNspawn),
    ("/kubepods/burstable/pod0a1b2c3d-0000-1111-2222-333344445555/\(id)", .kubernetes),
  ])
  func engines(path: String, engine: ContainerName.Engine) throws {
    let name = try #require(find(path))
    #expect(name.engine == engine)
    #expect(name.isContainer)
    #expect(["web", "redis", Self.id].contains(name.identifier))
  }

  @Test func podsKeepTheirUID() throws {
    let slice = "kubepods-burstable-pod0a1b2c3d_0000_1111_2222_333344445555.slice"
    let name = try #require(find("/kubepods.slice/kubepods-burstable.slice/\(slice)/cri-containerd-\(Self.id).scope"))
    #expect(name.pod == "0a1b2c3d-0000-1111-2222-333344445555")
    #expect(name.shortIdentifier == "0123456789ab")
    #expect(name.description == "cri-containerd:0123456789ab")
  }

  @Test(arguments: ["/", "", "/user.slice", "/docker", "/docker/short", "/libpod-conmon-\(id)x", "/a/b/c"])
  func whatIsNoContainer(path: String) {
    #expect(find(path)?.isContainer != true)
  }

  @Test func unitsAreTheLastResort() throws {
    let name = try #require(find("/system.slice/ssh.service"))
    #expect(name.engine == .systemdUnit)
    #expect(name.description == "systemd:ssh.service")
  }

  @Test func oneHierarchyIsEnough() throws {
    let text = "9:name=systemd:/system.slice/docker.service\n4:memory:/docker/\(Self.id)\n0::/\n"
    let name = ContainerName(of: CgroupMembership.parse(Array(text.utf8).span))
    #expect(name?.engine == .docker)
  }
}
