"""The resources to import into Celigo fit the plugin: addresses, paths into answers, bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import describe
import pytest
from contract_steps import MUG, NOW, SMALL, SMALL_ID, StoryPlugin, frozen_plugin, work_through
from handlebars import render
from plugin import BUCKET, ROOT

FOLDER = ROOT / "infra" / "celigo"
FILES = sorted(path for path in FOLDER.glob("*.json") if path.stem != "postman_collection")
RESOURCES: dict[str, dict[str, Any]] = {path.stem: json.loads(path.read_text()) for path in FILES}
TOLD = json.loads(describe.OPENAPI.read_text(encoding="utf-8"))
# The user's own resources, which no file here makes.
OWN = {"$integration", "$connection_netsuite", "$connection_amazon"}
OURS = "$connection_plugin"


def references(part: Any) -> Iterator[str]:
    """Every reference to another resource, wherever it stands."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name.startswith("_") and name.endswith("Id"):
                yield inner
            else:
                yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def calls() -> Iterator[tuple[str, str, str]]:
    """Each call to the plugin: resource, method, address with its query."""
    for name, resource in RESOURCES.items():
        if resource.get("_connectionId") != OURS:
            continue
        http = resource["http"]
        many = isinstance(http["method"], list)
        methods = http["method"] if many else [http["method"]]
        addresses = http["relativeURI"] if many else [http["relativeURI"]]
        yield from ((name, *one) for one in zip(methods, addresses, strict=True))
        if "paging" in http:
            yield name, methods[0], http["paging"]["relativeURI"]
    yield "connection_plugin", "GET", RESOURCES["connection_plugin"]["http"]["ping"]["relativeURI"]


def test_every_resource_is_told_in_its_readme() -> None:
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert len(FILES) >= 12
    for path in (*FILES, describe.POSTMAN):
        assert f"`{path.name}`" in told, path.name
    for name in OWN:
        assert f"`{name}`" in told, name


def test_the_first_flow_names_its_files() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = readme.split("## Your first flow")[1].split("\n## ")[0]
    names = re.findall(r"`((?:connection|export|import|flow)_\w+\.json)`", told)
    flow = RESOURCES["flow_post_to_netsuite"]
    needed = {f"{one[1:]}.json" for one in references(flow) if one not in OWN}
    assert needed | {"connection_plugin.json", "flow_post_to_netsuite.json"} == set(names)


def test_references_lead_somewhere() -> None:
    there = {f"${name}" for name in RESOURCES} | OWN
    for name, resource in RESOURCES.items():
        assert set(references(resource)) <= there, name


@pytest.mark.parametrize(("name", "method", "address"), list(calls()))
def test_addresses_are_the_plugins(name: str, method: str, address: str) -> None:
    path, _, query = address.partition("?")
    path = re.sub(r"\{\{\{?[\w.]+\}?\}\}", "{}", path)
    known = {re.sub(r"\{\w+\}", "{}", one): methods for one, methods in TOLD["paths"].items()}
    assert path in known, name
    operation = known[path][method.lower()]
    parameters = {one["name"] for one in operation["parameters"] if one.get("in") == "query"}
    assert {pair.split("=")[0] for pair in query.split("&") if pair} <= parameters, name


@pytest.fixture(scope="module")
def here() -> StoryPlugin:
    """A plugin with a settlement to be posted."""
    made = frozen_plugin()
    assert made.post(SMALL, "/v1/settlements?profile=us").status_code == 200
    return made


def path_of(document: Any, path: str) -> Any:
    """What stands at a path such as `errors.0.message`."""
    for part in path.split("."):
        document = document[int(part)] if part.isdigit() else document[part]
    return document


class TestPosting:
    """Export, NetSuite import and acknowledge, as the flow chains them."""

    def test_the_flow_posts_and_acknowledges(self, here: StoryPlugin) -> None:
        export = RESOURCES["export_outbox"]["http"]
        answer = here.get(export["relativeURI"]).get_json()
        messages = path_of(answer, export["response"]["resourcePath"])
        assert messages
        succeeded = path_of(answer, export["response"]["successPath"])
        assert json.dumps(succeeded) in export["response"]["successValues"]
        last = path_of(answer, export["paging"]["lastPagePath"])
        assert json.dumps(last) in export["paging"]["lastPageValues"]

        flow = RESOURCES["flow_post_to_netsuite"]
        (given,) = flow["pageProcessors"][0]["responseMapping"]["fields"]
        assert given["extract"] == "id"
        records = [{**one, given["generate"]: f"48{n}"} for n, one in enumerate(messages)]
        step = RESOURCES["import_acknowledge"]["http"]
        told = send(here, step, records)
        assert len(told) == len(records)
        for one in told:
            assert json.dumps(path_of(one, step["response"]["successPath"][0])) == "true"
            assert path_of(one, step["response"]["resourceIdPath"][0])
            assert one["state"] == "done"
        assert here.get(export["relativeURI"]).get_json()["data"] == []
        (settlement,) = here.get(f"/v1/settlements/{SMALL_ID}").get_json()["data"]
        assert settlement["state"] == "posted"
        assert set(settlement["netsuite_ids"].values()) == {"480"}

    def test_a_hundred_are_one_call(self, here: StoryPlugin) -> None:
        step = RESOURCES["import_acknowledge"]["http"]
        assert step["batchSize"] == 100
        records = [{"message_id": f"m{n}", "netsuite_internal_id": str(n)} for n in range(100)]
        told = send(here, step, records)
        assert [one["message_id"] for one in told] == [one["message_id"] for one in records]
        for one in told:
            assert one["success"] is False
            fault = path_of(one, step["response"]["errorPath"])[0]
            assert {"code", "message", "source"} <= set(fault)


def send(here: StoryPlugin, step: dict[str, Any], records: list[dict[str, Any]]) -> list[Any]:
    """What an import step gets for a batch: its body made from the template, its data."""
    (template,), (address,) = step["body"], step["relativeURI"]
    body = render(template, {"batch_of_records": records, "record": records[0]})
    json.loads(body)
    answer = here.call(step["method"][0], address, data=body, content_type="application/json")
    assert answer.status_code in (200, 202), answer.text
    data: list[Any] = path_of(answer.get_json(), step["response"]["resourcePath"][0])
    return data


def test_decide_takes_a_batch_as_celigo_sends_it(here: StoryPlugin) -> None:
    count = {
        **MUG,
        "source_version": 7,
        "source_time": NOW.isoformat(),
        "quantities": [{"item": "MUG-220", "location": "Main Warehouse", "available": 40}],
    }
    step = RESOURCES["import_decide_quantities"]["http"]
    good, bad = send(here, step, [count, {**count, "sku": ""}])
    assert (good["success"], bad["success"]) == (True, False)
    assert good["action"] == "publish"
    sent = RESOURCES["import_amazon_quantities"]["http"]
    assert render(sent["relativeURI"][0], {"record": good}).startswith(
        "/listings/2021-08-01/items/"
    )
    assert json.loads(render(sent["body"][0], {"record": good}))["patches"]


def test_the_async_helper_follows_a_job(here: StoryPlugin) -> None:
    key = "raw-settlements/us/august.txt"
    here.files.put(key, SMALL.replace(b"11700000001", b"11700000009"))
    record = {"profile": "us", "bucket": BUCKET, "key": key}
    (job,) = send(here, RESOURCES["import_submit_job"]["http"], [record])
    helper = RESOURCES["async_helper_jobs"]["http"]
    status, result = (
        RESOURCES[helper[part]["_exportId"][1:]]["http"]["relativeURI"]
        for part in ("status", "result")
    )
    ask = {"record": {"id": job["job_id"]}}
    first = here.get(render(status, ask)).get_json()
    assert first["id"] == job["job_id"]
    assert path_of(first, helper["status"]["statusPath"]) in helper["status"]["inProgressValues"]
    work_through(here)
    then = here.get(render(status, ask)).get_json()
    assert path_of(then, helper["status"]["statusPath"]) in helper["status"]["doneValues"]
    (document,) = here.get(render(result, ask)).get_json()["data"]
    assert document["settlement_id"] == "11700000009"


def test_the_hook_is_a_function_of_the_extension() -> None:
    from handler.entrypoints.celigo.functions.catalogue import OFFERED

    hook = RESOURCES["import_amazon_quantities"]
    (offered,) = [one for one in OFFERED if one.name == hook["hooks"]["preMap"]["function"]]
    assert set(hook["settings"]) <= set(offered.settings)


def test_postman_asks_every_operation() -> None:
    told = json.loads(describe.POSTMAN.read_text(encoding="utf-8"))
    assert told["info"]["schema"].endswith("/v2.1.0/collection.json")
    assert {one["key"] for one in told["variable"]} == {"baseUrl", "apiKey"}
    items = [item for folder in told["item"] for item in folder["item"]]
    asked = {
        (
            item["request"]["method"],
            re.sub(r":(\w+)", r"{\1}", "/" + "/".join(item["request"]["url"]["path"])),
        )
        for item in items
    }
    there = {(m.upper(), address) for address, methods in TOLD["paths"].items() for m in methods}
    assert asked == there
    for item in items:
        body = item["request"].get("body")
        if body and body.get("options"):
            json.loads(body["raw"])
