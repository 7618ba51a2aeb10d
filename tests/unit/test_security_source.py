"""What only the source shows: how secrets are compared and made, and what patterns cost."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
from collections.abc import Iterator

import pytest
from builders import ROOT
from regex_steps import Search, TooManySteps, letters

from handler import logs
from handler.core import personal
from handler.flows import alert_text

HANDLER = ROOT / "handler"
SOURCES: dict[str, list[ast.AST]] = {
    path.relative_to(HANDLER).as_posix(): list(
        ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )
    for path in sorted(HANDLER.rglob("*.py"))
}
# What such a name holds opens a door, or is what a signature is compared with.
SECRET = re.compile(
    r"(^|_)(secret|token|csrf|csrf_token|signature|nonce|verifier|password|digest|key_hash|hmac"
    r"|session_id|state|expected|text)$"
)
EQUALS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
# Where a secret is compared at all, and always in constant time.
COMPARED = {
    "flows/api_keys.py": 1,  # the digest of a key
    "flows/session.py": 1,  # the token of a form
    "flows/oidc.py": 2,  # state, and the session it was begun in
    "adapters/oidc_tokens.py": 1,  # nonce
    "payloads/webhook_signature.py": 1,
}


def named(func: ast.expr) -> str:
    """The last part of what is called."""
    return str(getattr(func, "attr", getattr(func, "id", "")))


def calls(nodes: list[ast.AST], name: str) -> int:
    return sum(isinstance(node, ast.Call) and named(node.func) == name for node in nodes)


def test_secrets_are_compared_in_constant_time() -> None:
    found = {file: calls(nodes, "compare_digest") for file, nodes in SOURCES.items()}
    assert {file: count for file, count in found.items() if count} == COMPARED


def test_no_file_that_handles_secrets_compares_one_with_an_equals_sign() -> None:
    """`==` stops at the first letter that differs: how long it took tells how many were right."""
    checked = 0
    for file in (*COMPARED, "flows/session_end.py", "flows/webhook_keys.py", "dashboard/gate.py",
                 "entrypoints/http_auth.py", "entrypoints/celigo/token.py"):  # fmt: skip
        for node in SOURCES[file]:
            if not isinstance(node, ast.Compare):
                continue
            checked += 1
            sides = (node.left, *node.comparators)
            if any(isinstance(one, ast.Constant) for one in sides):
                continue  # whether there is one at all, or of which form
            if not any(isinstance(one, EQUALS) for one in node.ops):
                continue
            for side in sides:
                name = str(getattr(side, "attr", getattr(side, "id", "")))
                assert not SECRET.search(name), f"{file}:{node.lineno}: {ast.unparse(node)}"
    assert checked > 20


def test_a_key_is_found_by_its_digest_and_by_nothing_else() -> None:
    """So that how long the store takes tells nothing of the key: no guess has a digest nearby."""
    finds = {
        ast.unparse(node)
        for nodes in SOURCES.values()
        for node in nodes
        if isinstance(node, ast.Call)
        and named(node.func) == "find"
        and ast.unparse(node.func).endswith("app.keys.find")
    }
    assert finds == {
        "app.keys.find(digest)",  # of the text that a caller sent
        "app.keys.find(hashed(checked_token(token)))",
        "app.keys.find(key.key_hash)",
        "app.keys.find(session.key_hash)",
    }


def test_what_must_not_be_guessed_is_not_made_by_chance_alone() -> None:
    """`random` is predictable: only waiting times are made with it; the rest by the system."""
    users = {
        file
        for file, nodes in SOURCES.items()
        for node in nodes
        if (isinstance(node, ast.Import) and "random" in {a.name for a in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module == "random")
    }
    assert users == {"adapters/dynamo_failures.py"}
    made = {file for file, nodes in SOURCES.items() if calls(nodes, "token_urlsafe")}
    assert {"flows/api_keys.py", "flows/session.py", "flows/oidc.py"} <= made
    assert len(SOURCES) > 200


def test_nothing_that_is_read_is_run_and_no_certificate_goes_unchecked() -> None:
    forbidden = {"eval", "exec", "__import__", "system", "popen", "execve", "spawn"}
    unread = {"pickle", "marshal", "shelve", "subprocess", "yaml", "dill"}
    for file, nodes in SOURCES.items():
        for node in nodes:
            if isinstance(node, ast.Call):
                assert named(node.func) not in forbidden, f"{file}:{node.lineno}"
                for given in node.keywords:
                    if given.arg in ("verify", "verify_signature"):
                        assert ast.unparse(given.value) != "False", f"{file}:{node.lineno}"
            elif isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & unread, file
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in unread, file


def test_no_template_marks_anything_as_safe() -> None:
    templates = list((HANDLER / "dashboard" / "templates").glob("*.html"))
    assert len(templates) > 15
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", text), path.name
    for file, nodes in SOURCES.items():
        assert not calls(nodes, "Markup"), file
        assert not calls(nodes, "render_template_string"), file


# -- patterns -------------------------------------------------------------------------------------


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that stands in a module, by where."""
    for file, nodes in SOURCES.items():
        if calls(nodes, "compile") and "main" not in file:
            name = "handler." + file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            for attribute, value in vars(importlib.import_module(name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{file}:{attribute}", value


def pumps(pattern: re.Pattern[str], most: int) -> list[str]:
    """What is repeated to make it slow: each letter that it tells apart, and some pairs of them."""
    alone = letters(pattern)[:10]
    pairs = [a + b for a, b in itertools.permutations(alone[:5], 2)]
    return list(dict.fromkeys([*alone, *pairs]))[:most]


def steps(pattern: re.Pattern[str], text: str, whole: bool, most: int) -> int:
    try:
        return Search(pattern, text, most).run(whole)
    except TooManySteps:
        return most


PATTERNS = dict(patterns())
SHORT, LONG = 24, 48


def test_there_are_patterns_to_measure() -> None:
    assert len(PATTERNS) > 50
    slow = re.compile(r"(a+)+b")  # so that a measure of nothing is noticed
    assert steps(slow, "a" * LONG, True, 50_000) == 50_000
    fast = re.compile(r"a+b")
    assert steps(fast, "a" * LONG, True, 50_000) < 5 * LONG
    for pattern, text in ((r"(?<![\w.-])\d{3}-\d{4}", "x 555-0199"), (r"(a|b)\1c", "xaac")):
        search = Search(re.compile(pattern), text, 10_000)
        search.run(False)
        assert search.steps < 100


@pytest.mark.parametrize("place", sorted(PATTERNS))
def test_no_pattern_takes_more_than_the_square_of_a_text(place: str) -> None:
    """Both as a whole and anywhere: twice the text takes at most about four times the steps."""
    pattern = PATTERNS[place]
    for unit in pumps(pattern, 14):
        for whole in (True, False):
            text, double = (f"{unit * (n // len(unit))}\x00" for n in (SHORT, LONG))
            first = steps(pattern, text, whole, 40_000)
            second = steps(pattern, double, whole, 40_000)
            assert second < 40_000, f"{place}: {unit!r}"
            assert second <= 5 * first + 50, f"{place}: {unit!r} took {first}, then {second}"


# What sees texts of any length: tracebacks that quote a file, and what an exception says.
OF_ANY_LENGTH = {
    "logs._IN_TEXT": logs._IN_TEXT,
    "logs._NAMED_IN_TEXT": logs._NAMED_IN_TEXT,
    "logs._PERSONAL_IN_TEXT": logs._PERSONAL_IN_TEXT,
    "logs._PHONE_IN_TEXT": logs._PHONE_IN_TEXT,
    "personal.ORDER": personal.ORDER,
    "alert_text._EMAIL": alert_text._EMAIL,
    "alert_text._KEY": alert_text._KEY,
    "alert_text._AMOUNT": alert_text._AMOUNT,
}
HARD = [
    "a", "a.", "a@", "a@a.", "1", "1 ", "+1 ", "1,", "1.", "-", "buyer name", "ans_", "v1,a",
    "authorization ", "bearer ", "cookie:", "password=\\", "x-amz-", "ship to ", "'", "(555)",
]  # fmt: skip


@pytest.mark.parametrize("place", sorted(OF_ANY_LENGTH))
def test_what_sees_texts_of_any_length_takes_as_long_as_they_are(place: str) -> None:
    pattern = OF_ANY_LENGTH[place]
    for unit in HARD:
        short, long = (unit * (n // len(unit)) for n in (200, 400))
        first, second = (steps(pattern, text, False, 300_000) for text in (short, long))
        # Twice as long, and what is bounded by the pattern's own numbers.
        assert second <= 2.6 * first + 200, f"{unit!r} took {first} steps, then {second}"
