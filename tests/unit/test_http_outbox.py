"""The outbox over HTTP: shapes, batches that fail record by record, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ca_run import send
from outbox_world import Outbox, corrected, settled, stocked
from plugin import CA_ID, data_of, error_of

from handler.flows.parcel import ParcelState

ENTRY = f"AMZ-CA-{CA_ID}-202508"
ACKNOWLEDGE = "/v1/outbox/acknowledge"
RETURN = "/v1/outbox/return"
RELEASE = "/v1/outbox/release"


def leased(world: Outbox, query: str = "") -> list[dict[str, Any]]:
    return data_of(world.here.get(f"/v1/outbox{query}"))


def told(world: Outbox, path: str, *records: Any) -> list[dict[str, Any]]:
    return data_of(send(world.here, path, {"data": list(records)}))


def test_a_lease() -> None:
    world = stocked()
    response = world.here.get("/v1/outbox?profile=us&format=netsuite&limit=2&lease_seconds=60")
    messages = data_of(response)
    body = response.get_json()
    assert set(body) == {"success", "data", "errors", "lease_id", "leased_until", "more"}
    assert body["leased_until"] == "2026-02-01T12:01:00+00:00"
    assert body["more"] is True
    assert {one["lease_id"] for one in messages} == {body["lease_id"]}
    assert {one["format"] for one in messages} == {"netsuite"}
    assert [one["sequence"] for one in messages] == [1, 2]
    assert response.headers["Cache-Control"] == "no-store"
    assert world.parcel().holder == "flow"


def test_an_empty_outbox_is_an_empty_answer() -> None:
    world = settled()
    assert leased(world, "?kind=deposit") == []
    assert world.here.get("/v1/outbox?profile=us").get_json()["more"] is False


def test_a_head_request_takes_nothing() -> None:
    world = settled()
    assert world.here.call("HEAD", "/v1/outbox").status_code == 200
    assert world.parcel().state is ParcelState.WAITING


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "lease_seconds=29",
        "lease_seconds=3601",
        "kind=journal",
        "format=csv",
        "profile=No!",
        "profiles=ca",
        "kind=deposit&kind=journal_entry",
    ],
)
def test_wrong_parameters_take_nothing(query: str) -> None:
    world = settled()
    response = world.here.get(f"/v1/outbox?{query}")
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_PARAMETER")
    assert world.parcel().state is ParcelState.WAITING


def test_an_unknown_profile_is_no_empty_outbox() -> None:
    response = settled().here.get("/v1/outbox?profile=cn")
    assert (response.status_code, error_of(response)["code"]) == (422, "UNKNOWN_PROFILE")


def test_acknowledging_in_order_each_for_itself() -> None:
    world = stocked()
    first, second, third = (one["message_id"] for one in leased(world))
    answers = told(
        world,
        ACKNOWLEDGE,
        {"message_id": first, "internal_id": 1234},  # a number, as middleware passes it on
        {"message_id": "damaged", "internal_id": "7"},
        {"message_id": second},
        "no record at all",
        {"message_id": third, "internal_id": "1235"},
        {"message_id": third, "internal_id": "1236"},
    )
    assert [one["success"] for one in answers] == [True, False, False, False, True, False]
    assert [one["message_id"] for one in answers] == [first, "damaged", second, "", third, third]
    codes = [one["errors"][0]["code"] for one in answers if one["errors"]]
    assert codes == ["UNKNOWN_MESSAGE", "BAD_RECORD", "BAD_RECORD", "ACKNOWLEDGED_OTHERWISE"]
    assert set(answers[1]["errors"][0]) == {"code", "message", "source", "repair", "retryable"}
    assert answers[0]["state"] == "leased"
    assert answers[0]["internal_id"] == "1234"
    assert told(world, ACKNOWLEDGE, {"message_id": second, "internal_id": "8"})[0]["state"] == (
        "done"
    )


def test_returning() -> None:
    world = stocked()
    first, second, third = (one["message_id"] for one in leased(world))
    answers = told(
        world,
        RETURN,
        {"message_id": first, "code": 429, "message": "Slow down."},
        {"message_id": second, "failed": False},
        {"message_id": third, "failed": "no"},
        {"message_id": "damaged"},
    )
    assert [one["success"] for one in answers] == [True, True, False, False]
    assert [one["state"] for one in answers] == ["leased", "leased", "", ""]
    assert told(world, RETURN, {"message_id": third, "failed": False})[0]["state"] == "waiting"
    (waiting,) = data_of(world.here.get("/v1/outbox/parcels"))
    assert waiting["last_error"] == "429: Slow down."
    assert waiting["ready_at"] > "2026-02-01T12:00:29"
    assert leased(world) == []


def test_parked_listed_and_released() -> None:
    world = corrected()
    for _ in range(5):
        (message,) = leased(world)
        told(world, RETURN, {"message_id": message["message_id"], "code": "E"})
        world.clock.later(3600)
    assert leased(world) == []
    (parked,) = data_of(world.here.get("/v1/outbox/parcels?state=parked"))
    assert (parked["settlement_id"], parked["external_ids"]) == (CA_ID, [ENTRY])
    (found,) = [
        one for one in data_of(world.here.get("/v1/exceptions")) if one["code"] == "DELIVERY_PARKED"
    ]
    assert parked["parcel_id"] in found["repair"]
    answers = told(
        world, RELEASE, {"parcel_id": parked["parcel_id"]}, {"parcel_id": "x"}, {"parcel": 1}
    )
    assert [one["success"] for one in answers] == [True, False, False]
    assert answers[0]["state"] == "waiting"
    assert answers[1]["errors"][0]["code"] == "UNKNOWN_PARCEL"
    assert data_of(world.here.get("/v1/outbox/parcels?state=parked")) == []
    assert [one["attempt"] for one in leased(world)] == [1]


def test_parcels_come_in_pages() -> None:
    world = corrected()
    first = world.here.get("/v1/outbox/parcels?limit=1").get_json()
    second = world.here.get(f"/v1/outbox/parcels?limit=1&cursor={first['next_cursor']}").get_json()
    places = [page["data"][0]["place"] for page in (first, second)]
    assert places == ["000001-journal", "000002-journal"]
    assert second["next_cursor"] == ""
    response = world.here.get("/v1/outbox/parcels?cursor=nope")
    assert error_of(response)["code"] == "BAD_CURSOR"
    response = world.here.get("/v1/outbox/parcels?state=done")
    assert error_of(response)["code"] == "BAD_PARAMETER"


@pytest.mark.parametrize("path", [ACKNOWLEDGE, RETURN, RELEASE])
@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": {}}, {"data": [{}], "more": 1}, []])
def test_bodies_that_are_no_batch(path: str, body: Any) -> None:
    response = send(settled().here, path, body)
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_BODY")


@pytest.mark.parametrize("path", [ACKNOWLEDGE, RETURN, RELEASE])
def test_parameters_that_are_not_known(path: str) -> None:
    response = send(settled().here, f"{path}?profile=ca", {"data": [{}]})
    assert error_of(response)["code"] == "BAD_PARAMETER"
