"""Does the state agree with itself, and with the bucket: each broken reference by name.

An export made while writes went on, an import that lost something, a file deleted from the bucket:
each shows here. Nothing is changed. Some 2 KB of memory for each version of a settlement.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from handler.flows.inventory_ports import LedgerDayRecord, LedgerRun, SnapshotRecord
from handler.flows.netsuite_ids import acknowledged
from handler.flows.parcel import Parcel
from handler.flows.parcels_made import run_group, settlement_group
from handler.flows.ports import SettlementRecord
from handler.flows.state_ports import Bucket, Fact, Noted


@dataclass(slots=True)
class _Known:
    heads: dict[str, SettlementRecord] = field(default_factory=dict)
    listed: dict[str, SettlementRecord] = field(default_factory=dict)
    versions: dict[str, dict[int, SettlementRecord]] = field(default_factory=dict)
    exceptions: dict[str, int] = field(default_factory=dict)
    parcels: dict[str, list[Parcel]] = field(default_factory=dict)
    runs: dict[str, LedgerRun] = field(default_factory=dict)
    days: list[tuple[str, LedgerDayRecord]] = field(default_factory=list)
    snapshots: list[SnapshotRecord] = field(default_factory=list)
    rules: set[int] = field(default_factory=set)


_RESTORE = "Restore the file's last version in the bucket (it is versioned)."
_WHOLE = (
    "The state came from two moments. Take it from a point in time instead (DynamoDB's PITR), or "
    "rebuild it: python -m handler state rebuild."
)
FOLDERS = ("raw-settlements/", "raw-posted/", "raw-inventory/", "results/")


def kept_keys(bucket: Bucket) -> set[str]:
    """Return the keys of every file the state may name.

    Raises:
        OutsideFailure: the bucket did not answer.
    """
    return {file.key for folder in FOLDERS for file in bucket.listing(folder)}


def check(facts: Iterable[Fact], files: Container[str]) -> Iterator[Noted]:
    """Yield what does not agree.

    Args:
        facts: what the items say.
        files: keys of the bucket's files.
    """
    known = _Known()
    for fact in facts:
        _learn(known, fact)
    for settlement_id in sorted({*known.heads, *known.versions, *known.listed, *known.exceptions}):
        yield from _settlement(known, settlement_id, files)
    yield from _parcels(known, files)
    yield from _stock(known, files)
    missing = set(range(1, max(known.rules, default=0) + 1)) - known.rules
    if missing:
        gone = ", ".join(map(str, sorted(missing)))
        yield Noted("RULES_MISSING", "stored rules", f"Versions {gone} are not there.", _WHOLE)


def _learn(known: _Known, fact: Fact) -> None:
    match fact.value:
        case SettlementRecord() as record if fact.kind == "head":
            known.heads[fact.of] = record
        case SettlementRecord() as record if fact.kind == "listed":
            known.listed[fact.of] = record
        case SettlementRecord() as record:
            known.versions.setdefault(fact.of, {})[record.version] = record
        case Parcel() as parcel:
            known.parcels.setdefault(parcel.group, []).append(parcel)
        case LedgerRun() as run:
            known.runs[run.run_id] = run
        case LedgerDayRecord() as day:
            known.days.append((fact.of, day))
        case SnapshotRecord() as snapshot:
            known.snapshots.append(snapshot)
        case int() as number:
            known.rules.add(number)
        case _:
            known.exceptions[fact.of] = known.exceptions.get(fact.of, 0) + 1


def _settlement(known: _Known, of: str, files: Container[str]) -> Iterator[Noted]:
    name, head = f"settlement {of}", known.heads.get(of)
    versions = known.versions.get(of, {})
    if head is None:
        found = [
            *([f"versions {', '.join(map(str, sorted(versions)))}"] if versions else []),
            *(["an entry of the list"] if of in known.listed else []),
            *([f"{known.exceptions[of]} exception(s)"] if of in known.exceptions else []),
        ]
        yield Noted("HEAD_MISSING", name, f"There are {' and '.join(found)}, no head.", _WHOLE)
        return
    listed = known.listed.get(of)
    if listed != head:
        told = "no entry" if listed is None else f"version {listed.version}, {listed.state}"
        what = f"It is at version {head.version}, {head.state}; its list has {told}."
        yield Noted("LIST_DIFFERS", name, what, _WHOLE)
    wanted = set(range(1, head.version + 1))
    if wanted != set(versions):
        told = ", ".join(map(str, sorted(versions))) or "none"
        what = f"It is at version {head.version}; of versions there are {told}."
        yield Noted("VERSIONS_DIFFER", name, what, _WHOLE)
    every = {head.version: head} | versions
    named = {key for record in every.values() for key in (record.raw_key, record.result_key)}
    for key in sorted(named):
        if key not in files:
            yield Noted("FILE_MISSING", name, f"{key} is not in the bucket.", _RESTORE)
    yield from _undelivered(known, head, versions.values())


def _undelivered(
    known: _Known, head: SettlementRecord, versions: Iterable[SettlementRecord]
) -> Iterator[Noted]:
    """Yield entries that NetSuite has not acknowledged, and no parcel brings there."""
    done = acknowledged(head.netsuite_ids).keys()
    parcels = known.parcels.get(settlement_group(head.settlement_id), ())
    brought = {name for parcel in parcels for name in parcel.external_ids}
    left = [
        name
        for record in versions
        if record.status == "proven"
        for name in record.external_ids
        if name not in done and name not in brought
    ]
    if left:
        yield Noted(
            "PARCEL_MISSING",
            f"settlement {head.settlement_id}",
            f"No parcel brings {', '.join(left[:3])}{' ...' if len(left) > 3 else ''}.",
            "Post them from the settlement's journal and acknowledge them there; see whether "
            "NetSuite has them first.",
        )


def _parcels(known: _Known, files: Container[str]) -> Iterator[Noted]:
    groups = {settlement_group(record.settlement_id) for record in known.heads.values()}
    groups |= {run_group(run_id) for run_id in known.runs}
    for group, parcels in sorted(known.parcels.items()):
        if group not in groups:
            yield Noted("SUBJECT_MISSING", group, "Its parcels belong to nothing.", _WHOLE)
        for parcel in parcels:
            if parcel.document_key not in files:
                what = f"{parcel.document_key}, which a parcel is made from, is not in the bucket."
                yield Noted("FILE_MISSING", group, what, _RESTORE)


def _stock(known: _Known, files: Container[str]) -> Iterator[Noted]:
    for run in known.runs.values():
        brought = known.parcels.get(run_group(run.run_id), ())
        if run.result_key not in files:
            what = f"{run.result_key} is not in the bucket."
            yield Noted("FILE_MISSING", f"run {run.run_id}", what, _RESTORE)
        if run.state != "posted" and not brought:
            yield Noted(
                "PARCEL_MISSING",
                f"run {run.run_id}",
                "No parcel brings its postings.",
                "Post them from GET /v1/inventory/fba/runs/{id}/postings and acknowledge them; see "
                "whether NetSuite has them first.",
            )
    for profile, day in known.days:
        if day.result_key not in files:
            what = f"{day.result_key} is not in the bucket: nothing more of that day can be posted."
            yield Noted("FILE_MISSING", f"ledger of {profile}, {day.day}", what, _RESTORE)
    for snapshot in known.snapshots:
        if snapshot.raw_key not in files:
            yield Noted(
                "FILE_MISSING",
                f"report {snapshot.kind} of {snapshot.profile}",
                f"{snapshot.raw_key} is not in the bucket.",
                "Send the report again, or a later one.",
            )
