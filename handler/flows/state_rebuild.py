"""The table made anew from the bucket alone; run again, it goes on where it was cut off.

Versions of settlements are settled again in the order they were recorded in, by the flow that
settled them, and held against the results they left (:mod:`~handler.flows.state_replay`). Matched
deposits, runs of the ledger, reports of stock and stored rules are recorded as the bucket tells
them. Raw files that left no result are received as if they had just come. Whatever is to be posted
comes parked, until somebody says what NetSuite has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from handler.core.errors import OutsideFailure, PluginError
from handler.flows.kept_rules import RULES, kept_rules
from handler.flows.settle_call import RawFile
from handler.flows.state_deposits import Deposits, rebuild_deposits
from handler.flows.state_left import receive_left
from handler.flows.state_ports import Bucket, Noted
from handler.flows.state_raw import RawFiles, raw_files
from handler.flows.state_recorded import Recorded, recorded
from handler.flows.state_replay import ComesOutOtherwise, adopt, mappings_of, replay
from handler.flows.state_stock import Stock, rebuild_stock
from handler.settlement.exchange_rate import rate_within

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import MappingSource
    from handler.flows.rule_ports import RuleBook
    from handler.settlement.settle import Mappings

_BOOKS: Final = 1_000  # stored rules change a few times a month


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did.

    Attributes:
        same: versions of settlements that came out byte for byte as they were.
        as_recorded: versions recorded as their result tells them; each is noted.
        there: versions that were there already.
        deposits: those that were matched.
        rules: versions of the stored rules.
        received: raw files without a result that were received as new.
        stock: the ledger's runs and the reports.
        noted: everything somebody must know.
    """

    same: int = 0
    as_recorded: int = 0
    there: int = 0
    deposits: Deposits = field(default_factory=Deposits)
    rules: int = 0
    received: int = 0
    stock: Stock = field(default_factory=lambda: Stock(0, 0, 0, 0, frozenset()))
    noted: list[Noted] = field(default_factory=list)


def rebuild(app: App, bucket: Bucket, earlier: Iterable[MappingSource] = ()) -> Rebuilt:
    """Make the state anew.

    Args:
        app: the ports, over the table to fill.
        bucket: lists the files.
        earlier: mappings of earlier deployments.

    Raises:
        OutsideFailure: a store did not answer: run it again.
    """
    done = Rebuilt()
    books = _rules(app, bucket, done)
    results = recorded(app, bucket, done.noted)
    raw = raw_files(app, bucket, done.noted)
    mappings = _Mappings(app, tuple(earlier), books)
    stopped: set[str] = set()
    for one in results.versions:
        if one.settlement_id not in stopped and not _version(app, one, raw, mappings, done):
            stopped.add(one.settlement_id)
    done.deposits = rebuild_deposits(app, bucket, done.noted)
    done.stock = rebuild_stock(app, bucket, done.noted)
    known = results.contents | done.stock.contents
    done.received = receive_left(app, raw.without(known), results.broken | stopped, done.noted)
    return done


@dataclass(slots=True)
class _Mappings:
    """Every mapping that can be had, by profile and version."""

    app: App
    earlier: tuple[MappingSource, ...]
    books: tuple[RuleBook, ...]
    _found: dict[str, Mapping[str, Mappings]] = field(default_factory=dict)

    def of(self, one: Recorded) -> Mappings | None:
        if one.profile not in self._found:
            rules = [book.rules for book in self.books]
            self._found[one.profile] = mappings_of(self.app, self.earlier, rules, one.profile)
        rate = rate_within(one.mapping_version)
        version = one.mapping_version.removesuffix(f"-fx{rate}") if rate else one.mapping_version
        return self._found[one.profile].get(version)


def _rules(app: App, bucket: Bucket, done: Rebuilt) -> tuple[RuleBook, ...]:
    """Save the stored rules the bucket has; return every version of them, the table's too."""
    found = [kept_rules(app.files.read(file.key)) for file in bucket.listing(RULES)]
    there = {book.number: book for book in app.rules.books(_BOOKS)}
    newest = max(there, default=0)
    for book in sorted(found, key=lambda one: one.number):
        if book.number in there:
            continue
        if book.number != newest + 1 or not app.rules.save(book):
            done.noted.append(
                Noted(
                    "RULES_MISSING",
                    f"stored rules, version {book.number}",
                    f"Version {newest + 1} is not in the bucket, so this one cannot follow it.",
                    "Restore the file under results/rules/, or add the rules again.",
                )
            )
            break
        newest = book.number
        done.rules += 1
    return tuple({**there, **{book.number: book for book in found}}.values())


def _version(app: App, one: Recorded, raw: RawFiles, mappings: _Mappings, done: Rebuilt) -> bool:
    """Record one version; False where it cannot be, and so none after it."""
    known = app.settlements.versions(one.settlement_id)
    if one.version <= len(known):
        return _is_there(one, known[one.version - 1].result_key, done)
    if one.version != len(known) + 1:
        return False
    before = [record.raw_key for record in known if record.content_hash == one.content_hash]
    key = raw.key_of(one.content_hash, one.profile, is_correction=one.is_correction)
    if key is not None and before:
        key = before[-1]  # the recorded file, settled again
    file = RawFile(key, app.files.source(key)) if key is not None else None
    why = _replayed(app, one, file, mappings.of(one))
    if why is None:
        done.same += 1
        return True
    try:
        adopt(app, one, key)
    except OutsideFailure:
        raise
    except (PluginError, KeyError, TypeError, ValueError) as error:
        done.noted.append(
            Noted("NOT_REBUILT", one.name, f"{one.key}: {error}", "Settle its file again.")
        )
        return False
    done.as_recorded += 1
    done.noted.append(why)
    return True


def _replayed(
    app: App, one: Recorded, raw: RawFile | None, mappings: Mappings | None
) -> Noted | None:
    """Settle a version again; return why it is to be recorded as its result tells it, if it is."""
    if raw is None:
        return Noted(
            "RAW_FILE_MISSING",
            one.name,
            "It was recorded as its result tells it: no raw file has its content.",
            "Restore the file's last version in the bucket; its rows can be shown again then.",
        )
    if mappings is None:
        return Noted(
            "OTHER_MAPPINGS",
            one.name,
            f"It was recorded as its result tells it, not settled again: its mappings "
            f"{one.mapping_version} are not to be had. Nothing is posted for the difference.",
            "To prove it, name their folder with --mappings (a checkout of that day). What today's "
            "mappings would change: python -m handler mappings diff.",
        )
    try:
        replay(app, one, raw, mappings)
    except ComesOutOtherwise:
        said = "it comes out otherwise now"
    except PluginError as error:
        if error.retryable:
            raise
        said = f"it is refused now: {error.code}: {error.message}"
    else:
        return None
    return Noted(
        "COMES_OUT_OTHERWISE",
        one.name,
        f"It was recorded as its result tells it: under the same mappings {said}.",
        "What is in the books stands. See what the plugin's version of then did otherwise; "
        "python -m handler mappings diff shows the difference, and repost would post it.",
    )


def _is_there(one: Recorded, result_key: str, done: Rebuilt) -> bool:
    if result_key == one.key:
        done.there += 1
        return True
    done.noted.append(
        Noted(
            "RECORDED_OTHERWISE",
            one.name,
            f"The table has it with another result, {result_key}, than the bucket: {one.key}.",
            "Rebuild into an empty table, or see which of the two NetSuite has.",
        )
    )
    return False
