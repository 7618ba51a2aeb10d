"""Amazon's marketplace ids and the names its reports use for them.

Source: "Marketplace IDs" in the Selling Partner API documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "A13V1IB3VIYZZH": "Amazon.fr",
        "A17E79C6D8DWNP": "Amazon.sa",
        "A1805IZSGTT6HS": "Amazon.nl",
        "A19VAU5U5O7RUS": "Amazon.sg",
        "A1AM78C64UM0Y8": "Amazon.com.mx",
        "A1C3SOZRARQ6R3": "Amazon.pl",
        "A1F83G8C2ARO7P": "Amazon.co.uk",
        "A1PA6795UKMFR9": "Amazon.de",
        "A1RKKUPIHCS9HS": "Amazon.es",
        "A1VC38T7YXB528": "Amazon.co.jp",
        "A21TJRUUN4KGV": "Amazon.in",
        "A28R8C7NBKEWEA": "Amazon.ie",
        "A2EUQ1WTGCTBG2": "Amazon.ca",
        "A2NODRKZP88ZB9": "Amazon.se",
        "A2Q3Y263D00KWC": "Amazon.com.br",
        "A2VIGQ35RCS4UG": "Amazon.ae",
        "A33AVAJ2PDY3EV": "Amazon.com.tr",
        "A39IBJ37TRP1C6": "Amazon.com.au",
        "AE08WJ6YKNBMC": "Amazon.co.za",
        "AMEN7PMS3EDWL": "Amazon.com.be",
        "APJ6JRA9NG5V4": "Amazon.it",
        "ARBP9OOSHTCHU": "Amazon.eg",
        "ATVPDKIKX0DER": "Amazon.com",
    }
)


def marketplace_name(name: object, marketplace_id: object) -> str:
    """Return the marketplace's name as given, else the name of its id, else the id itself."""
    if isinstance(name, str) and name.strip():
        return name.strip()
    text = marketplace_id.strip() if isinstance(marketplace_id, str) else ""
    return NAMES.get(text, text)
