"""An upload: settled, or parked with its reason, or raised to be tried again."""

from __future__ import annotations

import pytest
from plugin import BUCKET, CA, CA_ID, CA_NAME, HELD, POISON, Plugin, plugin, unreachable, with_total

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows import upload as flow
from handler.flows.order_history import index_key
from handler.flows.ports import ExceptionState
from handler.flows.upload import Outcome, Upload

KEY = f"raw-settlements/ca/{CA_NAME}"


@pytest.fixture
def here() -> Plugin:
    return plugin()


def receive(here: Plugin, content: bytes = CA, key: str = KEY, attempt: int | None = 1) -> Outcome:
    here.files.put(key, content)
    return flow.receive(here.app, Upload(BUCKET, key, len(content)), attempt)


def parked(here: Plugin, key: str = KEY) -> str:
    """The code of the one exception; parked, and of the file."""
    (found,) = here.open_exceptions()
    assert found.state is ExceptionState.PARKED
    assert found.scope == f"file:{key}"
    return str(found.finding["code"])


def test_settles_and_leaves_the_raw_file_as_it_came(here: Plugin) -> None:
    assert receive(here) == Outcome("proven", CA_ID)
    record = here.settlements.get(CA_ID)
    assert record is not None
    assert (record.raw_key, record.profile) == (KEY, "ca")
    assert here.files.kept == [record.result_key, index_key(record)]
    assert here.files.read(KEY) == CA
    assert receive(here) == Outcome("proven", CA_ID, replayed=True)
    assert here.settlements.recorded == 1


def test_held_is_settled_too(here: Plugin) -> None:
    assert receive(here, HELD).what == "held"
    assert {found.scope for found in here.open_exceptions()} == {f"settlement:{CA_ID}"}


@pytest.mark.parametrize(
    ("key", "size"),
    [
        ("raw-settlements/", 0),
        ("raw-settlements/ca/", 0),
        ("raw-settlements/ca_$folder$", 0),
        ("results/ca/1/x.json.gz", 10),
        ("raw-posted/abc", 10),
    ],
)
def test_no_upload(here: Plugin, key: str, size: int) -> None:
    assert flow.receive(here.app, Upload(BUCKET, key, size), 1) == Outcome("ignored")
    assert here.written() == ([], 0, 0)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("raw-settlements/x.txt", "UPLOAD_REFUSED"),
        ("raw-settlements/ca/2025/x.txt", "UPLOAD_REFUSED"),
        ("raw-settlements//x.txt", "UPLOAD_REFUSED"),
        ("elsewhere/ca/x.txt", "UPLOAD_REFUSED"),
        ("raw-settlements/nobody/x.txt", "UPLOAD_REFUSED"),
        ("raw-settlements/../x.txt", "UPLOAD_REFUSED"),
    ],
)
def test_wrong_place_is_parked(here: Plugin, key: str, code: str) -> None:
    assert receive(here, key=key) == Outcome("parked", code=code)
    assert parked(here, key) == code
    assert here.settlements.get(CA_ID) is None
    assert here.files.kept == []


def test_other_bucket_is_parked(here: Plugin) -> None:
    assert flow.receive(here.app, Upload("other", KEY, 1), 1).what == "parked"
    assert parked(here) == "UPLOAD_REFUSED"


def test_file_that_is_gone_is_parked(here: Plugin) -> None:
    assert flow.receive(here.app, Upload(BUCKET, KEY, 1), 1).what == "parked"
    assert parked(here) == "UPLOAD_REFUSED"


@pytest.mark.parametrize("content", [POISON, b""])
def test_poison_is_parked_at_once_and_its_mending_resolves_it(here: Plugin, content: bytes) -> None:
    assert receive(here, content) == Outcome("parked", code="UNUSABLE_FILE")
    assert receive(here, content).what == "parked"
    (found,) = here.open_exceptions()
    assert found.count == 2
    assert parked(here) == "UNUSABLE_FILE"
    assert receive(here).what == "proven"
    assert here.open_exceptions() == []


def test_conflict_is_parked(here: Plugin) -> None:
    receive(here)
    assert receive(here, with_total(CA, "2.00")) == Outcome("parked", code="SETTLEMENT_CONFLICT")
    assert parked(here) == "SETTLEMENT_CONFLICT"
    assert here.settlements.recorded == 1


def test_broken_mapping_is_parked(here: Plugin) -> None:
    assert receive(here.broken_mappings()).code == "UNUSABLE_MAPPING"
    assert parked(here) == "UNUSABLE_MAPPING"


@pytest.mark.parametrize(
    "error",
    [
        unreachable(),
        RuntimeError("of 123-1234567-1234567"),
        RefusedRequest("FILE_CHANGED", "Replaced.", "Again."),
    ],
)
def test_what_may_pass_is_raised_till_the_last_attempt(here: Plugin, error: Exception) -> None:
    for attempt in (1, 2, 3, 4):
        here.settlements.failing = [error]
        with pytest.raises(type(error)):
            receive(here, attempt=attempt)
        assert here.written() == ([], 0, 0)
    here.settlements.failing = [error]
    assert receive(here, attempt=5) == Outcome("parked", code="UPLOAD_FAILED")
    assert parked(here) == "UPLOAD_FAILED"
    # What an unforeseen error says may be anything of the file's.
    assert "1234567" not in str(here.open_exceptions())
    assert receive(here).what == "proven"
    assert here.open_exceptions() == []


def test_where_nobody_counts_no_attempt_is_the_last(here: Plugin) -> None:
    for _ in range(10):
        here.settlements.failing = [unreachable()]
        with pytest.raises(OutsideFailure):
            receive(here, attempt=None)
    assert here.written() == ([], 0, 0)


def test_what_ends_before_it_can_park_is_parked_by_the_next(here: Plugin) -> None:
    assert receive(here, attempt=6) == Outcome("parked", code="UPLOAD_FAILED")
    assert parked(here) == "UPLOAD_FAILED"
    assert here.settlements.recorded == 0


@pytest.mark.parametrize(("content", "attempt"), [(POISON, 1), (CA, 5), (CA, 6)])
def test_what_cannot_be_registered_is_raised(here: Plugin, content: bytes, attempt: int) -> None:
    here.settlements.failing = [unreachable()]
    here.settlements.register_fails = True
    with pytest.raises(OutsideFailure):
        receive(here, content, attempt=attempt)


def test_message_that_says_nothing_is_parked(here: Plugin) -> None:
    assert flow.not_understood(here.app, "m-1", "it is no JSON").what == "parked"
    (found,) = here.open_exceptions()
    assert found.scope == "file:message/m-1"
    assert found.state is ExceptionState.PARKED
