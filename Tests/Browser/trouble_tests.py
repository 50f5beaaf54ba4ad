"""What goes wrong: a port that is taken, a link that is not the one, a browser that goes in the middle; each function is one
test."""

import socket
import struct

from window import Window
from world import World


def test_a_port_that_is_taken_is_told(page):
    said = page.world.ask(f"{page.world.program} web --port {page.world.port} 2>&1; echo status=$?")
    assert f"cannot listen on 127.0.0.1:{page.world.port}" in said and "another program listens" in said, said
    assert "try: " in said and "status=2" in said, said
    for odd in ("65536", "-1", "http"):
        said = page.world.ask(f"{page.world.program} web --port {odd} 2>&1; echo status=$?")
        assert "0 to 65535" in said and "status=2" in said, said


def test_nobody_listens_but_on_loopback(page):
    listening = page.world.ask(
        f"ls -l /proc/{page.world.page_pid}/fd | sed -n 's/.*socket:.\\([0-9]*\\).*/\\1/p' | while read inode; do "
        "cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 | awk -v i=$inode '$10 == i && ($4 == \"0A\" || $4 == \"07\") { print $2 }'; done")
    assert listening.split() == [f"0100007F:{page.world.port:04X}"], listening


def test_a_wrong_link_says_what_to_do(page):
    window = Window()
    try:
        base = f"http://127.0.0.1:{page.world.port}"
        for wrong, words in (
            (f"{base}{page.world.place}/?token={'0' * 64}", "Press Enter where the program runs"),
            (f"{base}{page.world.place}/", "Open the link that the program printed"), (f"{base}/", "Open the link that the program printed")):
            window.driver.get(wrong)
            assert words in window.value("document.body.textContent"), window.value("document.body.textContent")
    finally:
        window.close()
    assert page.window.value("document.body.dataset.state") == "live"


def test_a_browser_that_goes_in_the_middle_leaves_nothing(page):
    world = World(page.world.program)
    window = Window()
    try:
        window.open(world.link)
        cookie = window.driver.get_cookies()[0]
        files = lambda: int(world.ask(f"ls /proc/{world.page_pid}/fd | wc -l").strip())
        before = files()
        head = f"GET {world.place}/feed HTTP/1.1\r\nHost: 127.0.0.1:{world.port}\r\nCookie: {cookie['name']}={cookie['value']}\r\n\r\n"
        for _ in range(40):
            reader = socket.create_connection(("127.0.0.1", world.port))
            reader.sendall(head.encode())
            assert reader.recv(64).startswith(b"HTTP/1.1 200")
            # Cut, not closed, with most of the world unread.
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            reader.close()
        world.run("unshare --uts sleep 1800 &")
        window.node("+uts", ".sign")
        assert files() <= before, (before, files())
        window.close()
        status = world.request("/process?key=1.1", {"Cookie": f"{cookie['name']}={cookie['value']}"})[0]
        assert status == 404, status
    finally:
        world.end()
