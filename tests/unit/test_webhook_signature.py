"""Signatures of webhooks: the published vectors, rotation, and what a receiver refuses."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.core.errors import RefusedRequest
from handler.payloads.webhook_signature import (
    TOLERANCE,
    body_signature,
    key_text,
    signed_headers,
    verify,
)

OLD, NEW = key_text(b"o" * 32), key_text(b"n" * 32)
BODY = b'{"external_id":"AMZ-1","sent_at":"2026-01-31T12:00:00+00:00"}'
AT = 1_769_860_800


def test_the_example_of_standard_webhooks() -> None:
    # As the scheme's own libraries have it in their tests.
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert headers["webhook-timestamp"] == "1614265330"


def test_the_example_of_celigos_listener() -> None:
    assert body_signature(b'{"jobId":"job-1"}', "k") == (
        "sha256=70acece75f898dfbe072c374fa97f062c5c4ba9d797f938e4f9458cdce443f61"
    )


def test_every_valid_key_signs_and_the_newest_signs_the_body() -> None:
    headers = signed_headers("id", AT, BODY, [NEW, OLD])
    first, second = headers["webhook-signature"].split(" ")
    assert first == signed_headers("id", AT, BODY, [NEW])["webhook-signature"]
    assert second == signed_headers("id", AT, BODY, [OLD])["webhook-signature"]
    assert headers["X-Signature"] == body_signature(BODY, NEW)
    verify(headers, BODY, [NEW], AT)
    verify(headers, BODY, [OLD], AT)


def test_the_text_of_the_readme_checks_a_message() -> None:
    """The ten lines a receiver is shown, without this package."""
    headers = signed_headers("id", AT, BODY, [NEW])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + BODY
    key = base64.b64decode(NEW.removeprefix("whsec_"))
    mine = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert any(hmac.compare_digest(mine, s) for s in headers["webhook-signature"].split())


def test_names_of_headers_come_in_any_case() -> None:
    headers = {k.upper(): v for k, v in signed_headers("id", AT, BODY, [NEW]).items()}
    verify(headers, BODY, [NEW], AT)


@pytest.mark.parametrize("off", [-TOLERANCE, 0, TOLERANCE])
def test_within_five_minutes_it_is_taken(off: int) -> None:
    verify(signed_headers("id", AT, BODY, [NEW]), BODY, [NEW], AT + off)


@pytest.mark.parametrize("off", [-TOLERANCE - 1, TOLERANCE + 1, 86_400])
def test_an_old_one_played_again_is_refused(off: int) -> None:
    with pytest.raises(RefusedRequest) as refused:
        verify(signed_headers("id", AT, BODY, [NEW]), BODY, [NEW], AT + off)
    assert refused.value.code == "OUTSIDE_TOLERANCE"


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "other"},
        {"webhook-timestamp": str(AT + 1)},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v2," + "A" * 44 + "="},
        {"webhook-signature": "v1,é"},
    ],
)
def test_what_is_changed_is_refused(changed: dict[str, str]) -> None:
    headers = signed_headers("id", AT, BODY, [NEW]) | changed
    with pytest.raises(RefusedRequest) as refused:
        verify(headers, BODY, [NEW], AT)
    assert refused.value.code == "BAD_SIGNATURE"


def test_a_changed_body_and_a_wrong_key_are_refused() -> None:
    headers = signed_headers("id", AT, BODY, [NEW])
    for body, key in ((BODY + b" ", NEW), (BODY, OLD)):
        with pytest.raises(RefusedRequest) as refused:
            verify(headers, body, [key], AT)
        assert refused.value.code == "BAD_SIGNATURE"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", ["", None])
def test_what_is_not_signed_is_refused(name: str, value: str | None) -> None:
    headers = signed_headers("id", AT, BODY, [NEW])
    del headers[name]
    if value is not None:
        headers[name] = value
    with pytest.raises(RefusedRequest) as refused:
        verify(headers, BODY, [NEW], AT)
    assert refused.value.code == "NOT_SIGNED"


@pytest.mark.parametrize("text", ["soon", "-1", "1e9", "٣"])
def test_a_time_that_is_no_number_is_refused(text: str) -> None:
    headers = signed_headers("id", AT, BODY, [NEW]) | {"webhook-timestamp": text}
    with pytest.raises(RefusedRequest) as refused:
        verify(headers, BODY, [NEW], AT)
    assert refused.value.code == "NOT_SIGNED"


def test_a_very_long_number_is_no_time() -> None:
    headers = signed_headers("id", AT, BODY, [NEW]) | {"webhook-timestamp": "9" * 5_000}
    with pytest.raises(RefusedRequest) as refused:
        verify(headers, BODY, [NEW], AT)
    assert refused.value.code == "OUTSIDE_TOLERANCE"


def test_nothing_goes_out_unsigned() -> None:
    with pytest.raises(ValueError, match="no signing key"):
        signed_headers("id", AT, BODY, [])


@given(
    body=st.binary(max_size=200),
    keys=st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4, unique=True),
    which=st.integers(0, 3),
)
def test_any_one_of_the_keys_is_enough_and_no_other_is(
    body: bytes, keys: list[bytes], which: int
) -> None:
    texts = [key_text(key) for key in keys]
    headers = signed_headers("id", AT, body, texts)
    verify(headers, body, [texts[which % len(texts)]], AT)
    stranger = key_text(hashlib.sha256(b"".join(keys)).digest())
    with pytest.raises(RefusedRequest):
        verify(headers, body, [stranger], AT)
