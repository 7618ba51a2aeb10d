"""Date-range reports in the making: one settlement, written in any locale's notation."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from builders import DATA

FOLDER = DATA / "date_range"


def _table() -> dict[str, dict[str, str]]:
    """Locale -> canonical column -> what that locale's report calls it, as collected."""
    with (FOLDER / "headers_by_locale.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {
        code: {
            row["canonical"]: row[code].replace("(maybe trailing space)", "")
            for row in rows
            if row[code]
        }
        for code in rows[0]
        if code != "canonical"
    }


TABLE = _table()


@dataclass(frozen=True)
class Locale:
    """How one marketplace writes the report."""

    currency: str
    preamble: str
    marketplace: str
    mark: str
    thousands: str
    date: Callable[[datetime], str]
    names: Mapping[str, str]
    types: Mapping[str, str]
    exponent: int = 2
    minus: str = "-"
    advertising: str = "Cost of Advertising"
    amazon: str = "Amazon"

    def amount(self, minor: int) -> str:
        digits = str(abs(minor)).rjust(self.exponent + 1, "0")
        whole, rest = digits, ""
        if self.exponent:
            whole, rest = digits[: -self.exponent], self.mark + digits[-self.exponent :]
        if not minor:
            return "0"
        grouped = f"{int(whole):,}".replace(",", self.thousands)
        return (self.minus if minor < 0 else "") + grouped + rest


def _clock(at: datetime, half: tuple[str, str]) -> str:
    return f"{(at.hour - 1) % 12 + 1}:{at:%M:%S} {half[at.hour >= 12]}"


def _worded(months: str, form: str = "{day} {month} {year}") -> Callable[[datetime], str]:
    names = months.split()
    return lambda at: (
        form.format(day=at.day, month=names[at.month - 1], year=at.year) + f" {at:%H:%M:%S} UTC"
    )


def _pacific(months: str, half: tuple[str, str]) -> Callable[[datetime], str]:
    def written(utc: datetime) -> str:
        at = utc - timedelta(hours=7)
        return f"{months.split()[at.month - 1]} {at.day}, {at.year} {_clock(at, half)} PDT"

    return written


def _mexican(utc: datetime) -> str:
    at, months = (
        utc - timedelta(hours=5),
        "ene feb mar abr may jun jul ago sept oct nov dic".split(),
    )
    half = ("a.m.", "p.m.")
    return f"{at.day} de {months[at.month - 1]}. de {at.year} {_clock(at, half)} GMT-5"


_EN = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_ENGLISH = {"other transaction fees": "other transaction fees", "other": "other", "total": "total",
            "transaction status": "Transaction Status",
            "transaction release date": "Transaction Release Date"}  # fmt: skip
_SAME: dict[str, str] = {}


def _tail(*words: str) -> dict[str, str]:
    return dict(zip(_ENGLISH, words, strict=True))


LOCALES = {
    "US": Locale("USD", "All amounts in USD, unless specified", "amazon.com", ".", ",",
                 _pacific(_EN, ("AM", "PM")), _ENGLISH, _SAME),
    "CA": Locale("CAD", "All amounts in CAD, unless specified", "amazon.ca", ".", ",",
                 _pacific("Jan. Feb. Mar. Apr. May June July Aug. Sept. Oct. Nov. Dec.",
                          ("a.m.", "p.m.")), _ENGLISH, _SAME),
    "MX": Locale("MXN", "Todas las cantidades en MXN, a menos que se especifique lo contrario",
                 "amazon.com.mx", ".", ",", _mexican,
                 _tail("tarifas de otra transacción", "otro", "total", "Estado de la transacción",
                       "Fecha de liberación de la transacción"),
                 {"Order": "Pedido", "Refund": "Reembolso", "Adjustment": "Ajuste",
                  "Service Fee": "Tarifa de servicio", "Transfer": "Trasferir"}),
    "UK": Locale("GBP", "All amounts in GBP, unless specified", "amazon.co.uk", ".", ",",
                 _worded(_EN), _ENGLISH, _SAME),
    "FR": Locale("EUR", "Tous les montants sont en EUR, sauf mention contraire.", "amazon.fr",
                 ",", "\u202f",
                 _worded("janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."),
                 _tail("autres frais de transaction", "autre", "total", "Statut de la transaction",
                       "Date de sortie de la transaction"),
                 {"Transfer": "Transfert"}, advertising="Prix de la publicité"),
    "DE": Locale("EUR", "Alle Beträge in EUR sofern nicht anders gekennzeichnet", "amazon.de",
                 ",", ".", lambda at: f"{at:%d.%m.%Y %H:%M:%S} UTC",
                 _tail("Andere Transaktionsgebühren", "Andere", "Gesamt", "Transaktionsstatus",
                       "Freigabedatum der Transaktion"),
                 {"Transfer": "Übertrag"}, advertising="Werbekosten"),
    "IT": Locale("EUR", "Tutti gli importi sono espressi in EUR", "amazon.it", ",", ".",
                 _worded("gen feb mar apr mag giu lug ago set ott nov dic"),
                 _tail("Altri costi relativi alle transazioni", "Altro", "totale",
                       "Stato della transazione", "Data di rilascio della transazione"),
                 {"Transfer": "Trasferimento"}, advertising="Costo della pubblicità"),
    "ES": Locale("EUR", "Todos los importes en EUR, a menos que se especifique lo contrario",
                 "amazon.es", ",", ".",
                 _worded("ene feb mar abr may jun jul ago sept oct nov dic"),
                 _tail("tarifas de otras transacciones", "otro", "total",
                       "Estado de la transacción", "Fecha de liberación de la transacción"),
                 {"Transfer": "Transferir"}, advertising="Gastos de publicidad"),
    "NL": Locale("EUR", "Alle bedragen in EUR, tenzij anders vermeld", "amazon.nl", ",", ".",
                 _worded("jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec."),
                 _tail("overige transactiekosten", "overige", "totaal", "Transactiestatus",
                       "Publicatiedatum van transactie"),
                 {"Order": "Bestelling", "Refund": "Terugbetaling", "Adjustment": "Aanpassing",
                  "Service Fee": "Servicekosten", "Transfer": "Overboeking"}),
    "JP": Locale("JPY", "指定のない場合、単位は円", "amazon.jp", ".", ",",
                 lambda utc: f"{utc + timedelta(hours=9):%Y/%m/%d %H:%M:%S}JST",
                 _tail("トランザクションに関するその他の手数料", "その他", "合計",
                       "トランザクションのステータス", "トランザクション開始日"),
                 {"Transfer": "振込み"}, exponent=0, advertising="広告費用"),
}  # fmt: skip

JUNE_2 = datetime(2026, 6, 2, 14, 11, 52, tzinfo=UTC)
TAXES = ("product sales tax", "shipping credits tax", "giftwrap credits tax",
         "promotional rebates tax")  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row in the making: amounts in minor units by canonical column."""

    type: str = "Order"
    amounts: Mapping[str, int] = field(default_factory=lambda: {"product sales": 1000})
    settlement: str = "111"
    at: datetime = JUNE_2
    description: str = "Product A"
    status: str = "Released"
    released: datetime | None = None
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.amounts.values())


def payout(amount: int, settlement: str = "111", at: datetime | None = None) -> Line:
    """The Transfer row of a settlement."""
    when = at or JUNE_2 + timedelta(days=12)
    return Line("Transfer", {"other": -amount}, settlement, when, "To your account ending in: 429")


# Each class of amounts the report tells apart, once; what the same settlement is in V2 stands in
# the test that compares them.
SALE = {"product sales": 123456, "product sales tax": 245, "shipping credits": 500,
        "shipping credits tax": 35, "promotional rebates": -500, "marketplace withheld tax": -280,
        "selling fees": -525, "fba fees": -354}  # fmt: skip
REFUND = {"product sales": -1999, "product sales tax": -140, "marketplace withheld tax": 140,
          "selling fees": 240}  # fmt: skip
SETTLEMENT = (
    Line("Order", SALE),
    Line("Refund", REFUND, at=JUNE_2 + timedelta(days=5)),
    Line("Service Fee", {"other transaction fees": -1000}, at=JUNE_2 + timedelta(days=6),
         description="Cost of Advertising"),
    Line("FBA Inventory Fee", {"other": -123}, at=JUNE_2 + timedelta(days=7),
         description="FBA storage fee"),
    Line("Lightning Deal Fee", {"other transaction fees": -70}, at=JUNE_2 + timedelta(days=8)),
    Line("Adjustment", {"other": 333}, at=JUNE_2 + timedelta(days=9),
         description="FBA Inventory Reimbursement - Customer Return"),
    payout(119958),
)  # fmt: skip


def written(  # the options of a file are many
    lines: Iterable[Line] = SETTLEMENT,
    locale: str = "US",
    *,
    status: bool = True,
    delimiter: str = ",",
    preamble: Iterable[str] | None = None,
    extra: Mapping[str, str] | None = None,
    leave_out: Iterable[str] = (),
) -> str:
    """A file as text, in the notation of ``locale``.

    Args:
        status: whether it has the two columns of 2025.
        preamble: lines above the header; the usual ones where left out.
        extra: further columns with the same cell in each row.
        leave_out: canonical columns it has not.
    """
    spoken = LOCALES[locale]
    names = {c: n for c, n in TABLE[locale].items() if not c.startswith("type:")} | dict(
        spoken.names
    )
    if not status:
        names = {c: n for c, n in names.items() if not c.startswith("transaction ")}
    names = {canonical: name for canonical, name in names.items() if canonical not in leave_out}
    above = ["Includes Amazon Marketplace transactions", spoken.preamble, "Definitions:"]
    out = io.StringIO()
    for text in above if preamble is None else preamble:
        out.write(f'"{text}"\n')
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([*names.values(), *(extra or {})])
    for line in lines:
        cells = _cells(line, spoken, TABLE[locale], names)
        writer.writerow([*(cells[name] for name in names), *(extra or {}).values()])
    return out.getvalue()


def _cells(
    line: Line, spoken: Locale, table: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, str]:
    amounts = dict(line.amounts)
    if "shipping credits tax" not in names:  # the older columns lump all tax
        lumped = [amounts.pop(name) for name in TAXES if name in amounts]
        amounts["product sales tax"] = sum(lumped)
    told = spoken.types.get(line.type) or table.get(f"type:{line.type}") or line.type
    account_level = line.type in ("Service Fee", "Transfer")
    made = {name: spoken.amount(amounts.get(name, 0)) for name in names}
    for name in ("quantity", "order city", "order state", "order postal", "tax collection model"):
        made[name] = ""
    made |= {
        "date/time": spoken.date(line.at),
        "settlement id": line.settlement,
        "type": told,
        "order id": "" if account_level else "112-0000000-0000001",
        "sku": "" if account_level else "SKU-A",
        "description": line.description.replace("Cost of Advertising", spoken.advertising),
        "marketplace": "" if account_level else spoken.marketplace,
        "fulfillment": "" if account_level else spoken.amazon,
        "total": spoken.amount(line.total),
        "transaction status": line.status,
        "transaction release date": spoken.date(line.released or line.at),
    }
    return made | dict(line.cells)
