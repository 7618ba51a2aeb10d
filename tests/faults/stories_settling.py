"""Stories of settlements: uploaded, sent, corrected, matched, retried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_world import AwsWorld
from builders import a_file, a_row
from plugin import POISON
from story import Story

ID = "11700000001"
FOLDER = "raw-settlements/us/"
STRANGE = a_row(amount_type="ItemFees", amount_description="Mystery Fee", amount="-1.50")
SETTLED = "/v1/settlements?profile=us"
MATCHED = "/v1/deposits/match?record=true"
RULE = {
    "transaction_type": "Order",
    "amount_type": "ItemFees",
    "amount_description": "Mystery Fee",
    "accounting_class": "other_selling_fees",
    "why": "Known by now.",
}


def settlement(settlement_id: str = ID, amount: str = "10.00", **more: Any) -> bytes:
    """A file with one sale."""
    rows = [a_row(amount=amount)]
    return a_file(rows, **{"total": amount, "settlement_id": settlement_id, **more}).content()


def strange() -> bytes:
    """A file with a fee nobody has a rule for."""
    return a_file([a_row(), STRANGE], total="8.50").content()


def done(answer: Any, *statuses: int) -> Any:
    """The data of an answer that is one of the good ones."""
    assert answer.status_code in (statuses or (200,)), answer.text
    return answer.get_json()["data"]


def uploaded(content: bytes, name: str = "a.txt") -> Callable[[AwsWorld], object]:
    """Upload a file; the queue tells of it."""

    def tell(world: AwsWorld) -> None:
        world.upload(FOLDER + name, content)
        world.work_off()

    return tell


def sent(world: AwsWorld, content: bytes | None = None, key: str = "") -> Any:
    """Send a file with a call."""
    headers = {"Idempotency-Key": key} if key else {}
    return done(world.post(SETTLED, content or settlement(), headers=headers))


def sent_with_a_key(world: AwsWorld) -> None:
    sent(world, key="once")


def corrected(world: AwsWorld) -> None:
    answer = world.post(
        f"/v1/settlements/{ID}/repost",
        settlement(amount="12.00"),
        headers={"Idempotency-Key": "correction-1"},
    )
    (document,) = done(answer)
    assert [entry["external_id"] for entry in document["journal_entries"]] == [
        f"AMZ-US-{ID}-202508-R2"
    ]


def posted(world: AwsWorld) -> None:
    """Have a settlement in NetSuite."""
    sent(world)
    entries = [{"external_id": f"AMZ-US-{ID}-202508", "internal_id": "77"}]
    done(world.post(f"/v1/settlements/{ID}/posted", {"entries": entries}))


def matched(world: AwsWorld) -> None:
    line = {
        "id": "B1", "date": "2025-08-19", "amount": "10.00", "currency": "USD",
        "descriptor": "AMAZON.COM SVCS",
    }  # fmt: skip
    body = {"profile": "us", "as_of": "2025-09-30", "bank_lines": [line]}
    done(world.post(MATCHED, body))
    (shown,) = done(world.call("GET", f"/v1/settlements/{ID}"))
    assert shown["state"] == "deposited"


def ruled(world: AwsWorld) -> None:
    """Save a rule."""
    body = {"number": 0, "add": [RULE], "remove": [], "note": "The mystery is solved."}
    done(world.post("/v1/mappings/rules", body))


def exception_id(world: AwsWorld) -> str:
    """Return the id of the one exception."""
    (one,) = done(world.call("GET", "/v1/exceptions?state=open"))
    return str(one["id"])


def with_a_rule(world: AwsWorld) -> None:
    """Have a strange settlement in the books, and the rule for it."""
    sent(world, strange())
    ruled(world)


def retried(world: AwsWorld) -> None:
    """Have a person press "retry" until the exception is gone."""
    shown = done(world.call("GET", "/v1/exceptions?state=open"))
    for _ in range(5):
        if not shown:
            return
        world.post(f"/v1/exceptions/{shown[0]['id']}", {"action": "retry"})
        shown = done(world.call("GET", "/v1/exceptions?state=open"))
        world.wait(901)
    assert not shown


def noted(action: str, **said: str) -> Callable[[AwsWorld], object]:
    """Have a person do something about the one exception."""

    def tell(world: AwsWorld) -> None:
        answer = world.post(f"/v1/exceptions/{world.names[0]}", {"action": action, **said})
        assert answer.status_code == 200 or answer.get_json()["errors"][0]["code"] in (
            "EXCEPTION_CLOSED",
        ), answer.text

    return tell


def with_an_exception(world: AwsWorld) -> None:
    sent(world, strange())
    world.names = [exception_id(world)]


STORIES = (
    Story("upload, proven", uploaded(settlement()), at_least=65),
    Story("upload, held", uploaded(settlement(total="1.00")), at_least=32, thinned=2),
    Story("upload, parked", uploaded(POISON), at_least=18),
    Story("upload, conflicting", uploaded(settlement(amount="12.00")), sent, at_least=40),
    Story("settlement sent with a call", sent_with_a_key, at_least=80),
    Story("correction", corrected, sent, at_least=44, thinned=2),
    Story("deposit matched", matched, posted, at_least=55, thinned=2),
    Story("rule saved", ruled, at_least=48),
    Story("exception retried", retried, with_a_rule, at_least=50, thinned=3),
    Story("exception assigned", noted("assign", owner="Ann"), with_an_exception, at_least=25),
    Story("exception ignored", noted("ignore", note="Known."), with_an_exception, at_least=30),
)
