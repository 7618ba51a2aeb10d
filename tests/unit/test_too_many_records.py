"""More records than their ids can be kept of are refused before anything is written or posted."""

from __future__ import annotations

import pytest
from plugin import CA, CA_ID, Plugin, data_of, error_of, plugin
from test_http_front import LEDGER
from test_http_repost import CORRECTED, REPOST

from handler.flows import netsuite_ids

REPORTS = "/v1/inventory/fba/reports?profile=us"


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.mark.parametrize(
    ("content", "path", "what"),
    [(CA, "", f"Settlement {CA_ID}"), (LEDGER, REPORTS, "The ledger of")],
    ids=["settlement", "ledger"],
)
def test_is_refused_and_nothing_is_kept(
    here: Plugin, monkeypatch: pytest.MonkeyPatch, content: bytes, path: str, what: str
) -> None:
    monkeypatch.setattr(netsuite_ids, "MOST_RECORDS", 0)
    response = here.post(content, path)
    error = error_of(response)
    assert (response.status_code, error["code"]) == (422, "TOO_MANY_RECORDS")
    assert error["message"].startswith(what)
    assert not error["retryable"]
    assert here.written() == ([], 0, 0)


def test_a_correction_counts_what_is_acknowledged_already(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_of(here.post(CA))
    monkeypatch.setattr(netsuite_ids, "MOST_RECORDS", 1)
    told = {"entries": [{"external_id": f"AMZ-CA-{CA_ID}-202508", "internal_id": "5001"}]}
    data_of(here.call("POST", f"/v1/settlements/{CA_ID}/posted", json=told))
    before = here.written()
    assert error_of(here.post(CORRECTED, REPOST))["code"] == "TOO_MANY_RECORDS"
    assert here.written() == before
