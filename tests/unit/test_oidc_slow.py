"""A provider that answers a byte at a time keeps nobody for longer than it may."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from handler.adapters import oidc_provider
from handler.adapters.oidc_provider import OidcProvider
from handler.core.errors import PluginError


def test_a_dripping_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in bytes that were taken, not in seconds: the clock is the test's own."""
    sent = 0
    seconds = iter(range(10_000))
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal sent
            self.send_response(200)
            self.send_header("Content-Length", "4000")
            self.end_headers()
            for _ in range(4000):
                if over.wait(0.002):
                    return
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return
                sent += 1

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setattr(oidc_provider, "_WHOLE_SECONDS", 5)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        issuer = f"http://127.0.0.1:{server.server_port}"
        provider = OidcProvider(
            issuer, "plugin", allow_http=True, seconds=lambda: float(next(seconds))
        )
        with pytest.raises(PluginError, match="slow"):
            provider.places()
    finally:
        over.set()
        server.shutdown()
        server.server_close()
    assert sent < 2000
