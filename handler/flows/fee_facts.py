"""The sales and fees of each SKU in a raw file, with the lines of the period that is judged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.core.money import known_currency
from handler.flows.settled_orders import classifier
from handler.payloads.roll_forward_documents import jump_document
from handler.reconciliation.fee_watch import Fee, FeeJump, FeeSums
from handler.settlement import readers
from handler.settlement.cogs import units_sold
from handler.settlement.group import Kind
from handler.settlement.period import Period
from handler.settlement.profile import CostAccounts

if TYPE_CHECKING:
    from handler.core.source import Source
    from handler.payloads.result import Document
    from handler.settlement.row import Row
    from handler.settlement.settle import Mappings

MOST_ROWS: Final = 20
_SALES: Final = "product_sales"
_FEES: Final = {"referral_fees": Fee.REFERRAL, "fba_fulfilment_fees": Fee.FULFILMENT}
# Units of every channel are counted; no account is used.
_EVERY_CHANNEL: Final = CostAccounts("", dict.fromkeys(("AFN", "MFN", ""), ""), "")
_SKU: Final = ("sku", "SKU", "SellerSKU")


class Place(NamedTuple):
    """What a fee is watched for."""

    sku: str
    marketplace: str
    currency: str
    period: Period


@dataclass(slots=True)
class FeeFacts:
    """What files hold of fees.

    Attributes:
        sums: of each SKU, marketplace and period in each file.
        rows: (place, fee) -> the first rows of the judged period, as (settlement id, line, amount).
        counts: (place, fee) -> how many rows there are.
    """

    sums: list[FeeSums] = field(default_factory=list)
    rows: dict[tuple[Place, Fee], list[tuple[str, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    counts: Counter[tuple[Place, Fee]] = field(default_factory=Counter)

    def read(
        self, source: Source, mappings: Mappings, judged: Period, settlement_id: str = ""
    ) -> None:
        """Add a file.

        Args:
            source: the raw file.
            mappings: whose books.
            judged: the period whose rows are kept.
            settlement_id: which settlement of the file; its only one where empty.

        Raises:
            UnusableFile: it is no settlement report.
        """
        header = readers.header(source, settlement_id)
        profile, code = mappings.profile, header.currency.code
        grouping = replace(profile.grouping, settlement_id=settlement_id)
        classes = _Classes(mappings)
        amounts: dict[Place, Counter[str]] = defaultdict(Counter)
        for row in readers.rows(source, grouping):
            accounting_class = classes[row.key.kind]
            if accounting_class != _SALES and accounting_class not in _FEES:
                continue
            marketplace = profile.marketplace(row.key.marketplace) or profile.home
            place = Place(_sku(row), marketplace.names[0], code, Period.of(row.key.day))
            if not place.sku:
                continue
            amounts[place][accounting_class] += row.amount
            if place.period == judged and accounting_class in _FEES:
                self._keep(place, _FEES[accounting_class], header.settlement_id, row)
        units: Counter[Place] = Counter()
        sold = units_sold(readers.rows(source, grouping), classes, profile, _EVERY_CHANNEL).sold
        for one, count in sold.items():
            units[Place(one.sku, one.marketplace, code, one.period)] += count
        self.sums += [
            FeeSums(
                sku=place.sku,
                marketplace=place.marketplace,
                currency=code,
                period=place.period,
                sales=found[_SALES],
                referral=-found["referral_fees"],
                fulfilment=-found["fba_fulfilment_fees"],
                units=units[place],
            )
            for place, found in amounts.items()
        ]

    def _keep(self, place: Place, fee: Fee, settlement_id: str, row: Row) -> None:
        self.counts[place, fee] += 1
        kept = self.rows[place, fee]
        if len(kept) < MOST_ROWS:
            kept.append((settlement_id, row.line, row.amount))

    def shown(self, jumps: Iterable[FeeJump]) -> list[Document]:
        """Return jumps with the rows behind them, as documents."""
        documents = []
        for jump in jumps:
            sums = jump.sums
            key = (Place(sums.sku, sums.marketplace, sums.currency, sums.period), jump.fee)
            money = known_currency(sums.currency)
            rows: list[Document] = [
                {"settlement_id": settlement_id, "file_line": line, "amount": money.text(amount)}
                for settlement_id, line, amount in self.rows[key]
            ]
            documents.append(jump_document(jump, rows, self.counts[key]))
        return documents


class _Classes(dict[Kind, str]):
    """The accounting class of each kind, asked once."""

    def __init__(self, mappings: Mappings) -> None:
        super().__init__()
        self._classify = classifier(mappings)

    def __missing__(self, kind: Kind) -> str:
        return self.setdefault(kind, self._classify(kind))


def _sku(row: Row) -> str:
    return next((row.cells[name] for name in _SKU if name in row.cells), "")
