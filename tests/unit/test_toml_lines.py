"""Where things stand in a TOML text."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from handler.adapters.toml_lines import TomlLines

PROFILES = sorted((Path(__file__).parents[2] / "mappings" / "profiles").glob("*.toml"))

TEXT = '''\
# a comment = 1, with [brackets] and "quotes"
schema = 1
title = "a # no comment, [no] table, \\" no end"

[accounts]  # a comment
clearing = '1190 "Clearing"'

[accounts.classes]
"quoted key" = "x"
'its' = 2
dotted.inner = 3
"esc\\u0061pe" = 4

[[markets]]
names = [
  "one",  # a comment, with ] in it
  'two',

  """three
  goes on
  ""quoted""""",
  [ "deep", "er" ],
]
zone = "after the list"

[markets.by_channel.AFN]
location = { place = "x" }'''
INLINE = """\
a = { b = 1, c = { d = [1, 2] } }
since = 1979-05-27 07:32:00  # a date with a blank
[[list]]
[[list]]
x = 1
[list.sub]
y = 1
[[list.items]]
z = 1
[[list.items]]
z = 2
[late.sub]
k = 1
[late]
k = 2
"""


def test_keys_tables_and_items() -> None:
    tables = tomllib.loads(TEXT)
    assert tables["accounts"]["classes"]["escape"] == 4, "the text must be TOML"
    assert tables["markets"][0]["names"][2].endswith('""quoted""')
    lines = TomlLines(TEXT)
    assert lines.line(("schema",)) == 2
    assert lines.line(("title",)) == 3
    assert lines.line(("accounts",)) == 5
    assert lines.line(("accounts", "clearing")) == 6
    assert lines.line(("accounts", "classes")) == 8
    assert lines.line(("accounts", "classes", "quoted key")) == 9
    assert lines.line(("accounts", "classes", "its")) == 10
    assert lines.line(("accounts", "classes", "dotted")) == 11
    assert lines.line(("accounts", "classes", "dotted", "inner")) == 11
    assert lines.line(("accounts", "classes", "escape")) == 12
    assert lines.line(("markets", 0)) == 14
    assert lines.line(("markets", 0, "names")) == 15
    assert [lines.line(("markets", 0, "names", place)) for place in range(4)] == [16, 17, 19, 22]
    assert lines.line(("markets", 0, "names", 3, 1)) == 22
    assert lines.line(("markets", 0, "zone")) == 24
    assert lines.line(("markets", 0, "by_channel")) == 26
    assert lines.line(("markets", 0, "by_channel", "AFN")) == 26
    assert lines.line(("markets", 0, "by_channel", "AFN", "location", "place")) == 27


def test_inline_tables_nested_lists_of_tables_and_late_headers() -> None:
    tomllib.loads(INLINE)
    lines = TomlLines(INLINE)
    assert lines.line(("a", "c", "d", 1)) == 1
    assert lines.line(("since",)) == 2
    assert lines.line(("list",)) == 3
    assert lines.line(("list", 0)) == 3
    assert lines.line(("list", 1)) == 4
    assert lines.line(("list", 1, "x")) == 5
    assert lines.line(("list", 1, "sub", "y")) == 7
    assert lines.line(("list", 1, "items", 0)) == 8
    assert lines.line(("list", 1, "items", 1, "z")) == 11
    assert lines.line(("late", "sub")) == 12
    assert lines.line(("late",)) == 14, "a table's own header, not its subtable's"
    assert lines.line(("late", "k")) == 15


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("accounts", "bank"), 2),
        (("accounts", "classes", "x"), 2),
        (("markets", 7, "names"), 1),
        ((), 1),
    ],
)
def test_a_missing_thing_stands_where_it_is_missing(path: tuple[str | int, ...], line: int) -> None:
    assert TomlLines("\n[accounts]\nclearing = 1\n").line(path) == line


def test_windows_line_ends_and_a_last_line_without_one() -> None:
    lines = TomlLines('a = 1\r\n\r\n[t]\r\nb = """x\r\ny"""\r\nc = 2')
    assert [lines.line(path) for path in [("a",), ("t",), ("t", "b"), ("t", "c")]] == [1, 3, 4, 6]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_every_key_of_the_shipped_profiles_stands_on_its_line(profile: Path) -> None:
    text = profile.read_text(encoding="utf-8")
    content, lines = text.split("\n"), TomlLines(text)
    seen = 0
    for path, value in _leaves(tomllib.loads(text), ()):
        line = content[lines.line(path) - 1]
        assert str(value) in line, path
        if isinstance(path[-1], str):
            assert line.startswith(f"{path[-1]} = "), path
        seen += 1
    assert seen > 60


def _leaves(
    value: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(inner, (*path, place))
    else:
        yield path, value
