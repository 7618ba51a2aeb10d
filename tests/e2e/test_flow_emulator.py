"""integrator.io's flow in the deployed shape: two workers and a webhook, one end in NetSuite."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders import a_file, a_row
from fake_netsuite import FakeNetsuite
from local_stack import ROOT, LocalStack
from local_trigger import Answer, call
from webhook_receiver import Call, receiver

from handler.payloads import json_text
from handler.payloads.webhook_signature import body_signature, verify

pytestmark = pytest.mark.e2e

LEDGER = ROOT / "tests" / "data" / "inventory" / "sandbox_ledger_detail.tsv"
CLEARING = "1190 Amazon Clearing"
PAID = {"11788000001": "79.60", "11788000002": "42.50"}
FIRST, SECOND = PAID
SHIPMENT, ITEM = "FBA-FLOW-1", "CONSOLE-2025"
TRIES = 4  # how often a call is made again whose answer is thrown away

Document = dict[str, Any]
Delivered = tuple[Sequence[str], Sequence[Call], str]


class Books:
    """NetSuite, as two workers reach it at the same time."""

    def __init__(self) -> None:
        self.account = FakeNetsuite(transfer_orders={SHIPMENT: {ITEM: 10}})
        self.times: Counter[str] = Counter()
        self._lock = threading.Lock()

    def post(self, payload: Mapping[str, Any]) -> Document:
        """What integrator.io gets of an import by external id: found, it has the record's id."""
        name = payload["externalId"]
        with self._lock:
            self.times[name] += 1
            kept = {external: one for (_, external), one in self.account.records.items()}
            if name in kept:
                return {"statusCode": 200, "id": kept[name].internal_id, "errors": []}
            return self.account.post(payload).response_data()


class Line:
    """A worker's line to the plugin, on which answers get lost: then the call is made again."""

    def __init__(self, stack: LocalStack, key: str, seed: int) -> None:
        self._stack, self._key, self._chance = stack, key, random.Random(seed)

    def ask(self, path: str, body: object = None, *, repeats: bool = True) -> Document:
        """The answer that came through; every one of the others was as good."""
        lost = self._chance.randrange(TRIES) if repeats else 0
        content = (
            body if isinstance(body, bytes) or body is None else json_text.dumps(body).encode()
        )
        for _ in range(lost + 1):
            answer = call(self._stack.url + path, key=self._key, data=content)
            assert answer.status == 200, answer
        return read(answer)

    def hook(
        self, name: str, options: Document, kind: str = "hook", *, repeats: bool = True
    ) -> Any:
        """One function of the extension, as integrator.io calls it."""
        about = {"diy": True, "type": kind, "function": name, "maxResponseSize": 5_242_880}
        return self.ask("/function", {**about, "options": options}, repeats=repeats)


def read(answer: Answer) -> Any:
    return json.loads(answer.body, parse_float=Decimal)


def settlement(settlement_id: str) -> bytes:
    total = Decimal(PAID[settlement_id])
    rows = [
        a_row(amount=str(total + 20)),
        a_row(amount_type="ItemFees", amount_description="Commission", amount="-20.00"),
    ]
    return a_file(rows, total=str(total), settlement_id=settlement_id).content()


def ledger() -> bytes:
    """A receipt and a lost unit, of a year before any other test's."""
    header = LEDGER.read_text(encoding="utf-8").splitlines()[0].split("\t")
    day = {
        "Date": "2024-01-09T10:00:00Z", "FNSKU": "X0001AB1CD", "MSKU": "SKU-CONSOLE-2025",
        "FulfillmentCenter": "PHX7", "Disposition": "SELLABLE", "Country": "US",
    }  # fmt: skip
    rows = (
        {"EventType": "Receipts", "ReferenceID": SHIPMENT, "Quantity": "10"},
        {"EventType": "Adjustments", "ReferenceID": "ADJ-FLOW-1", "Quantity": "-1", "Reason": "M"},
    )
    lines = ["\t".join((day | row).get(name, "") for name in header) for row in rows]
    return "\n".join(["\t".join(header), *lines, ""]).encode()


def by_http(line: Line, books: Books) -> int:
    """A turn of the flow of HTTP steps; how many records it had."""
    messages = line.ask("/v1/outbox?profile=us&limit=1&lease_seconds=60", repeats=False)["data"]
    posted = []
    for message in messages:
        books.post(message["payload"])  # this answer is lost
        answer = books.post(message["payload"])
        assert not answer["errors"], answer
        posted.append({"message_id": message["message_id"], "internal_id": answer["id"]})
    if posted:
        told = line.ask("/v1/outbox/acknowledge", {"data": posted})["data"]
        assert [one["success"] for one in told] == [True] * len(posted), told
    return len(posted)


def by_functions(line: Line, books: Books) -> int:
    """A turn of the flow of extension functions."""
    asked = {"settings": {"profiles": ["us"], "limit": 1, "lease_seconds": 60}, "testMode": False}
    page = line.hook("fetchOutbox", asked, "wrapper", repeats=False)
    answers = [books.post(message["payload"]) for message in page["data"]]
    if answers:
        records = {"preMapData": page["data"], "postMapData": page["data"]}
        told = line.hook(
            "acknowledgePosted",
            {**records, "responseData": answers, "settings": {}, "testMode": False},
        )
        assert [(one["statusCode"], one["errors"]) for one in told] == [(200, [])] * len(answers)
    return len(answers)


def post_all(stack: LocalStack, key: str, books: Books, wanted: int) -> list[int]:
    """Both workers at once until so many records are acknowledged: how many each had."""
    done, together, failed = [0, 0], threading.Barrier(2), threading.Event()
    deadline = time.monotonic() + 20

    def work(place: int) -> None:
        line, turn = Line(stack, key, seed=place), (by_http, by_functions)[place]
        together.wait()
        try:
            while sum(done) < wanted and time.monotonic() < deadline and not failed.is_set():
                done[place] += turn(line, books)
        except BaseException:
            failed.set()  # the other one need not wait for what will not come
            raise

    with ThreadPoolExecutor(2) as pool:
        for finished in [pool.submit(work, place) for place in (0, 1)]:
            finished.result()
    assert sum(done) == wanted
    return done


def pay(line: Line, settlement_id: str, bank_line: str) -> None:
    """What the bank received, matched and recorded."""
    paid: Document = {
        "id": bank_line,
        "date": "2025-08-18",
        "amount": PAID[settlement_id],
        "currency": "USD",
        "descriptor": "AMAZON.COM DES:MARKETPLAC",
    }
    body = {"profile": "us", "as_of": str(date(2025, 9, 30)), "bank_lines": [paid]}
    line.ask("/v1/deposits/match?record=true", body)


def deliver(stack: LocalStack) -> Document:
    """A run of the schedule's function."""
    answer = call(stack.invoke_url("deliver"), data=b"{}")
    assert answer.status == 200, answer
    found: Document = answer.json()
    return found


@pytest.fixture(scope="module")
def books() -> Books:
    return Books()


@pytest.fixture(scope="module")
def line(stack: LocalStack, key: str) -> Line:
    return Line(stack, key, seed=7)


@pytest.fixture(scope="module")
def worked(stack: LocalStack, key: str, line: Line, books: Books) -> list[str]:
    """Two settlements and a ledger, posted by two workers: the external ids."""
    made: list[str] = []
    for settlement_id in PAID:
        content = settlement(settlement_id)
        (document,) = line.ask("/v1/settlements?profile=us", content)["data"]
        made += [entry["external_id"] for entry in document["journal_entries"]]
    reported = "/v1/inventory/fba/reports?profile=us&made_at=2024-02-01T00:00:00Z"
    (run,) = line.ask(reported, ledger(), repeats=False)["data"]
    made += [posting["external_id"] for posting in run["postings"]]
    assert len(made) == 4
    post_all(stack, key, books, wanted=4)
    return made


@pytest.fixture(scope="module")
def delivered(
    stack: LocalStack, key: str, line: Line, books: Books, worked: list[str]
) -> Delivered:
    """A deposit through the outbox, one through a webhook: all external ids, calls, signing key."""
    pay(line, FIRST, "FLOW-1")
    post_all(stack, key, books, wanted=1)
    with receiver() as target:
        pay(line, SECOND, "FLOW-2")
        added = stack.cli("webhooks", "add", "flow", "--url", target.url, "--profiles", "us")
        assert added.returncode == 0, added.stderr
        target.answers.append(lambda handler: answer_with_ids(handler, target.calls[-1], books))
        first = deliver(stack)
        assert (first["taken"], first["acknowledged"], first["failed"]) == (1, 1, 0), first
        assert deliver(stack) == {"taken": 0, "acknowledged": 0, "failed": 0}
        calls, signing_key = list(target.calls), added.stdout.split()[-1]
        assert stack.cli("webhooks", "remove", "flow").returncode == 0
    deposits = [f"AMZ-US-{settlement_id}-DEP" for settlement_id in PAID]
    return [*worked, *deposits], calls, signing_key


def answer_with_ids(handler: Any, came: Call, books: Books) -> None:
    """Post what came, and say under which id NetSuite has it."""
    answer = books.post(json.loads(came.body, parse_float=Decimal)["payload"])
    body = json.dumps({"internal_id": answer["id"]}).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_each_record_is_in_netsuite_once(delivered: Delivered, books: Books) -> None:
    names, _, _ = delivered
    assert sorted(name for _, name in books.account.records) == sorted(names)
    assert all(one.revision == 1 for one in books.account.records.values())
    assert set(books.times) == set(names)


def test_clearing_is_zero_and_stock_is_what_amazon_received(
    delivered: Delivered, books: Books
) -> None:
    balances = books.account.balances()
    assert any(account == CLEARING for account, _ in balances)
    assert sum(value for (account, _), value in balances.items() if account == CLEARING) == 0
    assert sum(q for (item, _), q in books.account.quantities().items() if item == ITEM) == 9


def test_settlements_are_deposited_under_netsuites_ids(
    delivered: Delivered, books: Books, line: Line
) -> None:
    ids = {name: one.internal_id for (_, name), one in books.account.records.items()}
    for settlement_id in PAID:
        (found,) = line.ask(f"/v1/settlements/{settlement_id}")["data"]
        assert found["state"] == "deposited"
        assert found["netsuite_ids"]
        assert found["netsuite_ids"].items() <= ids.items()


def test_the_outbox_is_empty(delivered: Delivered, line: Line) -> None:
    names, _, _ = delivered
    for state in ("waiting", "parked"):
        parcels = line.ask(f"/v1/outbox/parcels?state={state}&limit=200")["data"]
        assert not {name for one in parcels for name in one["external_ids"]} & set(names)


def test_another_shell_can_work_on_it(delivered: Delivered, stack: LocalStack) -> None:
    listed = f"{stack.exports()}{sys.executable} -m handler outbox list"
    ran = subprocess.run(
        ["/bin/sh", "-c", listed],
        cwd=ROOT,
        env={"PATH": os.defpath, "AWS_PROFILE": "somebody"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    names, _, _ = delivered
    assert not any(name in ran.stdout for name in names)


def test_the_lambda_stack_answers_on_the_same_table(stack: LocalStack) -> None:
    # Not by the emulator's Lambda port: it hands Python a context without `client_context`.
    about = {"diy": True, "type": "wrapper", "function": "pingPlugin", "maxResponseSize": 100_000}
    script = (
        "import json, sys, types\n"
        "from handler.main import celigo_handler\n"
        "context = types.SimpleNamespace(client_context=json.loads(sys.argv[1]))\n"
        "print(json.dumps(celigo_handler({'settings': {}}, context)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, json.dumps(about)],
        cwd=ROOT,
        env={**stack.environment, "CELIGO_STACK_SCOPES": "outbox:deliver"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout.splitlines()[-1])["statusCode"] == 200, ran.stdout


def test_the_webhook_was_signed_and_came_once(delivered: Delivered) -> None:
    _, (came,), signing_key = delivered
    verify(came.headers, came.body, [signing_key], int(time.time()))
    assert came.headers["X-Signature"] == body_signature(came.body, signing_key)
    assert json.loads(came.body)["external_id"] == f"AMZ-US-{SECOND}-DEP"
