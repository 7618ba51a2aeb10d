"""Stories of stock: listings decided and acknowledged, the ledger posted, a report kept."""

from __future__ import annotations

from datetime import timedelta

from aws_world import START, AwsWorld
from plugin import ROOT
from stories_settling import done
from story import Story

DATA = ROOT / "tests" / "data" / "inventory"
LEDGER = (DATA / "sandbox_ledger_detail.tsv").read_bytes()
COUNTS = (DATA / "sandbox_GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA.tsv").read_bytes()
FBM = "/v1/inventory/fbm"
MUG = {"marketplace": "ATVPDKIKX0DER", "sku": "SKU-MUG-220"}
QUANTITY = 11  # of 40, half of them this listing's: 80 % less 5
AT = (START - timedelta(minutes=10)).isoformat().replace("+00:00", "Z")


def decided(world: AwsWorld) -> None:
    """Have a count decided, its quantity sent to Amazon, and Amazon's answer told.

    A decision whose answer is lost is made again when nobody has told for an hour that Amazon has
    it. The flow comes with another count each time.
    """
    amazon: dict[str, int] = {}
    for version in range(1, 5):
        at = (world.now - timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
        count = {
            **MUG, "source_version": version, "source_time": at,
            "quantities": [{"item": "MUG-220", "location": "Main Warehouse", "available": 40}],
        }  # fmt: skip
        (told,) = done(world.post(f"{FBM}/decide?profile=us", {"data": [count]}))
        if told["patch"] is not None:
            amazon[told["sku"]] = told["quantity"]
            taken = {
                **MUG, "status": "accepted", "decision": told["decision"],
                "quantity": told["quantity"], "at": world.now.isoformat().replace("+00:00", "Z"),
            }  # fmt: skip
            done(world.post(f"{FBM}/acknowledge?profile=us", {"data": [taken]}))
        named = f"profile=us&marketplace={MUG['marketplace']}&sku={MUG['sku']}"
        (shown,) = done(world.call("GET", f"{FBM}/published?{named}"))
        if shown["acknowledged"]:
            break
        world.wait(3_660)
    assert amazon == {MUG["sku"]: QUANTITY}
    assert (shown["quantity"], shown["accepted"], shown["acknowledged"]) == (
        QUANTITY,
        QUANTITY,
        True,
    )


def ordered(world: AwsWorld) -> None:
    """Have an order told that NetSuite may not know of."""
    order = {
        **MUG, "order_item_id": "1", "order_id": "113-1111111-1111111", "quantity": 1,
        "changed_at": AT,
    }  # fmt: skip
    done(world.post(f"{FBM}/orders?profile=us", {"data": [order]}))


def ledger_posted(world: AwsWorld) -> None:
    """Send Amazon's ledger."""
    done(world.post(f"/v1/inventory/fba/reports?profile=us&made_at={AT}", LEDGER))


def report_kept(world: AwsWorld) -> None:
    """Upload a report that moves nothing; the queue tells of it."""
    world.upload("raw-inventory/us/myi-20260202T101500Z-ATVPDKIKX0DER.txt", COUNTS)
    world.work_off()


STORIES = (
    Story("listing decided and acknowledged", decided, at_least=44, thinned=2, looks_itself=True),
    Story("order told", ordered, at_least=25),
    Story("ledger posted", ledger_posted, at_least=35, thinned=2),
    Story("report of stock kept", report_kept, at_least=33, thinned=2),
)
