"""A thousand runs of flows over a failing network: NetSuite ends with the truth, to the cent.

Each run draws everything from its seed: what Amazon sends, what accountants change, which flows run
when, and what breaks. In the end nothing is in NetSuite twice, and nothing is missing.
"""

from __future__ import annotations

import itertools
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
import structlog
from fake_netsuite import Answer, FakeNetsuite
from flow_world import BANK, CLASS_OF, CLEARING, OTHER_CLASSES, PROFILE, FlowWorld, new_report
from integrator import Breaking, Faults, GaveUp, Integrator, Killed, Listener
from inventory_world import DAYS, BuiltMappings, Clock, LedgerWorld, Report, Row

from handler.entrypoints.http_app import create_app
from handler.flows import api_keys, webhook_targets
from handler.flows import upload as uploads
from handler.flows.deliver import Limits, deliver
from handler.flows.delivery_ports import Sender, Sent
from handler.flows.upload import Upload
from handler.flows.webhook_targets import Wish
from handler.inventory.listing import Split
from handler.wiring import in_memory

RUNS = 1_000
TOGETHER = 50  # runs of one test, so that several processes share the work
RATE = 0.25  # of calls that go wrong on the way
STORES = ("settlements", "inventory", "files", "outbox")
DEATHS = 0.01  # of the plugin's calls to a store that its process does not survive
_MOST_ROUNDS = 60
# Every one must have its turn among the runs of a test: a fault that never strikes proves nothing.
FAULTS = {
    "request lost",
    "gateway busy",
    "answer lost",
    "made twice",
    "comes again later",
    "NetSuite away",
    "NetSuite's answer lost",
    "posted twice",
    "retried by hand",
    "webhook lost",
    "webhook refused",
    "webhook's answer lost",
    "killed before",
    "killed after",
}


class Account(FakeNetsuite):
    """NetSuite, with the look-up that flows make for a record that is there already.

    Attributes:
        shut: whether it refuses everything, as it does for a period that is being closed.
    """

    shut = False

    def post(self, payload: Mapping[str, Any]) -> Answer:
        """Take one record, unless it is shut."""
        if self.shut:
            told = {"code": "USER_ERROR", "message": "The posting period is closed."}
            return Answer(400, errors=(told,))
        return super().post(payload)

    def find(self, payload: Mapping[str, Any]) -> str:
        """Return the internal id of the record with the payload's external id, or nothing."""
        wanted = payload.get("body", payload)["externalId"]
        return next(
            (one.internal_id for (_, name), one in self.records.items() if name == wanted), ""
        )

    def sums(self) -> dict[str, Decimal]:
        """Return the balance of each account over all periods, without zeros."""
        found: dict[str, Decimal] = {}
        for (account, _), amount in self.balances().items():
            found[account] = found.get(account, Decimal(0)) + amount
        return {account: amount for account, amount in found.items() if amount}


class Run:
    """One run, from its seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.faults = Faults(self.rng, RATE)
        self.clock = Clock()
        self.world, self.ledger = FlowWorld(), LedgerWorld()
        self.netsuite = Account()
        sound = replace(
            in_memory(now=self.clock),
            mappings=self.world.mapped,
            stock_mappings=BuiltMappings(Split.SHARED),
            calls_per_minute=100_000,
        )
        self.sound = replace(sound, sender=cast("Sender", self))
        self.app = replace(
            self.sound,
            **{name: Breaking(getattr(sound, name), self.faults, DEATHS) for name in STORES},
        )
        self.middleware = Integrator(
            client=create_app(self.app).test_client(),
            key=api_keys.create(sound, "flow", ["*"]),
            netsuite=self.netsuite,
            faults=self.faults,
            wait=self._wait,
        )
        _, key = webhook_targets.add(sound, "flow", Wish("https://flow.example/hook"))
        self.listener = Listener(self.middleware, key.key, lambda: int(self.clock.time.timestamp()))
        self.made: list[Report] = []

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Send a webhook: to the flow that listens."""
        return self.listener.post(url, body, headers)

    def _wait(self, seconds: int) -> None:
        self.clock.time += timedelta(seconds=seconds)

    def play(self) -> None:
        """Let things happen, in any order."""
        happenings: list[Callable[[], None]] = [
            self.amazon_settles,
            self.amazon_settles,
            self.amazon_corrects,
            self.accountant_remaps,
            self.stock_moves,
            self.stock_is_reported,
            self.deliver,
            self.deliver,
            self.deliver_to_shut_books,
            self.webhooks_go_out,
            self.webhooks_go_out,
            self.listener.acknowledge,
            self.bank_is_matched,
            self.middleware.straggle,
            lambda: self._wait(self.rng.randrange(2_000)),
        ]
        self.amazon_settles()
        for _ in range(self.rng.randint(8, 22)):
            with suppress(GaveUp):  # the flow shows an error; its next run starts anew
                self.rng.choice(happenings)()

    def amazon_settles(self) -> None:
        """A new settlement comes, by a call or by an upload."""
        report = new_report(len(self.world.reports) + 1, self.rng)
        self.world.reports.append(report)
        self._send(report.content(), report.settlement_id)

    def _send(self, content: bytes, settlement_id: str) -> None:
        if self.rng.random() < 0.5:
            self._upload(content, settlement_id)
            return
        self.middleware.call(
            "POST",
            f"/v1/settlements?profile={PROFILE}",
            data=content,
            content_type="application/octet-stream",
        )

    def _upload(self, content: bytes, settlement_id: str) -> None:
        """A file lies in the bucket; the queue tells of it until somebody listens to the end."""
        key = f"raw-settlements/{PROFILE}/{settlement_id}.txt"
        self.sound.files.keep(key, content, "text/plain")
        for attempt in range(1, 6):
            try:
                uploads.receive(self.app, Upload(self.sound.files.bucket, key), attempt)
            except Killed:
                continue
            return

    def amazon_corrects(self) -> None:
        """A settlement is told anew, with other rows, and posted anew."""
        report = self.rng.choice(self.world.reports)
        report.corrected(self.rng)
        self._repost(report.settlement_id, report.content(), f"correction {report.edition}")

    def accountant_remaps(self) -> None:
        """A kind of row moves to another class; what is posted follows."""
        kind = self.rng.choice(list(CLASS_OF))
        self.world.mapped.remap(kind, self.rng.choice(OTHER_CLASSES))
        report = self.rng.choice(self.world.reports)
        version = self.world.mapped.load(PROFILE).version
        self._repost(report.settlement_id, report.content(), f"mapping {version}")

    def _repost(self, settlement_id: str, content: bytes, why: str) -> None:
        key = f"{settlement_id} {why} {self.clock.time}".replace(" ", "_")
        self.middleware.call(
            "POST",
            f"/v1/settlements/{settlement_id}/repost",
            data=content,
            content_type="application/octet-stream",
            headers={"Idempotency-Key": key},
        )

    def stock_moves(self) -> None:
        """Something happens to units at Amazon."""
        event, reason = self.rng.choice(
            [*(("Adjustments", code) for code in "MFDE"), ("VendorReturns", ""), ("Shipments", "")]
        )
        units = self.rng.randint(1, 3)
        row = Row(
            day=self.rng.choice(DAYS),
            fnsku=self.rng.choice(["X-A", "X-B"]),
            event=event,
            reason=reason,
            quantity=units if reason == "F" else -units,
            disposition="SELLABLE",
            centre=self.rng.choice(["PHX7", "BFI4"]),
            reference=f"paper {self.rng.randint(1, 3)}",
        )
        rows = (row,)
        if reason == "E":
            rows = (row, row._replace(reason="P", quantity=units, disposition="CUSTOMER_DAMAGED"))
        self.ledger.events.append(rows)

    def stock_is_reported(self) -> None:
        """Amazon makes a report of some days; it arrives now, or one made earlier does."""
        first, last = sorted(self.rng.choices(DAYS, k=2))
        self.clock.goes_on(1)
        self.made.append(self.ledger.report(self.clock.time, first, last))
        self._tell(self.rng.choice(self.made))

    def _tell(self, report: Report) -> None:
        if not report.rows:
            return
        self.middleware.call(
            "POST",
            f"/v1/inventory/fba/reports?profile={PROFILE}"
            f"&made_at={report.made_at:%Y-%m-%dT%H:%M:%SZ}"
            f"&first_day={report.days[0]}&last_day={report.days[-1]}",
            data=report.content,
            content_type="application/octet-stream",
        )

    def deliver(self) -> None:
        """One of the flows that take the outbox to NetSuite runs."""
        way = self.rng.choice(["celigo", "netsuite", "extension"])
        if way == "extension":
            self.middleware.deliver_by_extension()
        else:
            self.middleware.deliver(way)

    def webhooks_go_out(self) -> None:
        """The function that sends runs, as it does each minute."""
        with suppress(Killed):
            deliver(self.app, Limits(self.clock.time + timedelta(minutes=1)))
        self.clock.goes_on(1)

    def deliver_to_shut_books(self) -> None:
        """The flow runs while NetSuite takes nothing, some times in a row."""
        self.netsuite.shut = True
        try:
            for _ in range(self.rng.randint(1, 8)):
                self.deliver()
                self.clock.goes_on(70)
        finally:
            self.netsuite.shut = False

    def bank_is_matched(self) -> None:
        """The bank's feed is matched with what is posted."""
        body = {
            "profile": PROFILE,
            "as_of": str(self.clock.time.date()),
            "bank_lines": self.world.bank_lines(),
        }
        self.middleware.call("POST", "/v1/deposits/match?record=true", json=body)

    def come_to_rest(self) -> None:
        """Nothing breaks any more, and everything is told once more as it is now."""
        self.faults.rate = 0
        for name in STORES:
            getattr(self.app, name)._rate = 0
        for report in self.world.reports:
            self._send(report.content(), report.settlement_id)
            self._repost(report.settlement_id, report.content(), "at last")
        self.clock.goes_on(1)
        last = self.ledger.report(self.clock.time, DAYS[0], DAYS[-1])
        self.ledger.tell(last)
        self._tell(last)
        for _ in range(_MOST_ROUNDS):
            self.clock.goes_on(70)
            self._release()
            self.deliver()
            self.listener.acknowledge()
            self.bank_is_matched()
            if not self._left():
                return
        raise AssertionError(f"still to be delivered: {self._left()}")

    def _release(self) -> None:
        """A person looks at what was given up, and lets it go out again."""
        parked = self.middleware.call("GET", "/v1/outbox/parcels?state=parked").get_json()["data"]
        if parked:
            data = [{"parcel_id": one["parcel_id"]} for one in parked]
            self.middleware.call("POST", "/v1/outbox/release", json={"data": data})

    def _left(self) -> list[str]:
        outbox = self.sound.outbox
        return [
            f"{one.group} {one.place} {one.state}"
            for one in (*outbox.coming(200).items, *outbox.parked(200).items)
        ]

    def check(self) -> None:
        """NetSuite says what is true."""
        found = self.netsuite.sums()
        assert found == self.world.balances()
        assert found.get(CLEARING, Decimal(0)) == 0
        assert found.get(BANK, Decimal(0)) > 0
        units = {place: count for place, count in self.netsuite.quantities().items() if count}
        assert units == dict(self.ledger.books())
        self._every_record_once()
        states = {one.state for one in self.sound.settlements.settlements("", 200).items}
        assert states == {"deposited"}
        assert self._open("DELIVERY_PARKED") == []

    def _open(self, code: str) -> list[str]:
        """Return in which scopes somebody is still asked to look at such a finding."""
        found = self.sound.settlements.exceptions(200).items
        return [one.scope for one in found if one.finding["code"] == code]

    def _every_record_once(self) -> None:
        emitted: Counter[str] = Counter()
        known: dict[str, str] = {}
        for record in self.sound.settlements.settlements("", 200).items:
            for version in self.sound.settlements.versions(record.settlement_id):
                emitted.update(version.external_ids)
            known |= dict(pair.split("=") for pair in record.netsuite_ids)
        for run in self.sound.inventory.ledger_runs(PROFILE, 200).items:
            emitted.update(run.external_ids)
            known |= dict(pair.split("=") for pair in run.netsuite_ids)
        there = {name: one.internal_id for (_, name), one in self.netsuite.records.items()}
        assert len(there) == len(self.netsuite.records)
        assert set(emitted.values()) <= {1}
        assert set(emitted) <= set(there)
        assert known == there
        for record in self.sound.settlements.settlements("", 200).items:
            parcels = self.sound.outbox.group(f"settlement:{record.settlement_id}")
            made = [[int(there[name]) for name in one.external_ids] for one in parcels]
            # What follows in the group came to NetSuite after all that was before.
            assert all(max(one) < min(after) for one, after in itertools.pairwise(made))


@pytest.fixture(autouse=True)
def _only_errors_are_logged() -> Iterator[None]:
    """Writing a line for each of 50,000 calls is a fifth of the time all of it takes."""
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    if before is None:
        structlog.reset_defaults()
    else:
        structlog.configure(**before)


@pytest.mark.parametrize("first", range(0, RUNS, TOGETHER))
def test_netsuite_ends_with_the_truth(first: int) -> None:
    struck: Counter[str] = Counter()
    for seed in range(first, first + TOGETHER):
        run = Run(seed)
        try:
            run.play()
            run.come_to_rest()
            run.check()
            while run.middleware.late:  # what hung in the network arrives, errors are retried
                run.middleware.straggle()
            run.come_to_rest()
            run.check()
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
        struck += run.faults.struck
    assert set(struck) == FAULTS
