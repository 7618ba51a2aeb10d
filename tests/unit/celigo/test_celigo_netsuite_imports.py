"""Celigo's imports into NetSuite read what the celigo dialect sends, and a router finds each."""

from __future__ import annotations

from typing import Any

import pytest
from contracts.document import examples
from netsuite_samples import KINDS, a_payload
from test_celigo_resources import RESOURCES, path_of

IMPORT_OF = {kind: f"import_netsuite_{kind}" for kind in KINDS}
# NetSuite takes these from the transfer order; the import is of one type of record anyway.
NOT_MAPPED = {
    "deposit": {"recordType"},
    "inventory_adjustment": {"recordType"},
    "inventory_transfer": {"recordType"},
    "item_receipt": {"recordType", "subsidiary", "location"},
}
# A transfer has its places at its head; of a receipt's lines NetSuite keeps no memo.
LINE_NOT_MAPPED = {"inventory_transfer": {"location"}, "item_receipt": {"memo"}}
MAY_BE_SENT = {"exchangeRate"}
MAY_BE_ON_LINES = {"entity", "department", "class", "location", "tax_code"}


class TestMapping:
    """What each import reads is what the celigo dialect sends; what it writes NetSuite knows."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_field_sent_is_read_and_no_other(self, kind: str) -> None:
        read, columns = read_by(kind)
        for payload in sent(kind):
            path = list_in(kind)
            assert set(payload) - {path} - NOT_MAPPED.get(kind, set()) - {"settlementId"} <= read
            for line in payload[path]:
                assert set(line) - LINE_NOT_MAPPED.get(kind, set()) <= columns
        there = {name for payload in sent(kind) for name in payload}
        on_lines = {n for payload in sent(kind) for line in payload[list_in(kind)] for n in line}
        assert read - MAY_BE_SENT <= there
        assert columns - MAY_BE_ON_LINES <= on_lines

    @pytest.mark.parametrize("kind", KINDS)
    def test_fields_are_called_as_netsuites_rest_calls_them(self, kind: str) -> None:
        # The names of SuiteScript are those of REST in small letters.
        mapping = RESOURCES[IMPORT_OF[kind]]["netsuite_da"]["mapping"]
        (sublist,) = mapping["lists"]
        body = a_payload(kind, "netsuite")["body"]
        (name,) = (name for name, value in body.items() if "items" in value)
        assert sublist["generate"] == name
        written = {one["generate"] for one in mapping["fields"]} - {"exchangerate"}
        made_from = {"createdfrom"} if kind == "item_receipt" else set()  # REST: in the address
        assert written - made_from == {n.lower() for n in body if n != name} | {"externalid"}
        on_lines = {one["generate"] for one in sublist["fields"]}
        there = {n.lower() for line in body[name]["items"] for n in line}
        assert there - on_lines <= {"orderline"}
        assert on_lines - there <= {one.replace("_", "") for one in MAY_BE_ON_LINES} | {
            "itemreceive",
            "debit",
            "credit",
        }

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_record_is_found_again_by_its_external_id(self, kind: str) -> None:
        imported = RESOURCES[IMPORT_OF[kind]]["netsuite_da"]
        record_type = a_payload(kind, "celigo").get("recordType", "journalEntry")
        assert imported["recordType"] == record_type.lower()
        assert imported["operation"] == "addupdate"
        lookup = imported["internalIdLookup"]
        assert lookup["searchField"] == "externalid"
        assert path_of({"payload": a_payload(kind, "celigo")}, lookup["extract"])
        used = {one["lookupName"] for one in imported["mapping"]["fields"] if "lookupName" in one}
        assert used == {one["name"] for one in imported.get("lookups", [])}


def read_by(kind: str) -> tuple[set[str], set[str]]:
    """The fields of a payload that its import reads, and those of its lines."""
    mapping = RESOURCES[IMPORT_OF[kind]]["netsuite_da"]["mapping"]
    (sublist,) = mapping["lists"]
    fields = {one["extract"].removeprefix("payload.") for one in mapping["fields"]}
    return fields, {one["extract"] for one in sublist["fields"] if "extract" in one}


def list_in(kind: str) -> str:
    """What the list of a kind's payload is called."""
    (sublist,) = RESOURCES[IMPORT_OF[kind]]["netsuite_da"]["mapping"]["lists"]
    return str(sublist["jsonPath"].removeprefix("payload."))


def sent(kind: str) -> list[dict[str, Any]]:
    """Payloads of a kind in the celigo dialect: a sample, and those the description shows."""
    shown = [
        message["payload"]
        for one in examples()
        if (one["operation"], one["name"]) == ("leaseMessages", "celigo")
        for message in path_of(one, "answer.body.data")
        if message["kind"] == kind
    ]
    return [a_payload(kind, "celigo"), *shown]


class TestRouter:
    """The flow of every kind: each message to its own import, all to one acknowledge."""

    def test_every_kind_has_its_branch(self) -> None:
        flow = RESOURCES["flow_post_all_to_netsuite"]
        assert "pageProcessors" not in flow  # a flow has one or the other
        by_kind, last = flow["routers"]
        assert by_kind["routeRecordsTo"] == "first_matching_branch"
        led = {}
        for branch in by_kind["branches"]:
            (step,) = branch["pageProcessors"]
            rules = branch["inputFilter"]["rules"]
            assert rules == ["equals", ["string", ["extract", "kind"]], branch["name"]]
            led[branch["name"]] = step["_importId"]
            assert branch["nextRouterId"] == last["id"]
            (field,) = step["responseMapping"]["fields"]
            assert field == {"extract": "id", "generate": "netsuite_internal_id"}
        assert led == {kind: f"${name}" for kind, name in IMPORT_OF.items()}
        (branch,) = last["branches"]
        assert [one["_importId"] for one in branch["pageProcessors"]] == ["$import_acknowledge"]

    def test_its_export_asks_for_every_kind(self) -> None:
        one, every = (RESOURCES[name]["http"] for name in ("export_outbox", "export_outbox_all"))
        wanted = one["relativeURI"].replace("kind=journal_entry&", "")
        assert every["relativeURI"] == every["paging"]["relativeURI"] == wanted
        assert "kind=" not in wanted
