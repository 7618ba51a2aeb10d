"""Columns of the date-range report: their English names, their translations, which hold amounts.

Translations as the reports of ten locales write them (US, CA, MX, UK, FR, DE, IT, ES, NL, JP),
with the further spellings seen from Belgium, Sweden, Australia and India. Versions of the report
have 23, 29 or 31 columns; a column that is not here is kept as evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

DATE, SETTLEMENT, TYPE = "date/time", "settlement id", "type"
ORDER_ID, SKU, DESCRIPTION = "order id", "sku", "description"
MARKETPLACE, FULFILLMENT, TOTAL = "marketplace", "fulfillment", "total"
STATUS, RELEASE = "transaction status", "transaction release date"

_ABOUT: Mapping[str, Sequence[str]] = {
    DATE: ("fecha/hora", "date/heure", "Datum/Uhrzeit", "Data/Ora:", "fecha y hora", "datum/tijd",
           "datum/tid", "日付/時間", "日付/時刻"),
    SETTLEMENT: ("Id. de liquidación", "numéro de versement", "Abrechnungsnummer",
                 "Numero pagamento", "identificador de pago", "schikkings-ID", "reglerings-id",
                 "決済番号"),
    TYPE: ("tipo", "Typ", "トランザクションの種類"),
    ORDER_ID: ("Id. del pedido", "numéro de la commande", "Bestellnummer", "Numero ordine",
               "número de pedido", "bestelnummer", "beställnings-id", "注文番号"),
    SKU: (),
    DESCRIPTION: ("descripción", "Beschreibung", "Descrizione", "beschrijving", "beskrivning",
                  "説明"),
    "quantity": ("cantidad", "quantité", "Menge", "Quantità", "aantal", "antal", "数量"),
    MARKETPLACE: ("web de Amazon", "site de vente", "marknadsplats", "Amazon 出品サービス"),
    "account type": (),
    FULFILLMENT: ("fulfilment", "cumplimiento", "traitement", "expédition", "Versand", "Gestione",
                  "gestión logística", "leverans", "フルフィルメント"),
    "order city": ("ciudad del pedido", "ville d'où provient la commande", "Ort der Bestellung",
                   "Città di provenienza dell'ordine", "ciudad de procedencia del pedido",
                   "bestelling stad", "市町村"),
    "order state": ("estado del pedido", "Région d'où provient la commande", "Bundesland",
                    "Provincia di provenienza dell'ordine",
                    "comunidad autónoma de procedencia del pedido", "status bestelling",
                    "都道府県"),
    "order postal": ("código postal del pedido", "code postal de la commande", "Postleitzahl",
                     "CAP dell'ordine", "código postal de procedencia del pedido",
                     "bestelling per post", "郵便番号"),
    "tax collection model": ("modelo de recaudación de impuestos",
                             "Modèle de perception des taxes", "Steuererhebungsmodell",
                             "modello di riscossione delle imposte",
                             "Formulario de recaudación de impuestos", "税金徴収型"),
    TOTAL: ("Gesamt", "totale", "totaal", "totalt", "合計"),
    STATUS: ("Statut de la transaction", "Transaktionsstatus", "Stato della transazione",
             "Estado de la transacción", "Transactiestatus", "トランザクションのステータス"),
    RELEASE: ("Date de sortie de la transaction", "Date de délivrance de la transaction",
              "Freigabedatum der Transaktion", "Data di rilascio della transazione",
              "Fecha de liberación de la transacción", "Publicatiedatum van transactie",
              "Transaktionens utgivningsdatum", "トランザクション開始日"),
}  # fmt: skip

_AMOUNTS: Mapping[str, Sequence[str]] = {
    "product sales": ("ventas de productos", "ventes de produits", "Umsätze", "Vendite",
                      "verkoop van producten", "försäljning av produkter", "商品売上"),
    "product sales tax": ("impuesto de ventas de productos", "Taxes sur la vente des produits",
                          "Produktumsatzsteuer", "imposta sulle vendite dei prodotti",
                          "商品の売上税"),
    "shipping credits": ("créditos de envío", "postage credits", "crédits d'expédition",
                         "Gutschrift für Versandkosten", "Accrediti per le spedizioni",
                         "abonos de envío", "Verzendtegoeden", "fraktkrediter", "配送料"),
    "shipping credits tax": ("postage credits tax", "impuesto de abono de envío",
                             "taxe sur les crédits d'expédition", "Steuer auf Versandgutschrift",
                             "imposta accrediti per le spedizioni",
                             "impuestos por abonos de envío", "配送料の税金"),
    "gift wrap credits": ("créditos por envoltorio de regalo", "crédits sur l'emballage cadeau",
                          "crédits d'emballage-cadeau", "Gutschrift für Geschenkverpackung",
                          "Accrediti per confezioni regalo", "abonos de envoltorio para regalo",
                          "kredietpunten cadeauverpakking", "krediter för presentinslagning",
                          "ギフト包装手数料"),
    "giftwrap credits tax": ("gift wrap credits tax", "impuesto de créditos de envoltura",
                             "Taxes sur les crédits cadeaux",
                             "Steuer auf Geschenkverpackungsgutschriften",
                             "imposta sui crediti confezione regalo",
                             "impuestos por abonos de envoltorio para regalo",
                             "ギフト包装クレジットの税金"),
    "regulatory fee": ("Tarifa reglamentaria",),
    "tax on regulatory fee": ("Impuesto sobre tarifa reglamentaria",),
    "amazon points": ("cost of points granted", "Amazonポイントの費用"),
    "promotional rebates": ("descuentos promocionales", "Rabais promotionnels",
                            "Total des réductions", "Rabatte aus Werbeaktionen",
                            "Sconti promozionali", "devoluciones promocionales",
                            "promotiekortingen", "kampanjrabatter", "プロモーション割引額"),
    "promotional rebates tax": ("impuesto de reembolsos promocionales",
                                "Taxes sur les remises promotionnelles",
                                "Steuer auf Aktionsrabatte", "imposta sugli sconti promozionali",
                                "impuestos de descuentos por promociones",
                                "プロモーション割引の税金"),
    # The older reports lump every tax the buyer paid, India's the tax liable.
    "sales tax collected": ("geïnde omzetbelasting", "inkasserad moms", "taxe de ventes prélevée",
                            "Total sales tax liable(GST before adjusting TCS)"),
    "marketplace withheld tax": ("marketplace facilitator tax",
                                 "impuesto de retenciones en la plataforma",
                                 "Taxes retenues sur le site de vente",
                                 "Einbehaltene Steuer auf Marketplace",
                                 "trattenuta IVA del marketplace",
                                 "impuesto retenido en el sitio web",
                                 "Belasting voor marketplace-facilitator",
                                 "Skatt för marknadsplatsförmedlare",
                                 "Taxe Marketplace Facilitator",
                                 "源泉徴収税を伴うマーケットプレイス"),
    "low value goods": (),
    "TCS-CGST": (),
    "TCS-SGST": (),
    "TCS-IGST": (),
    "TDS (Section 194-O)": (),
    "selling fees": ("tarifas de venta", "frais de vente", "Verkaufsgebühren",
                     "Commissioni di vendita", "verkoopkosten", "försäljningsavgifter", "手数料"),
    "fba fees": ("fulfilment by amazon fees", "fulfillment by amazon fees", "tarifas fba",
                 "Frais Expédié par Amazon", "Frais pour le service Expédié par Amazon",
                 "Gebühren zu Versand durch Amazon", "Costi del servizio Logistica di Amazon",
                 "tarifas de Logística de Amazon", "fba-vergoedingen", "fba-avgifter",
                 "FBA 手数料"),
    "other transaction fees": ("tarifas de otra transacción", "autres frais de transaction",
                               "Andere Transaktionsgebühren",
                               "Altri costi relativi alle transazioni",
                               "tarifas de otras transacciones", "overige transactiekosten",
                               "övriga transaktionsavgifter",
                               "トランザクションに関するその他の手数料"),
    "other": ("otro", "autre", "autres", "Andere", "Altro", "overige", "övrigt", "その他"),
}  # fmt: skip

AMOUNT_COLUMNS: tuple[str, ...] = tuple(_AMOUNTS)
COLUMN_NAMES: Mapping[str, Sequence[str]] = {**_ABOUT, **_AMOUNTS}
# A line that names all of these is the header.
NEEDED = (DATE, SETTLEMENT, TYPE, TOTAL, "product sales", "selling fees", "other")
