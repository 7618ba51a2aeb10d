"""An exchange rate given by the caller: handed on exactly, and part of what a call is."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from builders import a_file, a_profile, a_row, mappings
from plugin import CA, CA_ID, MAPPINGS, Plugin, data_of, error_of, plugin, with_total

from handler.core.errors import RefusedRequest
from handler.core.source import from_bytes
from handler.entrypoints.cli.main import main
from handler.flows.what_would_change import what_would_change
from handler.payloads.dialects import render
from handler.payloads.result import document
from handler.settlement.profile import Marketplace, Profile, Subsidiary
from handler.settlement.settle import Mappings, Settled, settle


def abroad(**currencies: str) -> Profile:
    """A company whose US books are kept in dollars, and others in currencies of their own."""
    base = a_profile()
    return replace(
        base,
        subsidiaries=base.subsidiaries
        | {
            code: Subsidiary(code, code, currency, None, f"1400 {code}", f"2400 {code}")
            for code, currency in currencies.items()
        },
        marketplaces=(
            *base.marketplaces,
            *(
                Marketplace((code,), "MX", "USD", ZoneInfo("America/Mexico_City"), code)
                for code in currencies
            ),
        ),
    )


def settled(rate: str, profile: Profile, *marketplaces: str) -> Settled:
    rows = [a_row(), *(a_row(marketplace_name=name) for name in marketplaces)]
    file = a_file(rows, total=f"{len(rows)}0.00")
    return settle(from_bytes(file.content()), mappings(profile), rate)


def test_the_rate_stands_on_entries_that_netsuite_converts_and_no_other() -> None:
    found = settled("17.0500", abroad(MX="MXN"), "MX")
    made = document(found, "hash")
    assert made["exchange_rate"] == "17.05"
    assert {e["subsidiary"]: e.get("exchange_rate") for e in made["journal_entries"]} == {  # type: ignore[attr-defined]
        "MX": "17.05",
        "US": None,
    }
    for dialect, place in [("netsuite", "body"), ("celigo", "")]:
        payloads = [p[place] if place else p for p in render(made, dialect).payloads]
        rates = {p["externalId"].split("-")[1]: p.get("exchangeRate") for p in payloads}  # type: ignore[attr-defined]
        assert rates == {"MX": Decimal("17.05"), "US": None}
        assert '"exchangeRate":17.05,' in render(made, dialect).text
    head, *rows = (row.split(",") for row in render(made, "csv").text.splitlines())
    place = head.index("Exchange Rate")
    assert {(row[0].split("-")[1], row[place]) for row in rows} == {("MX", "17.05"), ("US", "")}


def test_a_rate_that_nobody_needs_is_left_aside() -> None:
    found = settled("17.05", a_profile())
    assert (found.exchange_rate, found.mapping_version) == ("", "test-version")
    assert "exchange_rate" not in document(found, "hash")


def test_the_same_rate_written_otherwise_is_the_same_and_another_is_not() -> None:
    versions = [
        settled(rate, abroad(MX="MXN"), "MX").mapping_version
        for rate in ("17.05", "17.0500", "17.051", "17", "17.0", "")
    ]
    assert versions == [
        "test-version-fx17.05",
        "test-version-fx17.05",
        "test-version-fx17.051",
        "test-version-fx17",
        "test-version-fx17",
        "test-version",
    ]


@pytest.mark.parametrize(
    "rate",
    ["0", "0.00", "-1", "+1", "1,5", "1e2", "1_0", " 1", "1 ", "1.", ".5", "01.5", "NaN",
     "Infinity", "\u0661", "1.1234567890123", "1234567890", "x" * 100, "1\n"],
)  # fmt: skip
@pytest.mark.parametrize("profile", [a_profile(), abroad(MX="MXN")])
def test_what_is_no_positive_decimal_is_refused(rate: str, profile: Profile) -> None:
    with pytest.raises(RefusedRequest) as caught:
        settled(rate, profile)
    assert caught.value.code == "BAD_EXCHANGE_RATE"
    assert len(caught.value.message) < 100


def test_one_rate_cannot_serve_two_currencies() -> None:
    profile = abroad(MX="MXN", IN="INR")
    assert settled("17.05", profile, "MX").status == "proven"
    assert settled("", profile, "MX", "IN").status == "proven"
    with pytest.raises(RefusedRequest) as caught:
        settled("17.05", profile, "MX", "IN")
    assert caught.value.code == "BAD_EXCHANGE_RATE"
    assert "INR, MXN" in caught.value.message


# The command line.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped mappings, with the Canadian company's books kept in US dollars."""
    import shutil

    made = tmp_path / "mappings"
    shutil.copytree(Path(__file__).parents[2] / "mappings", made)
    profile = made / "profiles" / "ca.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace('currency = "CAD"', 'currency = "USD"', 1), encoding="utf-8")
    return made


def test_the_command_line_hands_the_rate_on(folder: Path, tmp_path: Path, capsys) -> None:
    file = tmp_path / "ca.txt"
    file.write_bytes(CA)
    command = ["settle", str(file), "--profile", "ca", "--mappings", str(folder)]
    assert main([*command, "--format", "netsuite", "--exchange-rate", "0.72550"]) == 0
    (call,) = json.loads(capsys.readouterr().out, parse_float=Decimal)
    assert call["body"]["exchangeRate"] == Decimal("0.7255")
    assert main([*command, "--exchange-rate", "0.7,2"]) == 1
    assert capsys.readouterr().err.startswith("BAD_EXCHANGE_RATE: ")


# HTTP.

POST = "/v1/settlements?profile=ca"


class AbroadMappings:
    """The shipped mappings, with the Canadian company's books kept in US dollars."""

    hints = staticmethod(MAPPINGS.hints)

    def load(self, profile: str) -> Mappings:
        found = MAPPINGS.load(profile)
        entities = {
            code: replace(entity, currency="USD")
            for code, entity in found.profile.subsidiaries.items()
        }
        return replace(found, profile=replace(found.profile, subsidiaries=entities))


@pytest.fixture
def here() -> Plugin:
    made = plugin()
    return replace(made, app=replace(made.app, mappings=AbroadMappings()))


def test_the_same_call_with_the_same_rate_is_the_same_call(here: Plugin) -> None:
    (first,) = data_of(here.post(path=f"{POST}&exchange_rate=0.7255"))
    assert first["exchange_rate"] == first["journal_entries"][0]["exchange_rate"] == "0.7255"
    assert first["mapping_version"].endswith("-fx0.7255")
    again = here.post(path=f"{POST}&exchange_rate=0.72550")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert data_of(again) == [first]
    (call,) = data_of(here.get(f"/v1/settlements/{CA_ID}/journal?format=netsuite"))
    assert call["body"]["exchangeRate"] == 0.7255


@pytest.mark.parametrize("query", ["&exchange_rate=0.73", "", "&exchange_rate="])
def test_another_rate_for_a_proven_settlement_is_a_conflict(here: Plugin, query: str) -> None:
    here.post(path=f"{POST}&exchange_rate=0.7255")
    written = here.written()
    error = error_of(response := here.post(path=POST + query))
    assert (response.status_code, error["code"]) == (409, "SETTLEMENT_CONFLICT")
    assert "-fx0.7255 before" in error["message"]
    assert here.written() == written


def test_a_rate_that_is_none_is_refused_and_nothing_written(here: Plugin) -> None:
    response = here.post(path=f"{POST}&exchange_rate=1e2")
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_EXCHANGE_RATE")
    response = here.post(path=f"{POST}&exchange_rate={'1' * 41}")
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_PARAMETER")
    assert here.written() == ([], 0, 0)


def test_a_file_of_the_bucket_takes_a_rate_too(here: Plugin) -> None:
    here.files.put("raw-settlements/ca/x.txt", CA)
    body = json.dumps({"bucket": here.files.bucket, "key": "raw-settlements/ca/x.txt"}).encode()
    response = here.post(body, "/v1/settlements?exchange_rate=0.7", content_type="application/json")
    assert data_of(response)[0]["exchange_rate"] == "0.7"


def test_a_correction_keeps_the_rate_unless_it_brings_another(here: Plugin) -> None:
    here.post(path=f"{POST}&exchange_rate=0.7255")
    repost = f"/v1/settlements/{CA_ID}/repost"
    same = here.post(b"", repost)
    assert same.headers["Idempotent-Replayed"] == "true"
    more = CA.replace(b"\t60.00\t", b"\t61.00\t", 1)
    (made,) = data_of(here.post(with_total(more, "1017.08"), repost))
    assert made["exchange_rate"] == "0.7255"
    assert [entry["exchange_rate"] for entry in made["journal_entries"]] == ["0.7255"]
    (dry,) = data_of(here.post(b"", f"{repost}?dry_run=true&exchange_rate=0.8"))
    assert dry["mapping_version"].endswith("-fx0.8")


def test_a_rate_alone_is_no_change_of_the_mapping(here: Plugin) -> None:
    here.post(path=f"{POST}&exchange_rate=0.7255")
    assert list(what_would_change(here.app, "", 10).items) == []
