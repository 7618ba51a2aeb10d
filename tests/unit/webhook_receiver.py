"""A webhook's target on this machine: a real server that answers as a test tells it to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENOUGH = 10  # seconds; only a broken test waits this long


@dataclass
class Call:
    """What came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, and what to answer next; 200 with nothing where nothing is left."""

    port: int = 0
    scheme: str = "http"
    calls: list[Call] = field(default_factory=list)
    answers: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    names_asked: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    cut_off: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}/hooks/token-in-path?token=hidden"

    def silence(self, handler: BaseHTTPRequestHandler) -> None:
        """Never answer; the test's end lets go."""
        self.over.wait(ENOUGH)
        handler.close_connection = True

    def drips(self, handler: BaseHTTPRequestHandler) -> None:
        """Give an answer's headers byte by byte, each of them soon enough, and never an end."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        try:
            while not self.over.wait(0.02):
                handler.wfile.write(b"a")
        except OSError:  # cut off, as it should be
            self.cut_off.set()
        handler.close_connection = True

    def stops_midway(self, handler: BaseHTTPRequestHandler) -> None:
        """Give the status and a part of the body, and never the rest."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart")
        self.over.wait(ENOUGH)
        handler.close_connection = True


def answers(
    status: int, body: bytes = b"", **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except OSError:  # who sent has had enough of a large body
            handler.close_connection = True

    return write


def garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
    handler.close_connection = True


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Take the message and go: the answer is lost."""
    handler.close_connection = True


@contextmanager
def receiver(certificate: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Serve on a free port of 127.0.0.1 until the test is over."""
    told = Receiver(scheme="https" if certificate else "http")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            told.calls.append(Call(self.path, dict(self.headers), self.rfile.read(length)))
            (told.answers.pop(0) if told.answers else answers(200))(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A connection that breaks is part of the test."""

    server = Quiet(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    if certificate:
        certificate.sni_callback = lambda _, name, __: told.names_asked.append(name)
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        told.over.set()
        server.shutdown()
        thread.join(ENOUGH)
        server.server_close()
