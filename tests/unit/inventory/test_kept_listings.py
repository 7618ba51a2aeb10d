"""Listings registered over HTTP, as they are kept in the bucket for a rebuild."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plugin import Plugin, plugin
from test_register_listings import TEA

from handler.core.errors import OutsideFailure
from handler.flows.inventory_ports import StoredListing
from handler.flows.kept_listings import LISTINGS, keep_listings, kept_listings, last_of_each
from handler.flows.register_listings import Registration, register
from handler.inventory.listing import Component, Pool, Rules

KIT = replace(
    TEA,
    key=TEA.key._replace(sku="SKU-KIT"),
    pool=Pool.FBM,
    item="",
    fnsku="",
    components=(Component("TEA", 2), Component("MUG", 1)),
    rules=Rules(80, 5, None, 3, frozenset({"Main Warehouse", "Annex"}), 1),
)


@pytest.fixture
def here() -> Plugin:
    return plugin()


def kept(here: Plugin) -> list[str]:
    return [key for key in here.files.kept if key.startswith(LISTINGS)]


def test_a_listing_comes_back_as_it_was(here: Plugin) -> None:
    stored = [
        StoredListing(TEA, 1, removed=False, changed_at="2026-01-31", changed_by="flow"),
        StoredListing(KIT, 7, removed=True, changed_at="2026-01-31", changed_by="é"),
    ]
    keep_listings(here.app, "us", stored)
    (key,) = kept(here)
    profile, found = kept_listings(here.app.files.read(key))
    assert (profile, list(found)) == ("us", stored)


def test_the_last_revision_of_each_counts() -> None:
    one = StoredListing(TEA, 1, removed=False, changed_at="", changed_by="")
    two, other = replace(one, revision=2), replace(one, listing=KIT)
    files = [("us", [two, other]), ("us", [one]), ("uk", [one])]
    assert last_of_each(files) == {
        ("us", TEA.key): two,
        ("us", KIT.key): other,
        ("uk", TEA.key): one,
    }


def test_each_call_keeps_what_it_wrote_once(here: Plugin) -> None:
    register(here.app, "us", [Registration(TEA)], "flow")
    assert len(kept(here)) == 1
    register(here.app, "us", [Registration(TEA)], "flow")
    assert len(kept(here)) == 1
    register(here.app, "us", [Registration(TEA, remove=True)], "flow")
    assert len(kept(here)) == 2


def test_a_call_cut_off_before_it_kept_them_is_mended_by_the_same_call(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise OutsideFailure("FILES_FAILED", "S3 did not answer.", "Try again.")

    with monkeypatch.context() as patch:
        patch.setattr(here.files, "keep", down)
        with pytest.raises(OutsideFailure):
            register(here.app, "us", [Registration(TEA)], "flow")
    assert kept(here) == []
    (done,) = register(here.app, "us", [Registration(TEA)], "flow")
    assert (done.revision, done.changed) == (1, False)
    assert len(kept(here)) == 1


def test_a_refused_one_is_not_kept(here: Plugin) -> None:
    register(here.app, "us", [Registration(replace(KIT, components=(Component("TEA", 0),)))], "x")
    register(here.app, "us", [Registration(TEA), Registration(TEA)], "flow")
    kept_now = [list(kept_listings(here.app.files.read(key))[1]) for key in kept(here)]
    assert [one.listing for each in kept_now for one in each].count(TEA) == 1
