"""Connections that go to the address that was checked, and end when their time is over."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class Deadline:
    """Cuts connections off that are not done in time.

    The timeouts of sockets run from byte to byte: a receiver could keep one busy for hours.
    """

    def __init__(self, seconds: float) -> None:
        """Begin to count with the ``with`` block; ``is_over`` tells whether time ran out."""
        self.is_over = False
        self._lock = threading.Lock()  # time may run out while a connection is being made
        self._lines: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        """Begin to count."""
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connections."""
        self._timer.cancel()
        with self._lock:
            for line in self._lines:
                line.close()

    def watch(self, line: socket.socket) -> None:
        """Cut this one off too; under a name of its own, as TLS takes the other one over."""
        with self._lock:
            self._lines.append(line.dup())
            if self.is_over:
                _shut(line)

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            for line in self._lines:
                _shut(line)


def _shut(line: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        line.shutdown(socket.SHUT_RDWR)


class PinnedAddress(HTTPAdapter):
    """Connects to an IP address, and demands the certificate of the host that leads there."""

    def __init__(self, ip: str, host: str, deadline: Deadline) -> None:
        """Connect to ``ip`` for everything, and check certificates against ``host``."""
        self._ip = ip
        self._host = host
        self._deadline = deadline
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1)

    def build_connection_pool_key_attributes(
        self,
        request: requests.PreparedRequest,
        verify: bool | str,
        cert: Any = None,  # noqa: ANN401 - as requests has it
    ) -> tuple[Any, Any]:
        """Return what a connection is made to and with; requests asks for it."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        named: dict[str, Any] = {}
        if host["scheme"] == "https":
            named = {"server_hostname": self._host, "assert_hostname": self._host}
        return {**host, "host": self._ip}, {**pool, **named}

    def get_connection_with_tls_context(self, *given: Any, **more: Any) -> Any:  # noqa: ANN401
        """Return connections under the deadline; requests asks for them."""
        pool: Any = super().get_connection_with_tls_context(*given, **more)
        pool.ConnectionCls = _watched(pool.ConnectionCls, self._deadline)
        return pool


def _watched(connection: Any, deadline: Deadline) -> Any:  # noqa: ANN401 - a class of urllib3's
    """Return the class of connections, with each one's socket under a deadline."""

    class Watched(connection):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            line: socket.socket = super()._new_conn()
            deadline.watch(line)
            return line

    return Watched
