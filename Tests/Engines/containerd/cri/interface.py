"""The Kubernetes container runtime interface, version 1, as the installed containerd speaks it: the description is
taken out of containerd's own program, which carries it, so that client and server cannot disagree."""

import re
import shutil
import zlib

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def descriptions(program):
    """The compressed file descriptions that a Go program carries."""
    with open(program, "rb") as file:
        content = file.read()
    for found in re.finditer(rb"\x1f\x8b\x08", content):
        try:
            yield zlib.decompressobj(31).decompress(content[found.start():found.start() + 1_000_000])
        except zlib.error:
            continue


def interface(program):
    for content in descriptions(program):
        if b"runtime.v1\x1a" in content[:100]:
            file = descriptor_pb2.FileDescriptorProto.FromString(content)
            # The Go generator's own options; nothing of the interface depends on them.
            del file.dependency[:]
            return file
    raise SystemExit(f"{program} carries no description of runtime.v1")


class Client:
    """`client.RunPodSandbox(config={...})`: a method for each call, its request's fields as arguments."""

    def __init__(self, address):
        file = interface(shutil.which("containerd"))
        pool = descriptor_pool.DescriptorPool()
        pool.Add(file)
        factory = message_factory.MessageFactory(pool)
        channel = grpc.insecure_channel(f"unix://{address}")
        for service in file.service:
            for method in service.method:
                request = factory.GetPrototype(pool.FindMessageTypeByName(method.input_type[1:]))
                response = factory.GetPrototype(pool.FindMessageTypeByName(method.output_type[1:]))
                call = channel.unary_unary(
                    f"/{file.package}.{service.name}/{method.name}",
                    request_serializer=request.SerializeToString, response_deserializer=response.FromString)
                setattr(self, method.name, self.caller(call, request))

    @staticmethod
    def caller(call, request):
        return lambda **fields: call(request(**fields), timeout=30)
