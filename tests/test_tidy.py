"""The house rules as tests: who may import whom, how long a file is, where floats may not be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import ROOT

HANDLER = ROOT / "handler"
FILES = sorted(HANDLER.rglob("*.py"))
LONGEST_FILE = 300
TABLES = {HANDLER / "core" / "catalogue.py"}  # one table to look things up in, not code to read
LONGEST_FUNCTION = 60

# package -> the packages of handler it may import besides its own; one way only
MAY_IMPORT = {
    "core": set(),
    "settlement": {"core"},
    "inventory": {"core"},
    "reconciliation": {"core", "settlement"},
    "payloads": {"core", "settlement", "inventory", "reconciliation"},
    "flows": {"core", "settlement", "inventory", "reconciliation", "payloads"},
    "adapters": {
        "core", "settlement", "inventory", "reconciliation", "payloads", "flows", "metrics",
    },
    "entrypoints": {
        "core", "settlement", "inventory", "reconciliation", "payloads", "flows", "settings",
        "wiring", "wiring_state", "logs", "metrics", "dashboard",
    },
    # Of entrypoints only http_plugin, where a view finds the ports, and http_views, which imports
    # pages at their first call.
    "dashboard": {
        "core", "settlement", "inventory", "reconciliation", "payloads", "flows", "entrypoints",
        "logs",
    },
    "settings": {"core"},
    "logs": {"core"},
    "metrics": {"logs"},
    "wiring": {"core", "settlement", "flows", "adapters", "settings", "logs", "wiring_oidc"},
    "wiring_oidc": {"flows", "adapters", "settings"},
    "wiring_state": {"flows", "adapters", "settings"},
    "main": {
        "entrypoints", "settings", "wiring", "adapters", "logs", "metrics", "flows", "core",
    },
    "__main__": {"entrypoints"},
}  # fmt: skip
PURE = ("core", "settlement", "inventory", "reconciliation", "payloads")
# Reading a clock, the environment, chance or the disk, or knowing the cloud and the web.
NOT_PURE = {
    "os", "time", "random", "secrets", "uuid", "socket", "pathlib", "subprocess", "boto3",
    "botocore", "flask", "requests", "structlog", "logging", "pydantic",
}  # fmt: skip


def package(path: Path) -> str:
    return path.relative_to(HANDLER).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            if node.module == "handler":
                yield from (f"handler.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    own = package(path)
    if own == "__init__":
        return
    allowed = MAY_IMPORT[own] | {own}
    for name in imports(path):
        if name.startswith("handler."):
            target = name.split(".")[1]
            if target.startswith("__"):
                continue  # the version
            assert target in allowed, f"{own} imports {name}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if package(p) in PURE], ids=lambda p: str(p.relative_to(ROOT))
)
def test_the_core_is_pure(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)}
    assert not used & NOT_PURE
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & {"now", "today", "utcnow"}


@pytest.mark.parametrize(
    "path", [p for p in FILES if package(p) in PURE], ids=lambda p: str(p.relative_to(ROOT))
)
def test_no_float_comes_near_an_amount(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float", f"line {node.lineno}"
        # How alike two words are is no amount.
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            assert path.name == "vocabulary.py", f"line {node.lineno}: {node.value}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE or path in TABLES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length <= LONGEST_FUNCTION, f"{node.name}: {length} lines"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_have_a_subject(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a file opens with what it is about"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"
