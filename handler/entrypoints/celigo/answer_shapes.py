"""What integrator.io sends to each kind of function, and what it takes from it.

An answer of another shape is not refused by integrator.io but misread: records vanish, or are taken
for done. So it is refused here, before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final


class WrongShape(Exception):
    """An answer that integrator.io would misread; the text says what it has to be."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What one kind of function gets and gives.

    Attributes:
        name: what integrator.io calls it.
        records: the option that holds the list of records; empty where there is none.
        check: gets the answer and how many records there were; raises :class:`WrongShape`.
    """

    name: str
    records: str
    check: Callable[[object, int], None]


def _fields(
    value: object, needed: Mapping[str, type], allowed: Mapping[str, type], what: str
) -> Mapping[str, object]:
    """Return the object ``value`` is, if its fields are those, each of its type."""
    if not isinstance(value, Mapping):
        raise WrongShape(f"{what} has to be an object.")
    missing = [name for name in needed if name not in value]
    if missing:
        raise WrongShape(f"{what} has to have {', '.join(missing)}.")
    for name, expected in {**needed, **allowed}.items():
        found = value.get(name)
        if name in value and not _is(found, expected):
            raise WrongShape(f"{name} of {what} has to be of type {expected.__name__}.")
    return value


def _is(value: object, expected: type) -> bool:
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, list | tuple) if expected is list else isinstance(value, expected)


def _items(value: object, what: str) -> list[object]:
    if not isinstance(value, list | tuple):
        raise WrongShape(f"{what} has to be a list.")
    return list(value)


def _errors(value: object, what: str) -> None:
    """Check a list of errors; integrator.io's own come back among them, with more fields."""
    for place, error in enumerate(_items(value, f"errors of {what}")):
        known = _fields(error, {"code": object, "message": str}, {"source": str}, f"error {place}")
        if not isinstance(known["code"], str | int):
            raise WrongShape(f"code of error {place} of {what} has to be text or a number.")


def _one_each(value: object, records: int) -> list[object]:
    answers = _items(value, "the answer")
    if len(answers) != records:
        raise WrongShape(
            f"there has to be one answer for each of {records} record(s), but there are "
            f"{len(answers)}."
        )
    return answers


def _anything(_: object, __: int) -> None:
    """Whatever is JSON."""


def _nothing(value: object, _: int) -> None:
    if value is not None:
        raise WrongShape("there is no answer to give.")


def _object(value: object, _: int) -> None:
    _fields(value, {}, {}, "the answer")


def _page(value: object, _: int) -> None:
    page = _fields(
        value,
        {"data": list, "errors": list, "abort": bool, "newErrorsAndRetryData": list},
        {},
        "the page",
    )
    _errors(page["errors"], "the page")
    for place, found in enumerate(_items(page["newErrorsAndRetryData"], "newErrorsAndRetryData")):
        what = f"newErrorsAndRetryData {place}"
        _errors(_fields(found, {"errors": list, "retryData": object}, {}, what)["errors"], what)


def _mapped(value: object, records: int) -> None:
    """One of {data}, {data, errors}, {errors} and {} a record; the last one skips it."""
    for place, found in enumerate(_one_each(value, records)):
        what = f"answer {place}"
        answer = _fields(found, {}, {"errors": list}, what)
        if answer.keys() - {"data", "errors"}:
            raise WrongShape(f"{what} has to have nothing but data and errors.")
        _errors(answer.get("errors", []), what)


def _submitted(value: object, records: int, statuses: Collection[int] | None = None) -> None:
    for place, found in enumerate(_one_each(value, records)):
        what = f"answer {place}"
        answer = _fields(found, {"statusCode": int}, {"errors": list, "ignored": bool}, what)
        if statuses is not None and answer["statusCode"] not in statuses:
            raise WrongShape(f"statusCode of {what} has to be one of {sorted(statuses)}.")
        _errors(answer.get("errors", []), what)


def _imported(value: object, records: int) -> None:
    _submitted(value, records, {200, 401, 422})


def _response_mapped(value: object, records: int) -> None:
    _one_each(value, records)


def _pinged(value: object, _: int) -> None:
    answer = _fields(value, {"statusCode": int}, {"errors": list}, "the answer")
    if answer["statusCode"] not in {200, 401}:
        raise WrongShape("statusCode has to be 200 or 401.")
    _errors(answer.get("errors", []), "the answer")


def _exported(value: object, _: int) -> None:
    """A page that does not say whether it is the last one would be asked for again and again."""
    page = _fields(
        value,
        {"data": list, "lastPage": bool},
        {"errors": list, "state": Mapping, "connectionOffline": bool},
        "the page",
    )
    _errors(page.get("errors", []), "the page")


ANYTHING: Final = Shape("function", "", _anything)
PRE_SAVE_PAGE: Final = Shape("preSavePage", "data", _page)
PRE_MAP: Final = Shape("preMap", "data", _mapped)
POST_MAP: Final = Shape("postMap", "postMapData", _mapped)
POST_SUBMIT: Final = Shape("postSubmit", "responseData", _submitted)
POST_RESPONSE_MAP: Final = Shape("postResponseMap", "postResponseMapData", _response_mapped)
POST_AGGREGATE: Final = Shape("postAggregate", "", _nothing)
FORM_INIT: Final = Shape("formInit", "", _object)
PING: Final = Shape("ping", "", _pinged)
EXPORT: Final = Shape("export", "", _exported)
IMPORT: Final = Shape("import", "postMapData", _imported)
