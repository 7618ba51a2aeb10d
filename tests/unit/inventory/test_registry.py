"""The registry of listings: what it answers, and every way a registration contradicts itself."""

from __future__ import annotations

import pytest

from handler.inventory.components import NOTATION, components_from, components_of
from handler.inventory.ledger_reason import ReasonTable
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules
from handler.inventory.policy import FbaLocations, FbmPolicy, InventoryPolicy
from handler.inventory.registry import Registry, build_registry

SELLER, US, CA = "A3TH9S8BH6GOGM", "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"
POLICY = InventoryPolicy(
    profile="us",
    seller=SELLER,
    subsidiary="Demo",
    fbm=FbmPolicy(locations=frozenset({"Main", "East"})),
    fba=FbaLocations("FBA", "FBA Bad", "FBA Way", "FBA Back"),
    accounts={},
    reasons=ReasonTable([]),
)


def key(sku: str, marketplace: str = US, seller: str = SELLER) -> ListingKey:
    return ListingKey(seller, marketplace, sku)


def fbm(sku: str, item: str = "", kit: str = "", origin: str = "", **rules: object) -> Listing:
    made_of = components_from(kit)
    return Listing(
        key(sku), Pool.FBM, item, components=made_of, rules=Rules(**rules), origin=origin
    )


def fba(sku: str, item: str, fnsku: str = "", marketplace: str = US, **rules: object) -> Listing:
    return Listing(key(sku, marketplace), Pool.FBA, item, fnsku, rules=Rules(**rules))


def registry(*listings: Listing, both: tuple[ListingKey, ...] = ()) -> Registry:
    return build_registry(listings, POLICY, both)


def quarantined(*listings: Listing) -> dict[str, str]:
    """Return SKU -> what is wrong, of the listings beside one sound bystander."""
    found = registry(fbm("BYSTANDER", "99"), *listings)
    assert key("BYSTANDER") not in found.quarantine
    assert {one.code for one in found.quarantine.values()} <= {"LISTING_QUARANTINED"}
    return {at.sku: finding.what for at, finding in found.quarantine.items()}


def test_sound_listings_are_found() -> None:
    single, gift, kit = fbm("A", "1"), fbm("B", "1"), fbm("K", kit="1*2+2")
    at_amazon = fba("F", "1", "X000000001")
    found = registry(single, gift, kit, at_amazon)
    assert not found.quarantine
    assert list(found) == [single, gift, kit, at_amazon]
    assert len(found) == 4
    assert found.find(key("A")) is single
    assert found.find(key("A", CA)) is None
    assert found.listing_of_sku(US, "K") is kit
    assert found.listing_of_sku(CA, "K") is None
    assert found.listings_of_item("1") == (single, gift, kit), "of the FBM pool only"
    assert found.listings_of_item("2") == (kit,)
    assert found.listings_of_item("3") == ()
    assert found.find_by_fnsku("X000000001") == (at_amazon,)
    assert found.find_by_fnsku("") == ()
    assert found.pool_of_sku("A") is Pool.FBM
    assert found.pool_of_sku("F") is Pool.FBA
    assert found.pool_of_sku("nothing") is None


def test_one_item_may_stand_in_both_pools() -> None:
    assert quarantined(fbm("A", "1"), fba("F", "1", "X000000001")) == {}


def test_two_skus_on_one_fnsku_with_one_item_are_one_physical_pool() -> None:
    old, new = fba("OLD", "1", "X000000001"), fba("NEW", "1", "X000000001")
    found = registry(old, new)
    assert not found.quarantine
    assert found.find_by_fnsku("X000000001") == (old, new)
    assert found.item_of("X000000001", "OLD") == "1"
    assert found.item_of("X000000001", "another SKU of the same label") == "1"


def test_two_skus_on_one_fnsku_with_two_items_are_quarantined() -> None:
    found = registry(
        fba("OLD", "1", "X000000001"), fba("NEW", "2", "X000000001"), fba("F", "3", "X000000003")
    )
    assert {at.sku for at in found.quarantine} == {"OLD", "NEW"}
    assert found.quarantine[key("OLD")].what == (
        "found the FNSKU X000000001 stands for 1 (OLD) and 2 (NEW); expected one item."
    )
    assert found.find_by_fnsku("X000000001") == ()
    assert found.item_of("X000000001", "OLD") == "", "what is in doubt is never posted"
    assert found.item_of("X000000001", "F") == "", "nor by the SKU, while its FNSKU is in doubt"


def test_an_unregistered_fnsku_is_found_by_its_sku() -> None:
    found = registry(
        fba("F", "1"), fba("F", "1", marketplace=CA), fba("G", "1"), fba("G", "2", marketplace=CA),
        fbm("A", "5"),
    )  # fmt: skip
    assert found.item_of("B0F4X2K9LM", "F") == "1"
    assert found.item_of("B0F4X2K9LM", "G") == "", "two marketplaces, two items"
    assert found.item_of("B0F4X2K9LM", "G", CA) == "2"
    assert found.item_of("B0F4X2K9LM", "A") == "", "the seller's own stock is not at Amazon"
    assert found.item_of("B0F4X2K9LM", "nothing") == ""


@pytest.mark.parametrize(
    ("listing", "what"),
    [
        (fbm("A"), "found neither an item nor components; "),
        (Listing(key("A"), Pool.FBM, "1", "X000000001"), "found the FNSKU X000000001 on an FBM "),
        (fbm("A", kit="1*0"), "found 0 units of the component 1; expected at least 1"),
        (fbm("A", kit="FBA:1*2"), "found the component FBA:1 in the wrong pool; "),
        (fbm("A", "1", "1*3"), "found a kit of 1 that takes 1 itself; "),
        (
            Listing(key("A"), Pool.FBM, "", components=(Component("1", 1), Component("1", 2))),
            "found the component 1 twice; expected one, with the sum",
        ),
        (
            Listing(key("A"), Pool.FBM, "", components=(Component("", 1),)),
            "found a component without an item; ",
        ),
        (fba("A", ""), "found no item; expected NetSuite's item"),
        (
            Listing(key("A"), Pool.FBA, "1", components=(Component("2", 1),)),
            "found a kit in the FBA pool, so components in the wrong pool; ",
        ),
        (fba("A", "1", locations=frozenset({"Main"})), "found locations on an FBA listing; "),
        (
            fbm("A", "1", locations=frozenset({"Main", "West"})),
            "found the location West; expected one of the policy's FBM locations",
        ),
        (
            fbm("A", "1", locations=frozenset({"FBA Way"})),
            "found the location FBA Way of the FBA pool; ",
        ),
        (fbm("A", "1", share=101), "found share 101; expected 0 to 100"),
        (fbm("A", "1", share=-1), "found share -1; expected 0 to 100"),
        (fbm("A", "1", safety=-1), "found safety -1; expected at least 0"),
        (fbm("A", "1", cap=-1), "found cap -1; expected at least 0"),
        (fbm("A", "1", weight=0), "found weight 0; expected at least 1"),
        (fba("A", "1", tolerance=-1), "found tolerance -1; expected at least 0"),
    ],
)
def test_a_listing_that_is_wrong_by_itself(listing: Listing, what: str) -> None:
    found = quarantined(listing)
    assert set(found) == {"A"}
    assert found["A"].startswith(what)


def test_limits_are_right_at_their_ends() -> None:
    ends = [
        fbm("A", "1", share=0, cap=0, safety=0, weight=1, tolerance=0),
        fbm("B", "1", share=100, locations=frozenset({"Main", "East"})),
    ]
    assert quarantined(*ends) == {}


def test_a_location_of_both_pools_is_none_of_the_sellers_own() -> None:
    shared = InventoryPolicy(
        "us", SELLER, "Demo", FbmPolicy(locations=frozenset({"FBA"})), POLICY.fba, {},
        ReasonTable([]),
    )  # fmt: skip
    found = build_registry([fbm("A", "1", locations=frozenset({"FBA"}))], shared)
    assert "of the FBA pool" in found.quarantine[key("A")].what


def test_another_seller_is_quarantined() -> None:
    other = Listing(key("A", seller="A0000000000000"), Pool.FBM, "1")
    found = registry(other)
    assert "the seller A0000000000000; expected A3TH9S8BH6GOGM" in found.quarantine[other.key].what


def test_a_key_registered_twice_is_quarantined_with_both_origins() -> None:
    found = registry(fbm("A", "1", origin="us.csv:4"), fbm("A", "1", origin="us.csv:9"))
    finding = found.quarantine[key("A")]
    assert finding.what == (
        "us.csv:4 and us.csv:9: found registered 2 times as FBM; expected once."
    )
    assert finding.subject == f"listing {US}/A"
    assert finding.evidence["origins"] == ["us.csv:4", "us.csv:9"]
    assert finding.evidence["faults"] == ["registered 2 times as FBM; expected once"]
    (kept,) = found.listings_of_item("1")
    assert kept.key == key("A"), "once, and in quarantine too: it may still be selling"
    assert found.listing_of_sku(US, "A") is found.find(key("A")) is not None


def test_many_repeated_rows_are_named_in_few_words() -> None:
    finding = registry(*(fbm("A", "1", origin=f"o{n}") for n in range(9))).quarantine[key("A")]
    assert finding.what.startswith("o0 and o1 and o2 and o3 and o4 and 4 more: found ")


def test_both_channels_on_one_sku_are_quarantined() -> None:
    found = registry(fbm("A", "1"), fba("A", "1", "X000000001"))
    assert "as FBA and FBM (both channels on one SKU)" in found.quarantine[key("A")].what
    assert found.pool_of_sku("A") is None
    assert found.item_of("X000000001", "A") == ""


def test_both_channels_seen_at_amazon_are_a_conflict_of_pools() -> None:
    found = registry(
        fbm("A", "1"), fbm("B", "1"), fba("F", "1"),
        both=(key("A"), key("F"), key("not registered")),
    )  # fmt: skip
    assert {at.sku: one.code for at, one in found.quarantine.items()} == {
        "A": "POOL_CONFLICT",
        "F": "POOL_CONFLICT",
    }
    assert "FBM here, and an offer from each pool at Amazon" in found.quarantine[key("A")].what
    assert found.listings_of_item("1") == (found.find(key("A")), found.find(key("B")))


def test_what_is_wrong_here_is_said_beside_what_amazon_shows() -> None:
    finding = registry(fbm("A"), both=(key("A"),)).quarantine[key("A")]
    assert finding.code == "LISTING_QUARANTINED"
    assert "neither an item" in finding.what
    assert "an offer from each pool at Amazon" in finding.what


@pytest.mark.parametrize("backwards", [False, True])
def test_a_kit_in_a_kit_is_quarantined(backwards: bool) -> None:
    kits = [fbm("INNER", "SET", "1*2"), fbm("OUTER", kit="SET+3")]
    found = quarantined(*(kits[::-1] if backwards else kits))
    assert found == {
        "OUTER": "found a kit in a kit: the component SET is the item of another kit; expected an "
        "item that is no kit."
    }


def test_a_faulty_kit_makes_no_other_kit_wrong() -> None:
    assert set(quarantined(fbm("BAD", "1", "1*3"), fbm("GOOD", kit="1+2"))) == {"BAD"}


def test_repeated_kit_components_are_summed() -> None:
    assert components_from("2201*2+2202+2201") == (Component("2201", 3), Component("2202", 1))
    rows = [Component("B", 1), Component("A", 2), Component("B", 4)]
    assert components_of(rows) == (Component("A", 2), Component("B", 5))
    assert fbm("K", kit="1+1").needs == (Component("1", 2),)


def test_components_name_their_pool_where_it_matters() -> None:
    assert components_from("FBM:1*2 + FBA:2") == (Component("1", 2), Component("FBA:2", 1))
    assert components_from("Tea : Green*2") == (Component("Tea : Green", 2),)
    assert components_from("") == ()


@pytest.mark.parametrize(
    "text",
    ["+", "1+", "+1", "1**2", "1*", "*2", "1*x", "1*-1", "1*1_0", "1*٣", "1*2*3", " ", "FBM:",
     "1*1234567"],
)  # fmt: skip
def test_other_notations_of_components_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="items joined with") as caught:
        components_from(text)
    assert str(caught.value) == NOTATION


def test_two_hundred_thousand_listings_are_built() -> None:
    listings = [
        fbm(f"S{n}", f"I{n // 2}") if n % 2 else fba(f"S{n}", f"I{n // 2}", f"X{n:09}")
        for n in range(200_000)
    ]
    found = build_registry(listings, POLICY)
    assert len(found) == 200_000
    assert not found.quarantine
    assert found.item_of("X000199998", "") == "I99999"
    assert len(found.listings_of_item("I99999")) == 1


def test_two_hundred_thousand_contradictions_are_all_named() -> None:
    found = build_registry([fba(f"S{n}", f"I{n}", "X000000001") for n in range(200_000)], POLICY)
    assert len(found.quarantine) == 200_000
    assert max(len(one.what) for one in found.quarantine.values()) < 300
