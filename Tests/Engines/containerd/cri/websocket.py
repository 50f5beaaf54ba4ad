"""As much of a WebSocket client (RFC 6455) as streams of exec, attach and port-forward need: one connection, binary
messages, the first byte of each being the number of a channel."""

import base64
import os
import socket
import struct
import urllib.parse


class Stream:
    def __init__(self, address, protocol):
        url = urllib.parse.urlsplit(address)
        self.socket = socket.create_connection((url.hostname, url.port), timeout=20)
        target = url.path + ("?" + url.query if url.query else "")
        self.socket.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {protocol}\r\nOrigin: http://localhost\r\n\r\n".encode())
        self.pending = b""
        while b"\r\n\r\n" not in self.pending:
            self.fill()
        head, _, self.pending = self.pending.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode())

    def fill(self):
        more = self.socket.recv(65536)
        if not more:
            raise EOFError
        self.pending += more

    def take(self, count):
        while len(self.pending) < count:
            self.fill()
        taken, self.pending = self.pending[:count], self.pending[count:]
        return taken

    def send(self, channel, content):
        content = bytes([channel]) + content
        mask = os.urandom(4)
        length = len(content)
        head = struct.pack("!BB", 0x82, 0x80 | length) if length < 126 else struct.pack("!BBH", 0x82, 0xFE, length)
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(content)))

    def messages(self):
        """(channel, bytes) until the other side closes."""
        while True:
            try:
                first, length = self.take(2)
                length &= 0x7F
                if length == 126:
                    length, = struct.unpack("!H", self.take(2))
                elif length == 127:
                    length, = struct.unpack("!Q", self.take(8))
                content = self.take(length)
            except (EOFError, ConnectionResetError):
                return
            if first & 0x0F == 8:
                return
            if first & 0x0F in (1, 2) and content:
                yield content[0], content[1:]

    def close(self):
        self.socket.close()
