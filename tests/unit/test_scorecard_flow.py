"""The scorecard of real settlements, on the stores in memory."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import pytest
from plugin import CA, CA_ID, HELD, Plugin, data_of, plugin

from handler.core.errors import RefusedRequest
from handler.flows import scorecard
from handler.flows.acknowledge import acknowledge


def answers(here: Plugin) -> list[dict[str, Any]]:
    told = scorecard.scorecard(here.app, "ca", 6)
    return cast("list[dict[str, Any]]", told["answers"])


def test_an_empty_plugin_knows_nothing() -> None:
    told = answers(plugin())
    assert [one["status"] for one in told] == ["unknown"] * 4
    assert all(one["figure"] is None and one["missing"] for one in told)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(RefusedRequest):
        scorecard.scorecard(plugin().app, "nobody", 6)


def test_a_held_settlement_is_bad_and_named() -> None:
    here = plugin()
    data_of(here.post(HELD))
    told = {one["question"]: one for one in answers(here)}
    payouts, errors = told["payouts_equal"], told["errors_cured"]
    assert (payouts["status"], payouts["figure"]) == ("bad", "0")
    assert [row["settlement_id"] for row in payouts["rows"]] == [CA_ID]
    assert told["close_days"]["status"] == "bad"
    assert errors["status"] == "attention"
    assert "SETTLEMENT_VARIANCE" in {row["code"] for row in errors["rows"]}


def test_what_was_cut_off_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    here = plugin()
    data_of(here.post(HELD))
    monkeypatch.setattr(scorecard, "PAGES", 0)
    payouts = answers(here)[0]
    assert payouts["status"] == "unknown"
    assert "Only the latest 0 settlements were read." in payouts["missing"]


def test_the_close_is_told_from_what_netsuite_acknowledged() -> None:
    here = plugin()
    (document,) = data_of(here.post(CA))
    entries = [
        (entry["external_id"], str(n)) for n, entry in enumerate(document["journal_entries"])
    ]
    assert {one["question"]: one for one in answers(here)}["close_days"]["figure"] is None
    acknowledge(here.app, CA_ID, entries)
    (record,) = here.app.settlements.settlements("ca", 9).items
    assert record.state == "posted"
    took = datetime.fromisoformat(record.moved_at["posted"]).date() - date.fromisoformat(record.end)
    wide = scorecard.scorecard(here.app, "ca", 24)
    told = {one["question"]: one for one in cast("list[dict[str, Any]]", wide["answers"])}
    assert told["close_days"]["figure"] == str(took.days)
    (shown,) = data_of(here.get(f"/v1/settlements/{CA_ID}"))
    assert shown["moved_at"] == record.moved_at
