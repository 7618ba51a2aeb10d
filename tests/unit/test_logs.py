"""What logs hide."""

from __future__ import annotations

import json

import pytest
import structlog

from handler import logs


@pytest.fixture
def log() -> structlog.typing.FilteringBoundLogger:
    logs.configure("INFO")
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("authorization", "Bearer abc", "***"),
        ("headers", {"Authorization": "x", "X-Api-Key": "y", "Accept": "z"}, None),
        ("api_key", "abc", "***"),
        ("buyer-name", "Jane Doe", "***"),
        ("buyer_email", "jane@example.com", "***"),
        ("ship_to_city", "Berlin", "***"),
        ("order_id", "702-1234567-7654321", "***4321"),
        ("merchant-order-id", "own 77", "***n 77"),
        ("orderItemId", 12345678, "***5678"),
        ("order-item-code", "59547936720409", "***0409"),
        ("note", "of 702-1234567-7654321.", "of ***4321."),
        ("note", "of S01-1234567-7654321", "of ***4321"),
        ("note", "jane.doe+x@mail.example.com wrote", "*** wrote"),
        ("note", "used ans_" + "aB3-_" * 8, "used ***"),
        ("note", "sent Authorization: bearer abc.def", "sent Authorization: ***"),
        ("note", "AKIAABCDEFGHIJKLMNOP", "***"),
        ("X-Signature", "b" * 64, "***"),
        ("webhook-signature", "v1,abc", "***"),
        ("note", "made whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/=", "made ***"),
        ("note", "sent v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= on", "sent *** on"),
        ("version", "v1,2 of the file", "v1,2 of the file"),
        ("note", "is authorized by nobody", "is authorized by nobody"),
        ("rows", [{"order-id": "702-1234567-7654321"}, "a@b.co"], [{"order-id": "***4321"}, "***"]),
        ("settlement_id", "03177986348", "03177986348"),
        ("code", "UNUSABLE_FILE", "UNUSABLE_FILE"),
        ("status", 200, 200),
        ("buyer", None, None),
        ("replayed", True, True),
        ("thing", ValueError("a@b.co"), "***"),
    ],
)
def test_hides(
    log: structlog.typing.FilteringBoundLogger,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: object,
    shown: object,
) -> None:
    log.info("event", **{name: value})
    entry = json.loads(capsys.readouterr().out)
    if name == "headers":
        shown = {"Authorization": "***", "X-Api-Key": "***", "Accept": "z"}
    assert entry[name] == shown


def test_hides_in_tracebacks_and_context(
    log: structlog.typing.FilteringBoundLogger, capsys: pytest.CaptureFixture[str]
) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1", token="s3cr3t"):
        try:
            raise ValueError("jane@example.com ordered 702-1234567-7654321")
        except ValueError:
            log.exception("failed for jane@example.com")
    out = capsys.readouterr().out
    entry = json.loads(out)
    assert entry["event"] == "failed for ***"
    assert entry["request_id"] == "r-1"
    assert "ValueError" in entry["exception"]
    for hidden in ("jane", "1234567-7", "s3cr3t"):
        assert hidden not in out


def test_level(
    log: structlog.typing.FilteringBoundLogger, capsys: pytest.CaptureFixture[str]
) -> None:
    log.debug("quiet")
    assert capsys.readouterr().out == ""


SECRET = "Zm9v-YmFy.IGJhegpxdXV4=="


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: {}",
        "Authorization: Basic {}",
        "authorization:{}\nAccept: x",
        "Proxy-Authorization: Negotiate {}",
        'AUTHORIZATION: Digest username="Jo", response="{}", opaque="x"',
        "{{'Authorization': 'Token {}', 'Accept': 'x'}}",
        "{{'Authorization': b'{}'}}",
        "[('Authorization', 'AWS4-HMAC-SHA256 Credential=x, Signature={}'), ('Accept', 'x')]",
        '{{"Authorization": "Bearer it\'s {}"}}',
        '"{{\\"Authorization\\": \\"{}\\"}}"',
        "X-Signature: {}",
        "x-signature={}",
        "'X-Signature': 'sha256={}'",
        "webhook-signature: v1,{} v1,{}",
        "POST /function?access_token={}&a=b",
        '{{"access_token":"{}"}}',
        "https://bucket.example/key?X-Amz-Signature={}",
    ],
)
def test_hides_what_opens_a_door_wherever_a_text_quotes_it(text: str) -> None:
    shown = logs.masked_text(text.replace("{}", SECRET).replace("{{", "{").replace("}}", "}"))
    assert SECRET not in shown
    assert "YmFy" not in shown
    assert "***" in shown


def test_the_rest_of_what_quotes_a_header_stays() -> None:
    shown = logs.masked_text(f"failed with {{'Authorization': '{SECRET}', 'Accept': 'x'}}\nin f")
    assert shown == "failed with {'Authorization': '***', 'Accept': 'x'}\nin f"


def test_hides_what_the_request_carries_until_the_next_one(
    log: structlog.typing.FilteringBoundLogger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.hide(SECRET)
    log.info(f"used {SECRET}", rows=[{"a": f"x{SECRET}x"}])
    logs.hide()
    log.info(f"used {SECRET}")
    logs.hide("settlement")  # no key: a word that must stay readable
    log.info("settlement")
    first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["event"], first["rows"]) == ("used ***", [{"a": "x***x"}])
    assert second["event"] == f"used {SECRET}"
    assert third["event"] == "settlement"
    logs.hide()
