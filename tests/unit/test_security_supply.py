"""What comes from others: known vulnerabilities stop the build, and the list of parts is true."""

from __future__ import annotations

import json
import re
import threading
import tokenize
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import advisories
import pytest
import sbom
from builders import ROOT
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

FAULT = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["3.1.4"]}


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


def package(name: str, *vulnerabilities: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": list(vulnerabilities)}


def test_a_known_vulnerability_fails_the_build() -> None:
    code, lines = advisories.judged(report(package("six"), package("flask", FAULT)))
    assert code == 1
    assert lines[0] == "flask 1.0: CVE-2026-1, PYSEC-2026-1, mended in 3.1.4"
    assert lines[1] == "2 of 2 packages were looked up."


def test_one_that_is_accepted_is_still_shown_with_its_reason() -> None:
    told = report(package("flask", FAULT), package("six", {**FAULT, "id": "X", "aliases": []}))
    code, lines = advisories.judged(told, {"CVE-2026-1": "we never parse it"})
    assert code == 1  # the other one
    assert lines[0].endswith("accepted: we never parse it")
    assert advisories.judged(report(package("flask", FAULT)), {"CVE-2026-1": "so"})[0] == 0


def test_what_the_service_does_not_know_is_not_called_sound() -> None:
    skipped = {"name": "own", "skip_reason": "not found"}
    assert advisories.judged(report(package("six"), skipped)) == (
        0,
        ["1 of 2 packages were looked up.", "Unknown to the service: own"],
    )
    # As pip-audit answers where only a mirror without advisories can be reached, with exit code 0.
    for nothing in (report(skipped), report(), "", "no JSON", "[]", "{}"):
        assert advisories.judged(nothing) == (None, [])


def test_without_any_service_it_says_so_in_one_line_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(advisories, "asked", lambda _: "")
    assert advisories.main() == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("NOT CHECKED: ")


def test_the_second_service_is_asked_where_the_first_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["", report(package("flask", FAULT))])
    monkeypatch.setattr(advisories, "asked", lambda _: next(answers))
    assert advisories.main() == 1


@contextmanager
def osv(vulnerable: str) -> Iterator[str]:
    """A service of advisories on this machine, in the form of OSV."""
    known = {
        "id": "GHSA-test",
        "modified": "2026-01-01T00:00:00Z",
        "affected": [
            {
                "package": {"name": vulnerable, "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            }
        ],
    }

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            named = asked["package"]["name"] == vulnerable
            body = json.dumps({"vulns": [known]} if named else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


def test_pip_audit_says_it_in_the_form_that_is_read_here() -> None:
    with osv("flask") as address:
        text = advisories.asked(["--vulnerability-service", "osv", "--osv-url", address])
    code, lines = advisories.judged(text)
    assert code == 1, text
    assert lines[0].startswith("flask ")
    assert "GHSA-test" in lines[0]
    assert re.fullmatch(r"(\d+) of \1 packages were looked up\.", lines[1])


@pytest.fixture
def artefact(tmp_path: Path) -> Path:
    def metadata(*lines: str) -> str:
        return "\n".join(["Metadata-Version: 2.1", *lines, "", "Name: not this, 0", ""])

    made = tmp_path / "artefact.zip"
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in {
            "handler/__init__.py": '__version__ = "4.5.6"\n',
            "handler/dashboard/static/vendor/htmx-2.0.11.min.js": "x",
            "flask-3.1.3.dist-info/METADATA": metadata(
                "Name: Flask",
                "Version: 3.1.3",
                "License-Expression: BSD-3-Clause",
                "Requires-Dist: jinja2>=3",
                "Requires-Dist: colorama; sys_platform == 'win32'",
                "Requires-Dist: typing_extensions; extra == 'async'",
            ),
            "jinja2-3.1.6.dist-info/METADATA": metadata("Name: Jinja2", "Version: 3.1.6"),
            "typing_extensions-4.dist-info/METADATA": metadata(
                "Name: typing_extensions", "Version: 4", "License: " + "x" * 100
            ),
            "colorama/vendored/six-1.dist-info/METADATA": metadata("Name: six", "Version: 1"),
        }.items():
            archive.writestr(name, text)
    return made


def test_the_list_of_parts_is_valid_and_names_each_with_who_asks_for_it(artefact: Path) -> None:
    text = sbom.written(artefact)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    told = json.loads(text)
    assert {part["purl"] for part in told["components"]} == {
        "pkg:pypi/flask@3.1.3",
        "pkg:pypi/jinja2@3.1.6",
        "pkg:pypi/typing-extensions@4",
        "pkg:npm/htmx.org@2.0.11",
    }
    plugin = told["metadata"]["component"]
    assert (plugin["name"], plugin["version"]) == ("amazon-netsuite-plugin", "4.5.6")
    asked_by = {one["ref"]: one.get("dependsOn", []) for one in told["dependencies"]}
    assert asked_by["pkg:pypi/flask@3.1.3"] == ["pkg:pypi/jinja2@3.1.6"]
    assert "pkg:pypi/jinja2@3.1.6" not in asked_by["amazon-netsuite-plugin"]
    assert len(asked_by["amazon-netsuite-plugin"]) == 3
    licenses = {one["name"]: one.get("licenses") for one in told["components"]}
    assert licenses["Flask"] == [{"license": {"id": "BSD-3-Clause"}}]
    assert licenses["typing_extensions"] is None
    again = json.loads(sbom.written(artefact))
    assert again["serialNumber"] == told["serialNumber"]
    assert uuid.UUID(told["serialNumber"].removeprefix("urn:uuid:"))


def test_what_is_installed_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        asked = [line for line in lines if line and not line.startswith(("#", "-r "))]
        assert [
            line for line in asked if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line)
        ] == []


def test_the_lock_of_the_emulator_names_a_digest_for_each_package() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    bare = [
        name
        for name, one in locked.items()
        if name and not one.get("link") and not one.get("inBundle") and "integrity" not in one
    ]
    assert bare == []


def test_nothing_of_node_is_deployed() -> None:
    """So `npm audit` is about the machine that tests, and about nothing that runs at a seller's."""
    described = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert described["private"] is True
    assert "dependencies" not in described


def test_each_exception_from_bandit_has_its_reason_beside_it() -> None:
    found = 0
    for path in [*(ROOT / "handler").rglob("*.py"), *(ROOT / "infra").rglob("*.py")]:
        if "nosec" not in path.read_text(encoding="utf-8"):
            continue
        with path.open("rb") as stream:
            tokens = list(tokenize.tokenize(stream.readline))
        comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
        for comment in (text for text in comments if "nosec" in text):
            found += 1
            reasoned = r"# nosec B\d+ # (noqa: S\d+ - )?[a-z][^#]{10,}"
            assert re.fullmatch(reasoned, comment), f"{path}: {comment}"
    assert found
