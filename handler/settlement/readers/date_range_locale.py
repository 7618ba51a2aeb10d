"""Words of the date-range report in every language it is known in, told in English.

The report's own English is the canon: a column, a type, a status each has one English name, and
the tables here lead to it. Names are compared folded (see :func:`folded`). One table serves all
languages: no name stands for two columns in it, so a half-translated header is read too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from handler.settlement.readers.date_range_columns import COLUMN_NAMES

RELEASED: Final = "Released"
DEFERRED: Final = "Deferred"
TRANSFER: Final = "Transfer"


@lru_cache(maxsize=1 << 8)
def folded(text: str) -> str:
    """Return a word as it is compared: no case, plain blanks and apostrophes, no colon behind."""
    plain = text.replace("\u2019", "'").replace("\ufeff", "")
    return " ".join(plain.split()).casefold().rstrip(":").rstrip()


def _back(table: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    return {folded(name): canon for canon, names in table.items() for name in (canon, *names)}


# folded name -> canonical column
COLUMNS: Mapping[str, str] = _back(COLUMN_NAMES)

# Types of transaction. Where a report keeps a type in English it needs no entry.
TYPES: Mapping[str, str] = _back(
    {
        "Order": ("Commande", "Bestellung", "Ordine", "Pedido", "Bestelling", "Beställning",
                  "Zamówienie", "Sipariş", "注文"),
        "Refund": ("Remboursement", "Erstattung", "Rimborso", "Reembolso", "Terugbetaling",
                   "Återbetalning", "Återbäring", "Zwrot kosztów", "İade", "返金"),
        "Adjustment": ("Ajustement", "Anpassung", "Modifica", "Ajuste", "Aanpassing", "Justering",
                       "Korekta", "調整"),
        "Fee Adjustment": ("Ajuste de tarifa", "Gebührenanpassung"),
        "FBA Inventory Fee": (
            "Frais de stock Expédié par Amazon", "Versand durch Amazon Lagergebühr",
            "Costo di stoccaggio Logistica di Amazon", "FBA-voorraadkosten",
            "Tarifas de inventario de Logística de Amazon", "Tarifa de inventario de FBA",
            "FBA 在庫関連の手数料",
        ),
        "FBA Transaction fees": (
            "FBA Transaction fee", "Frais de transaction Expédié par Amazon",
            "Transaktionsgebühren für Versand durch Amazon",
            "Commissioni per le transazioni di Logistica di Amazon",
            "Tarifas de transacción de Logística de Amazon",
        ),
        "Service Fee": ("Frais de service", "Servicegebühr", "Commissione di servizio",
                        "Tarifa de prestación de servicio", "Tarifa de servicio", "Servicekosten",
                        "注文外料金"),
        "Lightning Deal Fee": ("Deal Fee", "Tarif de la Vente Flash", "Blitzangebotsgebühr",
                               "Tariffa dell'Offerta Lampo", "Tarifa de Oferta flash",
                               "数量限定タイムセール手数料"),
        "Order_Retrocharge": ("Bestellung_Wiedereinzug",),
        "A-to-z Guarantee Claim": (),
        "Chargeback Refund": (),
        "Liquidations": (),
        "Liquidations Adjustments": ("Liquidations Adjustment",),
        "Shipping Services": (),
        TRANSFER: ("Transférer", "Transfert", "Übertrag", "Trasferimento", "Transferir",
                   "Trasferir", "Transferencia", "Overboeking", "Överföring", "Przelew", "Transfer",
                   "振込み"),
    }
)  # fmt: skip

STATUSES: Mapping[str, str] = _back(
    {
        RELEASED: ("Sorti", "Libéré", "Freigegeben", "Rilasciato", "Rilasciata", "Liberado",
                   "Liberada", "Vrijgegeven", "支払い実行済み"),
        DEFERRED: ("Différé", "Différée", "Reporté", "Aufgeschoben", "Zurückgestellt", "Differito",
                   "Differita", "Diferido", "Diferida", "Aplazado", "Aplazada", "Uitgesteld",
                   "留保中"),
    }
)  # fmt: skip

# What an account-level row is called, where a translation is known: the words of the V2 report.
DESCRIPTIONS: Mapping[str, str] = _back(
    {
        "Cost of Advertising": ("Prix de la publicité", "Werbekosten", "Costo della pubblicità",
                                "Gastos de publicidad", "Advertentiekosten", "広告費用"),
        "Subscription": ("月額登録料",),
        "Vine Enrollment Fee": ("Vine enrolment fee", "Vine Anmeldegebühr"),
    }
)  # fmt: skip

CHANNELS: Mapping[str, str] = {
    "amazon": "AFN",
    **dict.fromkeys(
        ("seller", "merchant", "vendeur", "verkäufer", "venditore", "vendedor", "verkoper",
         "säljare", "sprzedawca", "satıcı", "出品者"),
        "MFN",
    ),
}  # fmt: skip

# A line above the header that holds one of these names the currency behind it:
# "All amounts in USD, unless specified".
AMOUNT_WORDS = ("amounts in", "amounts are in", "beträge", "montants", "importi", "importes",
                "cantidades", "bedragen", "belopp", "kwoty", "tutarlar")  # fmt: skip
# Japanese reports write the unit itself: 指定のない場合、単位は円.
YEN_WORDS = ("単位は円", "円表示", "金額は円")

CURRENCY_OF_DOMAIN: Mapping[str, str] = {
    "amazon.com": "USD", "amazon.ca": "CAD", "amazon.com.mx": "MXN", "amazon.com.br": "BRL",
    "amazon.co.uk": "GBP", "amazon.de": "EUR", "amazon.fr": "EUR", "amazon.it": "EUR",
    "amazon.es": "EUR", "amazon.nl": "EUR", "amazon.com.be": "EUR", "amazon.ie": "EUR",
    "amazon.se": "SEK", "amazon.pl": "PLN", "amazon.com.tr": "TRY", "amazon.ae": "AED",
    "amazon.sa": "SAR", "amazon.eg": "EGP", "amazon.in": "INR", "amazon.co.jp": "JPY",
    "amazon.jp": "JPY", "amazon.com.au": "AUD", "amazon.sg": "SGD", "amazon.co.za": "ZAR",
}  # fmt: skip
