"""The sender against a real server on this machine, and against ways into a network."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from webhook_receiver import ENOUGH, Receiver, answers, garbage, hangs_up, receiver

from handler.adapters.webhook_sender import LARGEST_BODY, WebhookSender
from handler.core.errors import OutsideFailure, RefusedRequest

NOW = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
PUBLIC = "93.184.216.34"


@pytest.fixture
def target() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def sender(**changes: Any) -> WebhookSender:
    given = {"allow_local": True, "resolve": lambda *_: ["127.0.0.1"], "now": lambda: NOW}
    return WebhookSender(**{**given, **changes})


def test_body_and_headers_arrive_as_they_are(target: Receiver) -> None:
    target.answers = [answers(201, b'{"ok":true}')]
    sent = sender().post(target.url, "é".encode(), {"webhook-id": "1", "X-Signature": "sha256=a"})
    assert (sent.status, sent.retry_after, sent.body) == (201, 0, b'{"ok":true}')
    (call,) = target.calls
    assert call.path == "/hooks/token-in-path?token=hidden"
    assert call.body == "é".encode()
    assert call.headers["Host"] == f"localhost:{target.port}"
    assert call.headers["webhook-id"] == "1"
    assert call.headers["X-Signature"] == "sha256=a"


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_a_refusal_is_an_answer(target: Receiver, status: int) -> None:
    target.answers = [answers(status, b"no")]
    assert sender().post(target.url, b"{}", {}).status == status
    assert len(target.calls) == 1  # nothing is repeated in here


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("999999999999", 3_600),
        ("Sat, 31 Jan 2026 12:00:30 GMT", 30),
        ("Sat, 31 Jan 2026 11:00:00 GMT", 0),
        ("Sun, 31 Jan 2027 12:00:00 GMT", 3_600),
        ("Sat, 31 Jan 2026 12:00:30", 30),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_how_long_to_wait(target: Receiver, text: str, seconds: int) -> None:
    target.answers = [answers(429, Retry_After=text)]
    assert sender().post(target.url, b"{}", {}).retry_after == seconds


def test_no_redirect_is_followed(target: Receiver) -> None:
    target.answers = [answers(307, Location="http://169.254.169.254/latest/meta-data/")]
    assert sender().post(target.url, b"{}", {}).status == 307
    assert len(target.calls) == 1


def test_of_a_huge_body_only_the_beginning_is_read(target: Receiver) -> None:
    target.answers = [answers(200, b"x" * 5_000_000)]
    assert sender().post(target.url, b"{}", {}).body == b"x" * LARGEST_BODY


def test_a_packed_body_is_not_unpacked(target: Receiver) -> None:
    target.answers = [answers(200, b"\x1f\x8b bomb", Content_Encoding="gzip")]
    assert sender().post(target.url, b"{}", {}).body == b"\x1f\x8b bomb"
    assert target.calls[0].headers["Accept-Encoding"] == "identity"


def test_a_body_that_breaks_off_leaves_the_status(target: Receiver) -> None:
    target.answers = [target.stops_midway]
    sent = sender(read_seconds=0.1).post(target.url, b"{}", {})
    assert (sent.status, sent.body) == (200, b"part")


@pytest.mark.parametrize("answer", [garbage, hangs_up])
def test_what_is_no_answer(target: Receiver, answer: Callable[..., None]) -> None:
    target.answers = [answer]
    with pytest.raises(OutsideFailure) as failed:
        sender().post(target.url, b"{}", {})
    assert failed.value.code == "NO_ANSWER"
    assert "token" not in str(failed.value)  # the path is often the key to the house
    assert len(target.calls) == 1


def test_one_that_never_answers_is_given_up(target: Receiver) -> None:
    target.answers = [target.silence]
    with pytest.raises(OutsideFailure) as failed:
        sender(read_seconds=0.1).post(target.url, b"{}", {})
    assert failed.value.code == "NO_ANSWER"


@pytest.mark.parametrize("is_tls", [False, True])
def test_one_that_answers_byte_by_byte_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_tls: bool
) -> None:
    certificate, context = _certificate(tmp_path, "localhost")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(certificate))
    with receiver(context if is_tls else None) as target:
        target.answers = [target.drips]
        with pytest.raises(OutsideFailure) as failed:
            sender(whole_seconds=0.3).post(target.url, b"{}", {})
        assert failed.value.code == "NO_ANSWER"
        assert target.cut_off.wait(ENOUGH)


def test_time_that_is_over_before_the_connection_is_made_cuts_it_off_too(
    target: Receiver,
) -> None:
    target.answers = [target.drips]
    with pytest.raises(OutsideFailure):
        sender(whole_seconds=0).post(target.url, b"{}", {})


def test_where_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OutsideFailure) as failed:
        sender().post(f"http://localhost:{port}/", b"{}", {})
    assert failed.value.code == "NO_ANSWER"
    assert f"http://localhost:{port}" in failed.value.message


def test_the_next_address_is_tried_where_the_first_takes_no_connection(target: Receiver) -> None:
    found = ["127.0.0.2", "127.0.0.1"]  # the server listens at the second only
    assert sender(resolve=lambda *_: found).post(target.url, b"{}", {}).status == 200
    assert len(target.calls) == 1


def test_what_may_have_been_taken_is_not_sent_to_the_next_address(
    target: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *given: Any, **more: Any) -> Any:
        connected.append(host)
        return real(host, *given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    target.answers = [hangs_up]
    with pytest.raises(OutsideFailure):
        sender(resolve=lambda *_: ["127.0.0.1", "127.0.0.2"]).post(target.url, b"{}", {})
    assert connected == ["127.0.0.1"]


def test_the_environment_leads_nowhere_else(
    target: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert sender().post(target.url, b"{}", {}).status == 200
    assert "Authorization" not in target.calls[0].headers


# ---- ways into a network --------------------------------------------------------------------


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "::1", "10.0.0.5", "169.254.169.254", "fd00:ec2::254", "::ffff:10.0.0.1"],
)
@pytest.mark.parametrize("beside", [[], [PUBLIC]])
def test_a_name_that_leads_inside_is_refused(
    monkeypatch: pytest.MonkeyPatch, inside: str, beside: list[str]
) -> None:
    monkeypatch.setattr(socket, "create_connection", _never)
    for allow_local in (False, True):
        to = sender(allow_local=allow_local, resolve=lambda *_: [*beside, inside])
        with pytest.raises(RefusedRequest) as refused:
            to.post("https://hooks.example.com/", b"{}", {})
        assert refused.value.code == "FORBIDDEN_ADDRESS"
        assert "hooks.example.com" in refused.value.message


def test_a_local_name_that_leads_into_the_network_is_refused() -> None:
    with pytest.raises(RefusedRequest):
        sender(resolve=lambda *_: ["10.0.0.5"]).post("http://a.localhost/", b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://2130706433/",
        "https://0x7f000001/", "https://127.1/", "http://localhost/", "https://localhost/",
    ],
)  # fmt: skip
def test_addresses_of_the_inside_are_not_even_looked_up(url: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        sender(allow_local=False, resolve=_never).post(url, b"{}", {})
    assert refused.value.code == "FORBIDDEN_ADDRESS"


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "unknown"), UnicodeError("label")])
def test_a_name_nobody_knows(failure: Exception) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise failure

    with pytest.raises(OutsideFailure) as failed:
        sender(resolve=resolve).post("https://hooks.example.com/", b"{}", {})
    assert failed.value.code == "NO_ANSWER"


def test_a_name_that_leads_nowhere() -> None:
    with pytest.raises(OutsideFailure):
        sender(resolve=lambda *_: []).post("https://hooks.example.com/", b"{}", {})


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that answers otherwise the second time is never asked a second time."""
    asked: list[str] = []
    found = iter([[PUBLIC], ["10.0.0.5"]])

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(found)

    connected: list[object] = []

    def getaddrinfo(host: object, *_: object, **__: object) -> list[object]:
        connected.append(host)
        raise socket.gaierror(-2, "no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(OutsideFailure):
        sender(allow_local=False, resolve=resolve).post("https://hooks.example.com/", b"{}", {})
    assert asked == ["hooks.example.com"]
    assert connected == [PUBLIC]


def test_the_certificate_must_be_the_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Connected by its address, asked for and checked by its name."""
    for name, is_taken in (("localhost", True), ("other.example.com", False)):
        certificate, context = _certificate(tmp_path, name)
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(certificate))
        with receiver(context) as target:
            if is_taken:
                assert sender().post(target.url, b"{}", {}).status == 200
            else:
                with pytest.raises(OutsideFailure) as failed:
                    sender().post(target.url, b"{}", {})
                assert "SSLError" in failed.value.message
            assert target.names_asked == ["localhost"]
            assert len(target.calls) == is_taken


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    _, context = _certificate(tmp_path, "localhost")
    with receiver(context) as target, pytest.raises(OutsideFailure):
        sender().post(target.url, b"{}", {})
    assert not target.calls


def _never(*_: object, **__: object) -> list[str]:
    raise AssertionError("nothing may be looked up or connected to")


def _certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for a name, which vouches for itself, and a server's context with it.

    127.0.0.1 stands in none of them: it must not be what is checked.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - dt.timedelta(days=1))
        .not_valid_after(start + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("192.0.2.9"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.crt", folder / f"{name}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
