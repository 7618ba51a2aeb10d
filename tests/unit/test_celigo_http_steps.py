"""What Celigo's HTTP steps read of an answer: look-up, batch import, and the asynchronous helper.

The steps' settings are derived from Celigo's published schemas, not recorded.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from job_world import JobWorld, job_world
from plugin import BUCKET, CA, CA_ID, ROOT

STEPS = json.loads((ROOT / "tests" / "data" / "celigo" / "http_steps.json").read_text("utf-8"))
KEY = "raw-settlements/ca/July.txt"


@pytest.fixture
def world() -> JobWorld:
    made = job_world()
    made.here.files.put(KEY, CA)
    return made


def at(body: Any, path: str) -> Any:
    """What a step finds at a path such as "errors.0.message"; nothing where there is none."""
    for part in path.split("."):
        if isinstance(body, list):
            body = body[int(part)] if int(part) < len(body) else None
        else:
            body = (body or {}).get(part)
    return body


def test_look_up(world: JobWorld) -> None:
    config = STEPS["lookup_step_one_record"]["celigo_config"]["http"]["response"]
    path = STEPS["lookup_step_one_record"]["celigo_config"]["http"]["relativeURI"]
    world.here.post(CA)
    body = world.post(path, {"settlement_id": CA_ID}).get_json()
    assert str(at(body, config["successPath"])).lower() in config["successValues"]
    (record,) = at(body, config["resourcePath"])
    assert record["external_id"].startswith("AMZ-")
    missing = world.post(path, {"settlement_id": "404"}).get_json()
    assert str(at(missing, config["successPath"])).lower() not in config["successValues"]
    assert "404" in at(missing, config["errorPath"])


def test_batch_import(world: JobWorld) -> None:
    config = STEPS["import_step_batch"]["celigo_config"]["http"]["response"]
    records = [{"bucket": BUCKET, "key": KEY}, {"bucket": BUCKET, "key": "raw-posted/none"}, {}]
    body = world.post("/v1/settlements/batch", {"data": records}).get_json()
    answers = at(body, config["resourcePath"][0])
    assert len(answers) == len(records)
    good = [
        str(at(one, config["successPath"][0])).lower() in config["successValues"][0]
        for one in answers
    ]
    assert good == [True, False, False]
    assert at(answers[0], config["resourceIdPath"][0]) == CA_ID
    for one in answers[1:]:
        (error,) = at(one, config["errorPath"])
        assert {"code", "message", "source"} <= set(error)


def test_asynchronous_helper(world: JobWorld) -> None:
    steps = STEPS["async_helper"]
    submitted = world.post(
        steps["submit"]["request"]["path"], {"kind": "settle", "bucket": BUCKET, "key": KEY}
    )
    wanted = steps["submit"]["response"]
    assert submitted.status_code == wanted["status"]
    assert set(wanted["body"]) <= set(submitted.get_json())
    job_id = submitted.get_json()["id"]
    in_progress = steps["status"]["celigo"]["inProgressValues"]
    finished = steps["status"]["celigo"]["doneValues"]
    path = steps["status"]["request"]["path"].replace("job-1", job_id)
    assert world.here.get(path).get_json()["status"] in in_progress
    world.start()
    done = world.here.get(path)
    assert (done.status_code, done.get_json()["id"]) == (200, job_id)
    assert done.get_json()["status"] in finished
    result = world.here.get(steps["result"]["request"]["path"].replace("job-1", job_id))
    assert result.status_code == 200
    (document,) = result.get_json()["data"]
    assert document["journal_entries"][0]["external_id"].startswith("AMZ-")
