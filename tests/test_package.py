"""What is deployed: the artefact's size and content, and the template around it."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.package

ROOT = Path(__file__).parents[1]
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def artefact() -> Iterator[zipfile.ZipFile]:
    """Built as people build it; `package` also runs cfn-lint and fails on what it finds."""
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
