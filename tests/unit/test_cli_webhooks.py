"""`python -m handler webhooks`: what it prints, its exit codes, and that keys are shown once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from webhook_world import URL, World

from handler import wiring
from handler.core.errors import OutsideFailure
from handler.entrypoints.cli.main import main
from handler.flows.delivery_ports import Sent
from handler.flows.parcel import ParcelState
from handler.payloads.webhook_signature import verify

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    for name, value in {"TABLE_NAME": "t", "BUCKET_NAME": "b", "USER": "ann"}.items():
        monkeypatch.setenv(name, value)
    for name in ("LOGNAME", "STAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(wiring, "build", lambda settings: made.app)
    return made


@pytest.fixture
def cli(world: World, capsys: pytest.CaptureFixture[str]) -> Cli:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["webhooks", *arguments])
        return code, *capsys.readouterr()

    return call


def test_a_key_stands_alone_on_the_output_and_is_shown_once(world: World, cli: Cli) -> None:
    code, out, err = cli("add", "celigo", "--url", URL, "--profiles", "ca, us")
    assert code == 0
    key = out.removesuffix("\n")
    assert key.startswith("whsec_")
    assert "shown this once" in err
    assert key not in err
    _, new, _ = cli("rotate", "celigo")
    assert new != out
    _, out, _ = cli("list")
    assert "whsec_" not in out
    assert out.split()[:5] == ["celigo", "active", "celigo", "ca,us", "keys"]
    assert cli("retire", "celigo")[:2] == (0, "1 key(s) of celigo sign no more.\n")
    (newest, *_) = world.app.keys.audit(10).items
    assert newest.by == "cli:ann"


def test_paused_resumed_changed_removed(world: World, cli: Cli) -> None:
    cli("add", "celigo", "--url", URL)
    assert cli("pause", "celigo") == (0, "celigo is paused.\n", "")
    assert "paused" in cli("list")[1]
    assert cli("resume", "celigo") == (0, "celigo is sent to again.\n", "")
    assert cli("change", "celigo", "--dialect", "netsuite", "--profiles", "ca")[0] == 0
    assert world.app.targets.targets()[0].profiles == ("ca",)
    assert cli("change", "celigo", "--profiles", "")[0] == 0
    (target,) = world.app.targets.targets()
    assert (target.profiles, target.dialect, target.url) == ((), "netsuite", URL)
    assert cli("remove", "celigo") == (0, "celigo is removed.\n", "")
    assert cli("list") == (0, "", "")


def test_a_refusal_names_what_is_wrong(cli: Cli) -> None:
    code, out, err = cli("add", "celigo", "--url", "https://169.254.169.254/")
    assert (code, out) == (1, "")
    assert err.startswith("FORBIDDEN_ADDRESS: ")
    assert "169.254.169.254" in err
    assert "Repair: " in err
    assert cli("pause", "nobody")[0] == 1


def test_this_machine_only_on_the_stage_of_this_machine(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("add", "local", "--url", "http://localhost:8000/")[0] == 1
    monkeypatch.setenv("STAGE", "local")
    assert cli("add", "local", "--url", "http://localhost:8000/")[0] == 0


def test_a_test_sends_one_signed_message_and_prints_the_answer(world: World, cli: Cli) -> None:
    _, key, _ = cli("add", "celigo", "--url", URL)
    cli("pause", "celigo")
    world.answer(Sent(202, 0, b"welcome\x1b[31m ann@example.com whsec_AAAAAAAAAAAAAAAAAAAA"))
    code, out, _ = cli("test", "celigo")
    assert code == 0
    assert out == "celigo: taken\nwelcome?[31m *** ***\n"
    ((url, body, headers),) = world.sender.sent
    assert url == URL
    verify(headers, body, [key.strip()], int(world.clock().timestamp()))
    (told,) = world.bodies()
    assert (told["kind"], set(told)) == ("ping", {"kind", "message_id", "sent_at"})
    assert world.app.targets.circuit("celigo").revision == 0


def test_a_test_that_fails_says_why(world: World, cli: Cli) -> None:
    cli("add", "celigo", "--url", URL)
    world.answer(
        Sent(301, 0, b""), OutsideFailure("NO_ANSWER", "https://x.example did not answer.", ".")
    )
    code, out, _ = cli("test", "celigo")
    assert code == 2
    assert "not taken, HTTP_301" in out
    assert "redirects are not followed" in out
    code, out, _ = cli("test", "celigo")
    assert (code, "did not answer" in out) == (2, True)


def test_delivering_now(world: World, cli: Cli) -> None:
    assert cli("deliver") == (0, "There is no target to send to.\n", "")
    cli("add", "celigo", "--url", URL)
    world.settlement("1", ["A", "B"])
    code, out, _ = cli("deliver", "--seconds", "30")
    assert code == 0
    assert "taken 2, acknowledged 0, failed 0, given back 0" in out
    assert world.parcel("1").state is ParcelState.DELIVERED
    world.settlement("2", ["X"])
    world.answer(500)
    assert cli("deliver")[0] == 2


def test_the_list_says_what_is_spared(world: World, cli: Cli) -> None:
    cli("add", "celigo", "--url", URL)
    world.settlement("1", ["A"])
    world.answer(Sent(503, 60, b""))
    cli("deliver")
    assert "spared until 2026-01-31T12:01:00+00:00" in cli("list")[1]
