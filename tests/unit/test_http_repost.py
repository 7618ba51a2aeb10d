"""POST /v1/settlements/{id}/repost: a correction over HTTP."""

from __future__ import annotations

import pytest
from plugin import CA, CA_ID, HELD, OTHER, Plugin, data_of, error_of, plugin

REPOST = f"/v1/settlements/{CA_ID}/repost"
# One sale of 60.00 more, in the declared total too: what a corrected report looks like.
ROW = next(line for line in CA.split(b"\n") if b"Principal\t60.00" in line)
CORRECTED = CA.replace(b"\t1016.08\t", b"\t1076.08\t", 1).rstrip(b"\n") + b"\n" + ROW + b"\n"


@pytest.fixture
def here() -> Plugin:
    made = plugin()
    data_of(made.post(CA))
    return made


def test_a_corrected_file_posts_the_difference(here: Plugin) -> None:
    (document,) = data_of(here.post(CORRECTED, REPOST))
    (entry,) = document["journal_entries"]
    assert entry["external_id"] == f"AMZ-CA-{CA_ID}-202508-R2"
    assert [(x["accounting_class"], x["debit"], x["credit"]) for x in entry["lines"]] == [
        ("clearing", "60.00", "0.00"),
        ("product_sales", "0.00", "60.00"),
    ]
    (shown,) = data_of(here.get(f"/v1/settlements/{CA_ID}"))
    assert [v["external_ids"] for v in shown["versions"]] == [
        [f"AMZ-CA-{CA_ID}-202508"],
        [f"AMZ-CA-{CA_ID}-202508-R2"],
    ]
    again = here.post(CORRECTED, REPOST)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert data_of(again) == [document]


def test_each_version_keeps_its_own_journal(here: Plugin) -> None:
    first = data_of(here.get(f"/v1/settlements/{CA_ID}/journal"))
    latest = data_of(here.post(CORRECTED, REPOST))
    journal = f"/v1/settlements/{CA_ID}/journal"
    assert data_of(here.get(journal)) == latest
    assert data_of(here.get(f"{journal}?version=1")) == first
    assert data_of(here.get(f"{journal}?version=2")) == latest
    refused = here.get(f"{journal}?version=3")
    assert (refused.status_code, error_of(refused)["code"]) == (404, "NO_SUCH_VERSION")


def test_an_empty_body_settles_the_recorded_file_again(here: Plugin) -> None:
    before = here.written()
    response = here.post(b"", REPOST)
    assert response.headers["Idempotent-Replayed"] == "true"  # nothing has changed
    assert here.written() == before


@pytest.mark.parametrize("dry_run", ["", "?dry_run=true"])
def test_an_empty_body_corrects_nothing_by_a_file_put_over_the_recorded_one(
    here: Plugin, dry_run: str
) -> None:
    record = here.settlements.get(CA_ID)
    assert record is not None
    here.files.put(record.raw_key, CORRECTED)
    refused = here.post(b"", REPOST + dry_run)
    assert (refused.status_code, error_of(refused)["code"]) == (409, "RAW_FILE_CHANGED")
    assert here.settlements.get(CA_ID) == record


@pytest.mark.parametrize("path", [REPOST + "?dry_run=true"])
def test_a_dry_run_writes_nothing(here: Plugin, path: str) -> None:
    before = here.written()
    (document,) = data_of(here.post(CORRECTED, path))
    assert [change["delta"] for change in document["changes"]] == ["60.00", "-60.00"]
    assert here.written() == before


def test_a_correction_that_is_held_changes_nothing(here: Plugin) -> None:
    before = here.written()
    (document,) = data_of(here.post(HELD, REPOST))
    assert document["status"] == "held"
    assert here.written() == before


def test_a_file_of_another_settlement_is_refused(here: Plugin) -> None:
    before = here.written()
    response = here.post(OTHER, REPOST)
    assert (response.status_code, error_of(response)["code"]) == (422, "WRONG_SETTLEMENT")
    assert here.written() == before


def test_a_settlement_nobody_sent_is_404() -> None:
    response = plugin().post(CORRECTED, REPOST)
    assert (response.status_code, error_of(response)["code"]) == (404, "SETTLEMENT_NOT_FOUND")


def test_without_repost_the_corrected_file_is_refused_and_says_how(here: Plugin) -> None:
    response = here.post(CORRECTED)
    assert (response.status_code, error_of(response)["code"]) == (409, "SETTLEMENT_CONFLICT")
    assert "/repost" in error_of(response)["repair"]


def test_a_key_first_used_on_a_replay_is_bound_to_its_file(here: Plugin) -> None:
    headers = {"Idempotency-Key": "k-1"}
    assert here.post(CA, headers=headers).headers["Idempotent-Replayed"] == "true"
    refused = here.post(OTHER, headers=headers)
    assert (refused.status_code, error_of(refused)["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


AGAIN = (
    CA.replace(b"\t1016.08\t", b"\t1136.08\t", 1).rstrip(b"\n") + b"\n" + ROW + b"\n" + ROW + b"\n"
)


def test_a_correction_that_comes_again_late_takes_nothing_back(here: Plugin) -> None:
    headers = {"Idempotency-Key": "correction-1"}
    first = data_of(here.post(CORRECTED, REPOST, headers=headers))
    latest = data_of(here.post(AGAIN, REPOST, headers={"Idempotency-Key": "correction-2"}))
    before = here.written()
    late = here.post(CORRECTED, REPOST, headers=headers)
    assert late.headers["Idempotent-Replayed"] == "true"
    assert data_of(late) == first
    assert here.written() == before
    assert data_of(here.get(f"/v1/settlements/{CA_ID}/journal")) == latest


def test_without_a_key_the_last_correction_counts(here: Plugin) -> None:
    data_of(here.post(CORRECTED, REPOST))
    data_of(here.post(AGAIN, REPOST))
    (document,) = data_of(here.post(CORRECTED, REPOST))
    assert [change["delta"] for change in document["changes"]] == ["-60.00", "60.00"]
