"""A request in a thread of its own: it is given up at once, whatever the server does."""

from __future__ import annotations

import socket

from longread.engine.transfer import Request, Transfer
from tests.guard import allow


def test_a_request_that_is_given_up_hangs_up_while_the_server_says_nothing() -> None:
    allow("127.0.0.1:0")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        allow(address)
        transfer = Transfer(Request(f"http://{address}/", body=b"{}", from_environment=False))
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            asked = b""
            while not asked.endswith(b"{}"):
                asked += connection.recv(4096)
            transfer.close()
            assert connection.recv(4096) == b""
