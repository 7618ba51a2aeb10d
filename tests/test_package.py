"""What is deployed: the artefact's size and content, and the template around it."""

import hashlib
import json
import re
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

pytestmark = pytest.mark.package

ROOT = Path(__file__).parents[1]
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def artefact() -> Iterator[zipfile.ZipFile]:
    """Built as people build it; `package` also runs cfn-lint and checkov, and fails on what they
    find."""
    command = [sys.executable, "infra/dev.py", "package", "--stage", "prod"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    with zipfile.ZipFile(ROOT / ".serverless" / "amazon-netsuite-plugin.zip") as archive:
        yield archive


def test_fits_lambda(artefact: zipfile.ZipFile) -> None:
    assert Path(str(artefact.filename)).stat().st_size < 60 * MEGABYTE
    assert sum(entry.file_size for entry in artefact.infolist()) < 250 * MEGABYTE


def test_holds_the_plugin_and_nothing_else(artefact: zipfile.ZipFile) -> None:
    names = artefact.namelist()
    for needed in ("handler/main.py", "mappings/vocabulary.csv", "flask/__init__.py"):
        assert needed in names
    assert any(name.startswith("tzdata/zoneinfo/America/") for name in names)
    ours = re.compile(r"(tests|infra|node_modules|\.venv|\.git|\.local|\.serverless)/")
    assert not [name for name in names if ours.match(name)]


def test_bytecode_is_the_runtimes_or_none(artefact: zipfile.ZipFile) -> None:
    compiled = [name for name in artefact.namelist() if name.endswith(".pyc")]
    assert not [name for name in compiled if not name.endswith(".cpython-312.pyc")]


def test_keeps_every_service_the_code_calls(artefact: zipfile.ZipFile) -> None:
    """serverless.yml drops the descriptions of the services that nobody asks boto3 for."""
    kept = {name.split("/")[2] for name in artefact.namelist() if name.startswith("botocore/data/")}
    asks = re.compile(r"""(?:client|resource)\(\s*["']([a-z0-9-]+)["']""")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "handler").rglob("*.py")]
    asked = {service for source in sources for service in asks.findall(source)}
    assert asked, "boto3 is asked for services in a way this test no longer recognises"
    assert asked <= kept


@pytest.fixture(scope="module")
def template(artefact: zipfile.ZipFile) -> dict[str, Any]:
    path = ROOT / ".serverless" / "cloudformation-template-update-stack.json"
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return made


def test_every_rule_that_is_left_out_says_why(template: dict[str, Any]) -> None:
    left_out = [
        (name, rule)
        for name, one in template["Resources"].items()
        for rule in one.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert left_out
    for name, rule in left_out:
        assert len(rule["comment"]) > 40, (name, rule)


def test_raw_files_never_expire(template: dict[str, Any]) -> None:
    bucket = template["Resources"]["Bucket"]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    for rule in bucket["LifecycleConfiguration"]["Rules"]:
        ends = {"ExpirationInDays", "ExpirationDate", "NoncurrentVersionExpiration"} & set(rule)
        assert not ends or rule["Prefix"].startswith(("results/", "indexes/")), rule
        for move in rule.get("Transitions", []) + rule.get("NoncurrentVersionTransitions", []):
            assert (
                move["StorageClass"] == "GLACIER_IR"
            )  # the classes below it do not answer at once


def test_uploads_have_their_own_concurrency(template: dict[str, Any]) -> None:
    """Never less than the poller may use: what Lambda refuses counts as a failed delivery."""
    resources = template["Resources"]
    reserved = resources["UploadLambdaFunction"]["Properties"]["ReservedConcurrentExecutions"]
    (poller,) = (
        one["Properties"]
        for one in resources.values()
        if one["Type"] == "AWS::Lambda::EventSourceMapping"
        and one["Properties"]["FunctionName"] == {"Fn::GetAtt": ["UploadLambdaFunction", "Arn"]}
    )
    assert poller["ScalingConfig"]["MaximumConcurrency"] == reserved
    assert poller["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_logs_are_kept_as_long_as_the_stage_says(template: dict[str, Any]) -> None:
    groups = [one for one in template["Resources"].values() if one["Type"] == "AWS::Logs::LogGroup"]
    functions = [
        one for one in template["Resources"].values() if one["Type"] == "AWS::Lambda::Function"
    ]
    assert len(groups) == len(functions) + 1  # and the API's
    assert {one["Properties"]["RetentionInDays"] for one in groups} == {365}


def test_the_state_machine_is_in_its_language(tmp_path: Path) -> None:
    """By Amazon's schema of it, and every path in it; cfn-lint has read it within the template."""
    text = (ROOT / "infra" / "backfill.asl.json").read_text(encoding="utf-8")
    sound, broken = tmp_path / "sound.asl.json", tmp_path / "broken.asl.json"
    given = text.replace("${Bucket}", "bucket").replace("${Function}", "function")
    sound.write_text(given, encoding="utf-8")
    broken.write_text(given.replace('"Next": "Some left"', '"Next": "Nowhere"'), encoding="utf-8")
    assert _validated(sound).returncode == 0, _validated(sound).stdout
    assert "Nowhere" in _validated(broken).stdout


def _validated(path: Path) -> subprocess.CompletedProcess[str]:
    return _ran("node", "node_modules/.bin/asl-validator", "--json-path", str(path))


def _ran(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_what_may_stand_before_the_api_keeps_the_rules_too(
    artefact: zipfile.ZipFile, template: dict[str, Any], tmp_path: Path
) -> None:
    """The parts of infra/edge.yml that this stage does not choose, each in a stack of its own."""
    custom = yaml.safe_load((ROOT / "serverless.yml").read_text(encoding="utf-8"))["custom"]
    text = (ROOT / "infra" / "edge.yml").read_text(encoding="utf-8")
    for name, value in custom["edgeDomain"]["own"].items():
        text = text.replace(
            f"${{self:custom.edgeDomain.${{param:edgeDomain}}.{name}}}", json.dumps(value)
        )
    certificate = f"arn:aws:acm:us-east-1:123456789012:certificate/{uuid.UUID(int=1)}"
    text = text.replace("${param:domainName}", "api.example.com")
    text = text.replace("${param:certificateArn}", certificate)
    choices = {
        name: choice["resources"] for name, choice in yaml.safe_load(text).items() if name != "none"
    }
    assert set(choices) == {"domain", "cloudfront"}
    kept = ("Type", "Properties", "Metadata")
    api = {
        name: {part: value for part, value in template["Resources"][name].items() if part in kept}
        for name in ("HttpApi", "HttpApiStage", "HttpApiLogGroup")
    }
    made = []
    for name, choice in choices.items():
        stack = {**choice, "Resources": {**choice["Resources"], **api}}
        assert "${param" not in json.dumps(stack)
        assert "${self" not in json.dumps(stack)
        made.append(tmp_path / f"{name}.json")
        made[-1].write_text(json.dumps(stack), encoding="utf-8")
    files = [str(path) for path in made]
    cfn_lint = str(Path(sys.executable).with_name("cfn-lint"))
    linted = _ran(cfn_lint, "--non-zero-exit-code", "warning", *files)
    assert linted.returncode == 0, linted.stdout
    told = ["--framework", "cloudformation", "--compact", "--quiet", "--skip-download"]
    checked = _ran(".venv-checkov/bin/checkov", *told, "--file", *files)
    assert checked.returncode == 0, checked.stdout


def test_the_list_of_parts_is_what_lies_in_it(artefact: zipfile.ZipFile) -> None:
    """`package` writes it beside the artefact; what is not in it no scanner will ever warn of."""
    told = json.loads((ROOT / ".serverless" / "sbom.json").read_text(encoding="utf-8"))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(told)) is None
    installed = set()
    for name in artefact.namelist():
        found = re.fullmatch(r"([^/]+)-([^-/]+)\.dist-info/METADATA", name)
        if found:
            package = re.sub(r"[-_.]+", "-", found[1]).lower()
            installed.add(f"pkg:pypi/{package}@{found[2]}")
    scripts = [name for name in artefact.namelist() if re.match(r"handler/.*\.min\.js$", name)]
    parts = {part["purl"] for part in told["components"]}
    assert {part for part in parts if part.startswith("pkg:pypi/")} == installed
    assert len(parts) == len(installed) + len(scripts)
    pinned = {
        line.replace("==", "@").strip().lower()
        for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    assert {f"pkg:pypi/{one}" for one in pinned} <= parts
    # Of this very artefact, and of no earlier one.
    digest = hashlib.sha256(Path(str(artefact.filename)).read_bytes()).hexdigest()
    assert told["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": digest}]
