"""How a listing's quantity came about, rule by rule, and what its history is drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from handler.payloads.drift_documents import item_chart

if TYPE_CHECKING:
    from handler.flows.inventory_ports import DriftRun


class Step(NamedTuple):
    """One input or rule of a decision.

    Attributes:
        name: what it is.
        value: its figure, or a text; ``None`` where there is none.
        note: what it does, or is made of.
    """

    name: str
    value: int | str | None
    note: str = ""


def steps(trace: Mapping[str, object]) -> list[Step]:
    """Return a decision's trace in the order the rule goes; nothing of what it does not hold."""
    return [
        *_stale(trace),
        *(step for item in _mappings(trace.get("items")) for step in _item(item)),
        *_kits(trace.get("kits")),
        *_rule(trace),
        *_source(trace),
    ]


def policy_line(trace: Mapping[str, object]) -> str:
    """Return the policy a decision was made under, in words."""
    policy = trace.get("policy")
    told = policy.items() if isinstance(policy, Mapping) else ()
    return ", ".join(f"{str(name).replace('_', ' ')} {value}" for name, value in told)


def drift_series(
    runs: Iterable[DriftRun], item: str, places: Iterable[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return the history of an item at the places (location, measure) of one pool."""
    wanted = set(places)
    return [one for one in item_chart(runs, item) if (one["location"], one["measure"]) in wanted]


def series_name(series: dict[str, Any]) -> str:
    """Return what a series is of."""
    return f"{series['location']}, {str(series['measure']).replace('_', ' ')}"


def drift_figure(series: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the difference over time as a chart: each place and measure by itself."""
    return {
        "kind": "line",
        "stepped": True,
        "unit": "",
        "labels": [point["as_of"][:16].replace("T", " ") for point in series[0]["points"]],
        "series": [
            {
                "name": series_name(one),
                "values": [point["difference"] for point in one["points"]],
            }
            for one in series
        ],
    }


def _stale(trace: Mapping[str, object]) -> Iterator[Step]:
    if "age_minutes" in trace:
        yield Step(
            "Age of the count in minutes",
            _value(trace["age_minutes"]),
            f"{trace.get('most_minutes')} are allowed: nobody can vouch for an older one",
        )


def _item(item: Mapping[str, object]) -> Iterator[Step]:
    name = item.get("item")
    yield Step(f"Available of {name} in NetSuite", _value(item.get("available")),
               _places(item.get("counted")))  # fmt: skip
    if item.get("left_out"):
        yield Step(f"Left out of {name}", None, f"not sold from: {_places(item.get('left_out'))}")
    orders = item.get("orders")
    named = f" ({', '.join(map(str, orders))})" if isinstance(orders, Sequence) else ""
    yield Step(f"Sold of {name}, not yet out of NetSuite's count", _value(item.get("pending")),
               f"taken off{named}")  # fmt: skip
    need = item.get("need")
    yield Step(f"Left of {name}", _value(item.get("pool")),
               f"each listing unit takes {need}" if need != 1 else "")  # fmt: skip
    if "entitlement" in item:
        yield Step(
            f"Part of {name} for this listing",
            _value(item["entitlement"]),
            "several listings share the item by weight; it may have no more",
        )


def _kits(kits: object) -> Iterator[Step]:
    if not isinstance(kits, Mapping):
        return
    yield Step("Whole kits on the shelves", _value(kits.get("feasible")), "all of one location")
    yield Step("Kits sold, not yet out of NetSuite's count", _value(kits.get("sold")), "taken off")
    broken = kits.get("broken")
    if broken:
        yield Step("Kits that single sales may break", None, _places(broken))
    yield Step("Kits that can be shipped whole", _value(kits.get("shippable")))
    yield Step("Kits by what is left of each item", _value(kits.get("supply")),
               "the smaller of the two counts")  # fmt: skip


def _rule(trace: Mapping[str, object]) -> Iterator[Step]:
    if "base" in trace:
        yield Step("Base", _value(trace["base"]), str(trace.get("rule", "")))
        yield Step("Share in percent", _value(trace.get("share")), "of the base, rounded down")
        yield Step("Safety", _value(trace.get("safety")), "held back, taken off")
        cap = trace.get("cap")
        yield Step("Cap", _value(cap) if cap is not None else "none", "most that is published")
    if "result" in trace:
        yield Step("Published", _value(trace["result"]), "what Amazon was told may be sold")


def _source(trace: Mapping[str, object]) -> Iterator[Step]:
    if "source_version" in trace:
        yield Step("Version of the count", str(trace["source_version"]), "an older one never wins")


def _places(units: object) -> str:
    told = units.items() if isinstance(units, Mapping) else ()
    return ", ".join(f"{place}: {count}" for place, count in told)


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    for one in value if isinstance(value, Sequence) else ():
        if isinstance(one, Mapping):
            yield one


def _value(value: object) -> int | str | None:
    return value if isinstance(value, int | str) else None
