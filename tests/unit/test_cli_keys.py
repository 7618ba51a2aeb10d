"""The command line's keys: what it prints, what it keeps to itself, and its exit codes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from handler import wiring
from handler.entrypoints.cli.main import main
from handler.flows import api_keys, audit, key_lookup
from handler.flows.app import App
from handler.settings import operator
from handler.wiring import in_memory

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TOKEN = "9f8e7d6c5b4a392817061504"
NEXT = "Zm9vYmFyIGJhegpxdXV4"


@dataclass
class Shell:
    """A command line over a plugin in memory."""

    app: App
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def keys(self, *arguments: str, typed: str = "", after: timedelta = timedelta()):
        """Exit code, output and error output of one command."""
        moment = NOON + after
        # The clock of a machine elsewhere: what is shown is UTC all the same.
        here = moment.astimezone(timezone(timedelta(hours=-8)))
        built = replace(self.app, now=lambda: here.astimezone(UTC))
        self.monkeypatch.setattr(wiring, "build", lambda _: built)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["keys", *arguments])
        out, err = self.capsys.readouterr()
        return code, out, err

    def accepted(self, text: str, after: timedelta = timedelta()) -> bool:
        return api_keys.find(replace(self.app, now=lambda: NOON + after), text) is not None


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    for name, value in (("TABLE_NAME", "t"), ("BUCKET_NAME", "b"), ("LOGNAME", "jo")):
        monkeypatch.setenv(name, value)
    return Shell(in_memory(now=lambda: NOON), capsys, monkeypatch)


def test_create_prints_the_key_alone_and_once(shell: Shell) -> None:
    code, out, err = shell.keys(
        "create", "--name", "celigo", "--scopes", "inventory:read, outbox:read",
        "--per-minute", "90", "--days", "30",
    )  # fmt: skip
    text = out.removesuffix("\n")
    assert (code, err) == (0, "Keep it now: it is shown this once.\n")
    assert re.fullmatch(r"ans_[\w-]{43}", text)
    (key,) = key_lookup.listing(shell.app)
    assert key.scopes == {"inventory:read", "outbox:read"}
    assert (key.per_minute, key.expires_at) == (90, "2026-03-02T12:00:00+00:00")
    code, out, _ = shell.keys("list")
    assert (code, text in out) == (0, False)


def test_list_shows_each_key_with_its_id_and_times_in_utc(shell: Shell) -> None:
    shell.keys("create", "--name", "gone", "--scopes", "*")
    shell.keys("revoke", "--name", "gone")
    shell.keys(
        "create", "--name", "late", "--scopes", "inventory:read", "--per-minute", "5",
        "--expires-at", "2026-01-31T08:00:00-05:00", after=timedelta(seconds=1),
    )  # fmt: skip
    ids = {key.name: key_lookup.key_id(key) for key in key_lookup.listing(shell.app)}
    before, after = (
        [line.split() for line in shell.keys("list", after=passed)[1].splitlines()]
        for passed in (timedelta(), timedelta(hours=2))
    )
    assert before == [
        ["2026-01-31T12:00:00Z", "revoked", ids["gone"], "gone", "never", "-", "*"],
        [
            "2026-01-31T12:00:01Z",
            "valid",
            ids["late"],
            "late",
            "2026-01-31T13:00:00Z",
            "5/min",
            "inventory:read",
        ],
    ]
    assert [line[1] for line in after] == ["revoked", "expired"]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nsomething after it\n"])
def test_import_reads_the_token_from_the_standard_input(shell: Shell, end: str) -> None:
    code, out, err = shell.keys(
        "import", "--name", "integrator", "--scopes", "inventory:write", typed=TOKEN + end
    )
    (key,) = key_lookup.listing(shell.app)
    assert (code, err) == (0, "")
    assert key_lookup.key_id(key) in out
    assert TOKEN not in out
    assert shell.accepted(TOKEN)


def test_import_reads_the_token_from_a_file(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    given = ("import", "--name", "integrator", "--scopes", "*", "--file")
    assert shell.keys(*given, str(file))[0] == 0
    assert shell.accepted(TOKEN)
    for content in (f"{NEXT}\n{NEXT}", f"{NEXT} ", "\xe9" * 30):
        file.write_text(content)
        code, _, err = shell.keys(*given, str(file))
        assert (code, "BAD_TOKEN" in err) == (1, True)
        assert NEXT not in err
    code, _, err = shell.keys(*given, str(tmp_path / "none"))
    assert (code, "FILE_NOT_READ" in err) == (1, True)


def test_no_command_takes_a_token_from_the_command_line(shell: Shell) -> None:
    for argument in (TOKEN, f"--token={TOKEN}", f"--key={TOKEN}"):
        with pytest.raises(SystemExit):
            shell.keys("import", "--name", "x", "--scopes", "*", argument)


def test_import_in_place_of_the_token_before(shell: Shell) -> None:
    shell.keys("import", "--name", "integrator", "--scopes", "inventory:write", typed=TOKEN)
    code, out, _ = shell.keys(
        "import", "--replaces", "integrator", "--grace-hours", "2", typed=NEXT
    )
    assert (code, "'integrator'" in out) == (0, True)
    two = timedelta(hours=2)
    assert shell.accepted(TOKEN, two - timedelta(seconds=1))
    assert not shell.accepted(TOKEN, two)
    assert shell.accepted(NEXT, two)


@pytest.mark.parametrize(
    "more",
    [
        ("--replaces", "integrator", "--name", "x"),
        ("--replaces", "integrator", "--scopes", "*"),
        ("--replaces", "integrator", "--per-minute", "5"),
        ("--name", "x", "--scopes", "*", "--grace-hours", "0"),
    ],
)
def test_import_refuses_options_that_say_two_things(shell: Shell, more: tuple[str, ...]) -> None:
    shell.keys("import", "--name", "integrator", "--scopes", "*", typed=TOKEN)
    code, _, err = shell.keys("import", *more, typed=NEXT)
    assert (code, "BAD_OPTIONS" in err) == (1, True)
    assert not shell.accepted(NEXT)


def test_import_needs_a_name_and_scopes(shell: Shell) -> None:
    assert "UNKNOWN_SCOPE" in shell.keys("import", "--name", "x", typed=TOKEN)[2]
    assert "BAD_KEY_NAME" in shell.keys("import", "--scopes", "*", typed=TOKEN)[2]


def test_rotate_prints_the_new_key_and_gives_the_old_one_time(shell: Shell) -> None:
    old = shell.keys("create", "--name", "celigo", "--scopes", "*")[1].strip()
    code, out, err = shell.keys("rotate", "--name", "celigo")
    new = out.strip()
    assert (code, "Keep it now" in err) == (0, True)
    day = timedelta(hours=24)
    assert [shell.accepted(old, t) for t in (day - timedelta(seconds=1), day)] == [True, False]
    newest = next(k for k in key_lookup.listing(shell.app) if not k.expires_at)
    last = shell.keys("rotate", "--id", key_lookup.key_id(newest), "--grace-hours", "0")[1].strip()
    assert [shell.accepted(text) for text in (old, new, last)] == [True, False, True]


def test_revoke_by_name_or_key_id_and_not_by_both(shell: Shell) -> None:
    texts = [shell.keys("create", "--name", "celigo", "--scopes", "*")[1].strip() for _ in range(3)]
    key = api_keys.find(shell.app, texts[0])
    assert key is not None
    one = key_lookup.key_id(key)
    assert shell.keys("revoke", "--id", one)[:2] == (0, f"1 key(s) of '{one}' are refused now.\n")
    assert [shell.accepted(text) for text in texts] == [False, True, True]
    assert shell.keys("revoke", "--name", "celigo")[1].startswith("2 key(s)")
    code, _, err = shell.keys("revoke", "--name", "celigo")
    assert (code, "KEY_NOT_FOUND" in err) == (1, True)
    for wrong in ((), ("--name", "a", "--id", "b")):
        with pytest.raises(SystemExit):
            shell.keys("revoke", *wrong)


def test_audit_says_who_did_what_and_when(shell: Shell) -> None:
    shell.keys("create", "--name", "celigo", "--scopes", "*")
    shell.keys("rotate", "--name", "celigo", after=timedelta(seconds=1))
    shell.keys("revoke", "--name", "celigo", after=timedelta(seconds=2))
    assert {one.by for one in audit.listing(shell.app, 9).items} == {"cli:jo"}
    code, out, err = shell.keys("audit")
    lines = [line.split(maxsplit=4) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [line[:4] for line in lines] == [
        ["2026-01-31T12:00:02Z", "cli:jo", "key.revoke", "celigo"],
        ["2026-01-31T12:00:01Z", "cli:jo", "key.rotate", "celigo"],
        ["2026-01-31T12:00:00Z", "cli:jo", "key.create", "celigo"],
    ]
    code, first, err = shell.keys("audit", "--limit", "2")
    cursor = err.split("--cursor ")[1].strip()
    rest = shell.keys("audit", "--limit", "2", "--cursor", cursor)[1]
    assert first + rest == out


@pytest.mark.parametrize(
    "given",
    [
        ("--days", "0"),
        ("--expires-at", "2026-01-31T12:00:00Z"),
        ("--expires-at", "2027-01-31"),
        ("--expires-at", "soon"),
        ("--per-minute", "100001"),
    ],
)
def test_ends_and_limits_that_make_no_sense_exit_with_1(
    shell: Shell, given: tuple[str, ...]
) -> None:
    code, out, err = shell.keys("create", "--name", "x", "--scopes", "*", *given)
    assert (code, out) == (1, "")
    assert "BAD_EXPIRY" in err or "BAD_CALL_LIMIT" in err
    assert not key_lookup.listing(shell.app)


@pytest.mark.parametrize("given", [("--days", "-1"), ("--days", "x"), ("--per-minute", "1.5")])
def test_what_is_no_number_exits_with_2(shell: Shell, given: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        shell.keys("create", "--name", "x", "--scopes", "*", *given)
    assert left.value.code == 2


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LOGNAME": "jo", "USER": "root"}, "jo"),
        ({"LOGNAME": " ", "USER": "ann"}, "ann"),
        ({"USERNAME": "Jo Doe"}, "Jo Doe"),
        ({"USER": "a\x1b[2Jb"}, "unknown"),
        ({"USER": "x" * 100}, "x" * 64),
        ({}, "unknown"),
    ],
)
def test_who_works_at_the_command_line(environment: dict[str, str], expected: str) -> None:
    assert operator(environment) == expected
