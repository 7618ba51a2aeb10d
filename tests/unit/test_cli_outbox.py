"""`python -m handler outbox`: the outbox by hand."""

from __future__ import annotations

import json

import pytest
from outbox_world import Outbox, corrected, stocked
from plugin import CA_ID

from handler import wiring
from handler.entrypoints.cli.main import main

ENTRY = f"AMZ-CA-{CA_ID}-202508"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Outbox:
    made = corrected()
    use(made, monkeypatch)
    capsys.readouterr()
    return made


def use(made: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "t")
    monkeypatch.setenv("BUCKET_NAME", "b")
    monkeypatch.setattr(wiring, "build", lambda _: made.app)


def test_taken_acknowledged_and_gone(world: Outbox, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outbox", "lease", "--profile", "ca", "--seconds", "60"]) == 0
    printed = capsys.readouterr()
    (message,) = json.loads(printed.out)
    assert message["external_id"] == ENTRY
    assert "1 message(s) taken until 2026-02-01T12:01:01+00:00; more waits." in printed.err
    assert main(["outbox", "acknowledge", message["message_id"], "12"]) == 0
    assert capsys.readouterr().out.endswith("its parcel is done now.\n")
    assert main(["outbox", "acknowledge", message["message_id"], "13"]) == 1
    assert "ACKNOWLEDGED_OTHERWISE" in capsys.readouterr().err
    assert world.taken() == [f"{ENTRY}-R2"]


def test_what_waits_is_listed(world: Outbox, capsys: pytest.CaptureFixture[str]) -> None:
    world.lease()
    assert main(["outbox", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    waiting, leased = lines[0], lines[2]
    assert waiting.startswith("2026-02-01T12:00:01  waiting    journal   ca        03177986348")
    assert leased.endswith("1 record(s), attempt 1, with flow")
    assert main(["outbox", "list", "--limit", "1"]) == 0
    assert "raise --limit" in capsys.readouterr().err
    assert main(["outbox", "list", "--state", "parked"]) == 0
    assert capsys.readouterr().out == "There are none.\n"


def test_given_back_parked_and_released(world: Outbox, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):
        (message,) = world.lease().messages
        told = ["--code", "INVALID_KEY", "--message", "Account 4000 is inactive."]
        assert main(["outbox", "return", message["message_id"], *told]) == 0
        world.clock.later(3600)
    assert main(["outbox", "lease"]) == 0
    printed = capsys.readouterr()
    assert printed.out.endswith("[]\n")
    assert printed.err.endswith("0 message(s) taken.\n")
    assert main(["outbox", "list", "--state", "parked"]) == 0
    assert "    INVALID_KEY: Account 4000 is inactive.\n" in capsys.readouterr().out
    assert main(["outbox", "list", "--state", "parked", "--format", "json"]) == 0
    (parked,) = json.loads(capsys.readouterr().out)
    assert main(["outbox", "release", parked["parcel_id"], "x"]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"{parked['parcel_id']}: its parcel is waiting now.\n"
    assert printed.err.startswith("x: UNKNOWN_PARCEL")
    assert world.taken() == [ENTRY]


def test_given_back_without_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = stocked()
    use(world, monkeypatch)
    names = [message["message_id"] for message in world.lease().messages]
    assert main(["outbox", "return", "--unfailed", *names]) == 0
    assert world.parcel().attempts == 0
    assert len(world.taken(kinds=("item_receipt",))) == 3


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (["--limit", "0"], "BAD_PARAMETER"),
        (["--kind", "journal"], "BAD_PARAMETER"),
        (["--profile", "nope"], "UNKNOWN_PROFILE"),
    ],
)
def test_wrong_wishes(
    world: Outbox, capsys: pytest.CaptureFixture[str], wrong: list[str], code: str
) -> None:
    assert main(["outbox", "lease", *wrong]) == 1
    assert capsys.readouterr().err.startswith(code)
    assert world.taken() == [ENTRY]
