"""Answers about the outbox, jobs, batches of settlements, and NetSuite's rules."""

from __future__ import annotations

from contracts.answer_kinds import (
    NO_ENTRIES,
    NO_FACTS,
    PAGE,
    Fault,
    Free,
    Moment,
    MomentOrNone,
    Open,
    Shown,
    answer,
)


class Message(Shown):
    """A record to be posted to NetSuite, the caller's alone until its lease is over."""

    message_id: str
    external_id: str
    kind: str
    profile: str
    settlement_id: str
    run_id: str
    sequence: int
    attempt: int
    lease_id: str
    leased_until: Moment
    format: str
    payload: Free


class MessageOutcome(Open):
    """What became of a message: in the order asked, one for each record."""

    message_id: str
    success: bool
    state: str
    errors: list[Fault]
    external_id: str = ""
    internal_id: str = ""


class ParcelOutcome(Shown):
    """What became of a parcel to be let go again."""

    parcel_id: str
    success: bool
    state: str
    errors: list[Fault]


class ParcelShown(Open):
    """Records that came forth together and go out one after the other."""

    parcel_id: str
    state: str
    kind: str
    profile: str
    settlement_id: str
    run_id: str
    place: str
    external_ids: list[str]
    leased: list[str]
    accepted: list[str]
    holder: str
    attempts: int
    ready_at: Moment
    created_at: Moment
    last_error: str


class Upload(Open):
    """The one PUT that takes the file."""

    method: str
    url: str
    headers: Free
    expires_at: Moment


class JobShown(Open):
    """A job, and how it stands."""

    job_id: str
    kind: str
    profile: str
    status: str
    key: str
    created_at: Moment
    changed_at: Moment
    expires_at: Moment
    status_url: str
    result_url: str
    attempt: int
    error: Free = NO_FACTS
    settlement_id: str = ""
    settlement_status: str = ""
    external_ids: list[str] = NO_ENTRIES
    statuses: list[str] = NO_ENTRIES
    run_ids: list[str] = NO_ENTRIES
    links: Free = NO_FACTS


class JobWithUpload(JobShown):
    """A job that waits for its file, with the address that takes it."""

    upload: Upload | None


class JobResult(Open):
    """What the step that the job stands for would have answered."""

    settlement_id: str = ""
    status: str = ""


class FileSettled(Open):
    """What became of a file of the bucket."""

    success: bool
    id: str | None
    errors: list[Fault]
    settlement_id: str = ""
    status: str = ""
    external_ids: list[str] = NO_ENTRIES
    replayed: bool = False
    exceptions: list[str] = NO_ENTRIES


class JournalFound(Open):
    """The records of a settlement, ready for NetSuite."""

    success: bool
    id: str | None
    errors: list[Fault]
    settlement_id: str = ""
    profile: str = ""
    status: str = ""
    currency: str = ""
    format: str = ""
    external_id: str = ""
    external_ids: list[str] = NO_ENTRIES
    entries: list[Free] = NO_ENTRIES


class RowClassified(Open):
    """Where a row belongs in the books."""

    success: bool
    errors: list[Fault]
    accounting_class: str = ""
    account: str = ""
    rule: str = ""
    rule_line: int = 0
    dimensions: Free = NO_FACTS
    entity: str = ""
    subsidiary: str = ""


class EntryKept(Open):
    """What became of an entry that NetSuite has."""

    success: bool
    id: str | None
    errors: list[Fault]
    settlement_id: str = ""
    external_id: str = ""
    state: str = ""
    missing: list[str] = NO_ENTRIES


class RecordChecked(Open):
    """What NetSuite would refuse of a record."""

    external_id: str
    record: str
    success: bool
    faults: int
    errors: list[Fault]


_STANDING = {
    "id": (str, ...),
    "status": (str, ...),
    "status_url": (str, ...),
    "result_url": (str, ...),
}
_LEASE = {"lease_id": (str, ...), "leased_until": (MomentOrNone, ...), "more": (bool, ...)}
OUTBOX = answer("OutboxAnswer", Message, **_LEASE)
MESSAGES = answer("MessagesAnswer", MessageOutcome)
RELEASED = answer("ReleasedAnswer", ParcelOutcome)
PARCELS = answer("ParcelsAnswer", ParcelShown, **PAGE)
UPLOAD = answer("UploadAnswer", JobWithUpload, **_STANDING)
JOB = answer("JobAnswer", JobShown, **_STANDING)
JOB_RESULT = answer("JobResultAnswer", JobResult, id=(str, ...), status=(str, ...))
FILES = answer("FilesAnswer", FileSettled)
JOURNALS = answer("JournalsAnswer", JournalFound)
CLASSIFIED = answer("ClassifiedAnswer", RowClassified)
ENTRIES_KEPT = answer("EntriesKeptAnswer", EntryKept)
CHECKED = answer("CheckedAnswer", RecordChecked)
