"""POST /v1/settlements/{id}/posted and /delivered: what the flow tells of the entries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from ca_run import AUGUST, NAMES, acknowledged, entries_of, send, settled
from plugin import CA, CA_ID, HELD, Plugin, data_of, error_of, plugin
from test_http_repost import CORRECTED, REPOST

POSTED = f"/v1/settlements/{AUGUST}/posted"
DELIVERED = f"/v1/settlements/{AUGUST}/delivered"
ENTRY = f"AMZ-CA-{AUGUST}-202508"


@pytest.fixture
def here() -> Plugin:
    return settled(NAMES[2:3])


def state(here: Plugin) -> str:
    (shown,) = data_of(here.get(f"/v1/settlements/{AUGUST}"))
    return str(shown["state"])


def one(internal_id: str = "901", external_id: str = ENTRY) -> dict[str, object]:
    return {"entries": [{"external_id": external_id, "internal_id": internal_id}]}


def test_reading_the_journal_changes_no_state(here: Plugin) -> None:
    entries_of(here, AUGUST)
    assert state(here) == "proven"


def test_acknowledging_every_entry_posts_the_settlement(here: Plugin) -> None:
    (answer,) = data_of(send(here, POSTED, one()))
    assert answer == {
        "settlement_id": AUGUST,
        "state": "posted",
        "version": 1,
        "acknowledged": [{"external_id": ENTRY, "internal_id": "901"}],
        "missing": [],
    }
    (shown,) = data_of(here.get(f"/v1/settlements/{AUGUST}"))
    assert (shown["state"], shown["netsuite_ids"]) == ("posted", {ENTRY: "901"})
    assert data_of(send(here, POSTED, one())) == [answer]  # told again


def test_delivered_first_or_not(here: Plugin) -> None:
    for _ in range(2):
        (answer,) = data_of(send(here, DELIVERED, {}))
        assert (answer["state"], answer["missing"]) == ("delivered", [ENTRY])
    assert data_of(here.post(b"", DELIVERED))[0]["state"] == "delivered"  # no body at all
    send(here, POSTED, one())
    response = send(here, DELIVERED, {})
    assert (response.status_code, error_of(response)["code"]) == (409, "ILLEGAL_MOVE")
    assert state(here) == "posted"


def test_part_of_the_entries_is_kept_and_posts_nothing() -> None:
    here = settled(NAMES[1:2])
    path = "/v1/settlements/72743017832/posted"
    first, *rest = entries_of(here, "72743017832")
    assert len(rest) == 2  # what is owed to Amazon is an entry too
    (answer,) = data_of(send(here, path, one("1", first)))
    assert (answer["state"], answer["missing"]) == ("proven", rest)
    body = {"entries": [{"external_id": e, "internal_id": f"i{e[-3:]}"} for e in rest]}
    (answer,) = data_of(send(here, path, body))
    assert (answer["state"], answer["missing"]) == ("posted", [])
    assert len(answer["acknowledged"]) == 3


def test_deposit_entries_may_be_acknowledged_and_need_not(here: Plugin) -> None:
    (answer,) = data_of(send(here, POSTED, one("77", f"AMZ-CA-{AUGUST}-DEP")))
    assert (answer["state"], answer["missing"]) == ("proven", [ENTRY])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (one(external_id="AMZ-CA-1-202508"), 422, "UNKNOWN_ENTRY"),
        ({"entries": [{"external_id": ENTRY}]}, 422, "BAD_BODY"),
        ({"entries": [{"external_id": ENTRY, "internal_id": 901}]}, 422, "BAD_BODY"),
        ({"entries": [{"external_id": ENTRY, "internal_id": "9=1"}]}, 422, "BAD_BODY"),
        ({"entries": [{"external_id": ENTRY, "internal_id": "1", "id": "1"}]}, 422, "BAD_BODY"),
        ({}, 422, "BAD_BODY"),
        ([], 422, "BAD_BODY"),
    ],
)
def test_refused_and_nothing_changed(here: Plugin, body: object, status: int, code: str) -> None:
    before = here.settlements.get(AUGUST)
    response = send(here, POSTED, body)
    assert (response.status_code, error_of(response)["code"]) == (status, code)
    assert here.settlements.get(AUGUST) == before


def test_another_internal_id_is_a_conflict(here: Plugin) -> None:
    send(here, POSTED, one())
    response = send(here, POSTED, one("902"))
    assert (response.status_code, error_of(response)["code"]) == (409, "ACKNOWLEDGED_OTHERWISE")
    twice = {"entries": [*one()["entries"], *one("902")["entries"]]}  # type: ignore[misc]
    assert send(here, POSTED, twice).status_code == 409
    shared = one("901", f"AMZ-CA-{AUGUST}-DEP")
    assert send(here, POSTED, shared).status_code == 409
    assert data_of(send(here, POSTED, one()))[0]["acknowledged"][0]["internal_id"] == "901"


def test_a_held_settlement_posts_nothing() -> None:
    here = plugin()
    data_of(here.post(HELD))
    for path, body in ((POSTED, one()), (DELIVERED, {})):
        response = send(here, path, body)
        assert (response.status_code, error_of(response)["code"]) == (409, "SETTLEMENT_HELD")


def test_a_settlement_nobody_sent(here: Plugin) -> None:
    for path in ("/v1/settlements/1/posted", "/v1/settlements/%20/posted"):
        response = send(here, path, one())
        assert (response.status_code, error_of(response)["code"]) == (404, "SETTLEMENT_NOT_FOUND")


def test_a_correction_waits_for_its_own_entry() -> None:
    here = plugin()
    data_of(here.post(CA))
    assert acknowledged(here, CA_ID)["state"] == "posted"
    data_of(here.post(CORRECTED, REPOST))
    assert state(here) == "proven"
    (answer,) = data_of(send(here, POSTED, one(f"n{ENTRY}")))
    assert answer["missing"] == [f"{ENTRY}-R2"]
    (answer,) = data_of(send(here, POSTED, one("950", f"{ENTRY}-R2")))
    assert (answer["state"], answer["missing"]) == ("posted", [])
    assert len(answer["acknowledged"]) == 2


def test_acknowledged_at_once_from_several_sides() -> None:
    here = settled(NAMES[1:2])
    path = "/v1/settlements/72743017832/posted"
    bodies = [one(f"n{n}", e) for n, e in enumerate(entries_of(here, "72743017832"))]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda body: send(here, path, body), bodies))
    assert {answer.status_code for answer in answers} == {200}
    record = here.settlements.get("72743017832")
    assert record is not None
    assert (record.state, len(record.netsuite_ids)) == ("posted", 3)


def test_others_that_keep_moving_it_are_waited_for_a_bounded_time(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def lost(record: object, before: object, *_: object) -> bool:
        tried.append((record, before))
        return False

    monkeypatch.setattr(here.settlements, "move", lost)
    for path, body in ((POSTED, one()), (DELIVERED, {})):
        response = send(here, path, body)
        assert (response.status_code, error_of(response)["code"]) == (503, "BUSY")
    assert len(tried) == 8
    assert state(here) == "proven"
