"""The XML settlement report as a stream of records: one small tree for each order, refund, fee ...

Read with expat, which ships with Python and tells real line numbers. A document type declaration
is refused before anything in it is read, and with it every entity: no bomb, no outside file. Depth,
size of a record and length of a text are bounded, so a hostile file cannot fill the memory.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from handler.core.errors import UnusableFile
from handler.core.source import Source, read_chunk

_CHUNK = 1 << 16
_DEEPEST = 24
_MOST_NODES = 1 << 17  # of one record; a real order has tens
_LONGEST_TEXT = 1 << 14
_LONGEST_RECORD = 1 << 22  # characters of one record's names, attributes and texts
# Expat keeps a tag or comment whole until it ends.
_LONGEST_TOKEN = 1 << 18
_PATH = ("AmazonEnvelope", "Message", "SettlementReport")
_BLANKS = " \t\r\n"
_DECLARED = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}encoding=["']([A-Za-z0-9_.-]+)""")
# Expat knows no encoding of several bytes but UTF-8 and UTF-16.
_JAPANESE = {b"shift_jis": "cp932", b"windows-31j": "cp932", b"x-sjis": "cp932"}


@dataclass(slots=True)
class Node:
    """An element.

    Attributes:
        tag: its name, without a namespace prefix.
        line: of its start tag.
        attributes: as written.
        text: without surrounding blanks; empty for an element with children.
        children: elements inside, in order; complete before :meth:`value` is first asked.
    """

    tag: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)
    _values: dict[str, str] | None = None

    def value(self, tag: str) -> str:
        """Return the text of the first child ``tag``, empty where there is none."""
        if self._values is None:
            # Asked for each amount of a record: a search each time would take its square.
            self._values = {child.tag: child.text for child in reversed(self.children)}
        return self._values.get(tag, "")


def records(source: Source) -> Iterator[tuple[int, Node]]:
    """Yield every element directly below a SettlementReport, with the number of that report.

    Raises:
        UnusableFile: the file is no well-formed AmazonEnvelope with a SettlementReport, is cut,
            declares a document type, or goes beyond the bounds.
    """
    builder = _Builder()
    with source() as stream:
        chunk = read_chunk(stream, _CHUNK)
        if not chunk.strip():
            unusable("The file is empty.")
        recode, parser = _parser(chunk)
        parser.StartElementHandler = lambda tag, attributes: builder.start(
            tag, attributes, parser.CurrentLineNumber
        )
        parser.EndElementHandler = lambda _: builder.end(parser.CurrentLineNumber)
        parser.CharacterDataHandler = lambda text: builder.data(text, parser.CurrentLineNumber)
        parser.StartDoctypeDeclHandler = lambda *_: _no_doctype(parser.CurrentLineNumber)
        given = 0
        while chunk:
            plain = recode.encode(chunk) if recode else chunk
            _parse(parser, plain, last=False)
            given += len(plain)
            if given - parser.CurrentByteIndex > _LONGEST_TOKEN:
                unusable(
                    f"Line {parser.CurrentLineNumber}: a tag or a comment is longer than "
                    f"{_LONGEST_TOKEN:,} bytes."
                )
            yield from builder.take()
            chunk = read_chunk(stream, _CHUNK)
        _parse(parser, b"", last=True)
    yield from builder.take()
    if not builder.reports:
        unusable("The AmazonEnvelope holds no SettlementReport.")


class _Recoder:
    """Turns a Japanese encoding into UTF-8, chunk by chunk."""

    def __init__(self, name: str) -> None:
        self._decoder = codecs.getincrementaldecoder(name)("replace")

    def encode(self, chunk: bytes) -> bytes:
        return self._decoder.decode(chunk).encode()


def _parser(start: bytes) -> tuple[_Recoder | None, expat.XMLParserType]:
    declared = _DECLARED.match(start)
    japanese = _JAPANESE.get(declared[1].lower()) if declared else None
    if japanese:
        return _Recoder(japanese), expat.ParserCreate("utf-8")
    return None, expat.ParserCreate()


def _parse(parser: expat.XMLParserType, chunk: bytes, *, last: bool) -> None:
    try:
        parser.Parse(chunk, last)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        unusable(f"Line {error.lineno}: the XML is not well-formed or is cut: {what}.")
    except (ValueError, LookupError) as error:
        unusable(f"Line {parser.CurrentLineNumber}: the declared encoding cannot be read: {error}.")


class _Builder:
    """Builds one record at a time."""

    def __init__(self) -> None:
        self.reports = 0
        self._stack: list[Node] = []
        self._done: list[tuple[int, Node]] = []
        self._nodes = 0
        self._size = 0
        self._text: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str], line: int) -> None:
        depth = len(self._stack)
        tag = tag.rpartition(":")[2]
        if depth >= _DEEPEST:
            unusable(f"Line {line}: elements are nested deeper than {_DEEPEST}.")
        if depth == 0 and tag != _PATH[0]:
            unusable(f"Line {line}: found the element {tag[:80]!r}, expected {_PATH[0]!r}.")
        self._flush(line)
        if self._stack and self._stack[-1].text:
            _mixed(line, self._stack[-1])
        node = Node(tag, line, attributes)
        if self._inside(depth):
            self._nodes += 1
            if self._nodes > _MOST_NODES:
                unusable(f"Line {line}: one record has more than {_MOST_NODES:,} elements.")
            self._grow(len(tag) + sum(map(len, (*attributes, *attributes.values()))), line)
            if depth > len(_PATH):
                self._stack[-1].children.append(node)
        elif depth == len(_PATH) - 1 and tag == _PATH[-1] and self._stack[-1].tag == _PATH[1]:
            self.reports += 1
        self._stack.append(node)

    def end(self, line: int) -> None:
        self._flush(line)
        node = self._stack.pop()
        depth = len(self._stack)
        if depth == len(_PATH) and self._inside(depth):
            self._done.append((self.reports, node))
            self._nodes = self._size = 0

    def data(self, text: str, line: int) -> None:
        self._length += len(text)
        if self._length > _LONGEST_TEXT:
            unusable(f"Line {line}: a text is longer than {_LONGEST_TEXT:,} characters.")
        self._text.append(text)

    def _flush(self, line: int) -> None:
        """Give the text since the last tag to the element it stands in."""
        text = "".join(self._text).strip(_BLANKS)
        self._text, self._length = [], 0
        if not text:
            return
        node = self._stack[-1]
        if node.children:
            _mixed(line, node)
        self._grow(len(text), line)
        node.text = text

    def _grow(self, size: int, line: int) -> None:
        self._size += size
        if self._size > _LONGEST_RECORD:
            unusable(f"Line {line}: one record has more than {_LONGEST_RECORD:,} characters.")

    def take(self) -> list[tuple[int, Node]]:
        done, self._done = self._done, []
        return done

    def _inside(self, depth: int) -> bool:
        """Whether an element at ``depth`` is a record or a part of one."""
        return depth >= len(_PATH) and all(
            node.tag == tag for node, tag in zip(self._stack, _PATH, strict=False)
        )


def _mixed(line: int, node: Node) -> NoReturn:
    unusable(f"Line {line}: the element {node.tag[:80]!r} mixes text and elements.")


def _no_doctype(line: int) -> NoReturn:
    unusable(
        f"Line {line}: the file declares a document type, which no settlement report does; nothing "
        "in it was read."
    )


def unusable(message: str) -> NoReturn:
    """Refuse the file.

    Raises:
        UnusableFile: always.
    """
    raise UnusableFile(
        "UNUSABLE_FILE", message, "Send the settlement report as Amazon delivers it, unopened."
    )
