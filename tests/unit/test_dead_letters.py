"""Dead letters: each in the register once, its job failed, and never told of what is settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from job_world import UPLOAD, JobWorld, job_world
from plugin import BUCKET, CA, CA_ID, POISON, ROOT, Plugin, plugin, unreachable
from test_s3_events import eventbridge, failed, s3, sns, sqs

from handler.entrypoints.dead_letters import handle
from handler.entrypoints.s3_events import handle as upload
from handler.flows.dead_letter import Letter, register_upload
from handler.flows.file_attempt import Upload
from handler.flows.ports import ExceptionState

KEY = "raw-settlements/ca/July 2025 (1)+corrected é.txt"
REPORT = "raw-inventory/ca/ledger.txt"
SENT = datetime(2026, 1, 31, 12, tzinfo=UTC)  # when the plugin's clock begins


def letters(*bodies: object, sent: datetime = SENT, attempt: int = 1) -> dict[str, Any]:
    event = sqs(*bodies, attempt=attempt)
    for record in event["Records"]:
        record["attributes"]["SentTimestamp"] = str(int(sent.timestamp() * 1000))
    return event


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.fixture
def world() -> JobWorld:
    return job_world()


def parked(here: Plugin) -> list[tuple[str, str, int]]:
    found = here.open_exceptions()
    assert all(one.state is ExceptionState.PARKED for one in found)
    return [(one.scope, one.code, one.count) for one in found]


@pytest.mark.parametrize("form", [s3, eventbridge])
@pytest.mark.parametrize("around", [lambda event: event, sns])
def test_each_form_of_news_comes_into_the_register(here: Plugin, form: Any, around: Any) -> None:
    here.files.put(KEY, CA)
    assert failed(handle(here.app, letters(around(form(KEY))))) == []
    assert parked(here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]
    (found,) = here.open_exceptions()
    assert found.severity == "error"  # what alerts call critical
    evidence = found.finding["evidence"]
    assert isinstance(evidence, dict)
    assert (evidence["file"], evidence["bucket"], evidence["attempts"]) == (KEY, BUCKET, 5)
    assert "out of time or memory" in str(found.finding["what"])
    assert found.finding["why"]
    assert found.finding["repair"]


def test_a_letter_that_comes_again_is_registered_once(here: Plugin) -> None:
    here.files.put(KEY, CA)
    for attempt in (1, 2, 3):
        assert failed(handle(here.app, letters(s3(KEY), attempt=attempt))) == []
    assert parked(here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]


def test_a_later_upload_that_is_given_up_too_counts_up(here: Plugin) -> None:
    here.files.put(KEY, CA)
    handle(here.app, letters(s3(KEY)))
    handle(here.app, letters(s3(KEY), sent=SENT + timedelta(hours=5)))
    assert parked(here) == [(f"file:{KEY}", "UPLOAD_FAILED", 2)]


def test_what_an_attempt_parked_is_not_told_a_second_time(here: Plugin) -> None:
    """The attempt wrote why, and its answer was lost: the register has the better word already."""
    here.files.put(KEY, POISON)
    assert failed(upload(here.app, sqs(s3(KEY), attempt=5))) == []
    assert failed(handle(here.app, letters(s3(KEY)))) == []
    assert parked(here) == [(f"file:{KEY}", "UNUSABLE_FILE", 1)]


def test_a_file_that_was_settled_after_all_is_none(here: Plugin) -> None:
    here.files.put(KEY, CA)
    assert failed(upload(here.app, sqs(s3(KEY), attempt=5))) == []
    assert failed(handle(here.app, letters(s3(KEY)))) == []
    assert here.open_exceptions() == []
    # Of a later upload of the file nothing is recorded: it was given up.
    handle(here.app, letters(s3(KEY), sent=SENT + timedelta(hours=5)))
    assert parked(here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]


def test_an_upload_that_succeeds_later_resolves_it(here: Plugin) -> None:
    here.files.put(KEY, CA)
    handle(here.app, letters(s3(KEY)))
    assert failed(upload(here.app, sqs(s3(KEY)))) == []
    assert here.open_exceptions() == []
    assert here.settlements.get(CA_ID) is not None


def test_reports_about_stock_and_files_that_are_gone_are_registered(here: Plugin) -> None:
    assert failed(handle(here.app, letters(s3(REPORT), s3(KEY)))) == []
    assert {scope for scope, _, _ in parked(here)} == {f"file:{REPORT}", f"file:{KEY}"}


def test_all_objects_of_a_letter_but_what_is_no_file(here: Plugin) -> None:
    others = ("raw-settlements/ca/", "results/ca/1/x.json.gz")
    assert failed(handle(here.app, letters(s3(KEY, REPORT, *others)))) == []
    assert len(parked(here)) == 2


@pytest.mark.parametrize("body", ["", "no JSON", "[]", '{"Records": []}'])
def test_a_letter_of_no_known_form_is_registered_too(here: Plugin, body: str) -> None:
    assert failed(handle(here.app, letters(body, s3(KEY)))) == []
    assert {code for _, code, _ in parked(here)} == {"UPLOAD_REFUSED", "UPLOAD_FAILED"}


def test_a_letter_the_register_does_not_take_stays(here: Plugin) -> None:
    here.settlements.register_fails = True
    assert failed(handle(here.app, letters(s3(KEY), "no JSON"))) == ["m-1", "m-2"]
    here.settlements.register_fails = False
    assert failed(handle(here.app, letters(s3(KEY), "no JSON", attempt=2))) == []
    assert len(parked(here)) == 2


def test_only_the_letter_that_failed_stays(here: Plugin) -> None:
    here.files.put(KEY, CA)  # it is looked up whether it was settled, and the store fails
    here.settlements.failing = [unreachable()]
    assert failed(handle(here.app, letters(s3(KEY), s3(REPORT)))) == ["m-1"]
    assert [scope for scope, _, _ in parked(here)] == [f"file:{REPORT}"]


def test_a_file_that_breaks_the_looking_up_is_registered_all_the_same(here: Plugin) -> None:
    here.files.put(KEY, CA)
    here.settlements.failing = [RuntimeError("as every attempt")]
    assert failed(handle(here.app, letters(s3(KEY)))) == []
    assert parked(here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]


def test_a_file_of_another_bucket_is_registered(here: Plugin) -> None:
    letter = Letter(5, SENT.isoformat(timespec="seconds"))
    assert register_upload(here.app, Upload("other", KEY, 9), letter).what == "parked"


def test_without_a_moment_it_is_as_if_it_came_now(here: Plugin) -> None:
    assert failed(handle(here.app, sqs(s3(KEY)))) == []
    assert parked(here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]


def test_the_job_that_made_room_for_the_file_fails(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    world.here.files.put(made["key"], CA)
    for _ in range(2):
        assert failed(handle(world.here.app, letters(s3(made["key"]), sent=world.clock()))) == []
    told = world.status(made["job_id"])
    assert told["status"] == "failed"
    assert parked(world.here) == [(f"file:{made['key']}", "UPLOAD_FAILED", 1)]


def asked(world: JobWorld) -> dict[str, Any]:
    world.here.files.put(KEY, CA)
    made = world.made("/v1/jobs", {"kind": "settle", "bucket": BUCKET, "key": KEY, "profile": "ca"})
    world.queue.waiting.clear()
    return made


def test_a_job_that_the_queue_gave_up_fails(world: JobWorld) -> None:
    made = asked(world)
    body = {"plugin_job": made["job_id"]}
    assert failed(handle(world.here.app, letters(body, sent=world.clock()))) == []
    assert world.status(made["job_id"])["status"] == "failed"
    error = world.result(made["job_id"]).get_json()["errors"][0]
    assert error["code"] == "UPLOAD_FAILED"
    assert parked(world.here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]
    assert failed(handle(world.here.app, letters(body, sent=world.clock()))) == []
    assert parked(world.here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]


def test_a_letter_stays_until_its_job_knows(world: JobWorld) -> None:
    made = asked(world)
    body = {"plugin_job": made["job_id"]}

    def broken(call: str) -> None:
        if call == "put":
            raise unreachable()

    world.jobs.before = broken
    assert failed(handle(world.here.app, letters(body, sent=world.clock()))) == ["m-1"]
    world.jobs.sound()
    assert failed(handle(world.here.app, letters(body, sent=world.clock()))) == []
    assert world.status(made["job_id"])["status"] == "failed"
    assert parked(world.here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]


def test_a_job_whose_file_was_settled_after_all_is_done(world: JobWorld) -> None:
    made = asked(world)
    world.jobs.before = lambda call: (_ for _ in ()).throw(unreachable()) if call == "put" else None
    body = {"plugin_job": made["job_id"]}
    assert failed(upload(world.here.app, sqs(body, attempt=5))) == []  # the job was not told
    world.jobs.sound()
    assert failed(handle(world.here.app, letters(body, sent=world.clock()))) == []
    assert world.status(made["job_id"])["status"] == "done"
    assert world.here.open_exceptions() == []


def test_jobs_that_are_finished_or_forgotten_are_left_alone(world: JobWorld) -> None:
    made = asked(world)
    assert failed(upload(world.here.app, sqs({"plugin_job": made["job_id"]}))) == []
    bodies = ({"plugin_job": made["job_id"]}, {"plugin_job": "job-" + "0" * 32})
    assert failed(handle(world.here.app, letters(*bodies, sent=world.clock()))) == []
    assert world.status(made["job_id"])["status"] == "done"
    assert world.here.open_exceptions() == []


def test_the_queue_gives_up_when_the_function_does() -> None:
    queues = yaml.safe_load((ROOT / "infra" / "queue.yml").read_text("utf-8"))["Resources"]
    deployed = yaml.safe_load((ROOT / "serverless.yml").read_text("utf-8"))
    functions = deployed["functions"]
    most = queues["UploadQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    assert most == deployed["provider"]["environment"]["UPLOAD_MAX_ATTEMPTS"] == 5
    for queue, function in (("UploadQueue", "upload"), ("UploadDeadLetters", "deadletters")):
        (event,) = functions[function]["events"]
        assert event["sqs"]["arn"] == {"Fn::GetAtt": [queue, "Arn"]}
        assert event["sqs"]["functionResponseType"] == "ReportBatchItemFailures"
        seconds = queues[queue]["Properties"]["VisibilityTimeout"]
        assert seconds >= 6 * functions[function]["timeout"]


def test_a_message_that_failed_five_times_and_could_not_be_parked(here: Plugin) -> None:
    """The whole way: five deliveries of the queue, then the dead letter."""
    here.files.put(KEY, CA)
    here.settlements.register_fails = True
    for attempt in range(1, 6):
        here.settlements.failing = [unreachable()]
        assert failed(upload(here.app, sqs(s3(KEY), attempt=attempt))) == ["m-1"]
    here.settlements.register_fails = False
    assert failed(handle(here.app, letters(s3(KEY)))) == []
    assert parked(here) == [(f"file:{KEY}", "UPLOAD_FAILED", 1)]
