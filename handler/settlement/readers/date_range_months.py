"""Names of months as date-range reports write them, language by language.

Short and long forms, folded and without dots ("Sept." is ``sept``). No name means two different
months in this table, yet a file keeps to one language: which one is settled from its dates.
"""

from __future__ import annotations

from collections.abc import Mapping

# Twelve months of each language, one "/" between them.
_NAMES = {
    "English": """jan january / feb february / mar march / apr april / may / jun june / jul july /
        aug august / sep sept september / oct october / nov november / dec december""",
    "French": """janv jan janvier / févr fév février / mars / avr avril / mai / juin /
        juil juillet / août / sept septembre / oct octobre / nov novembre / déc décembre""",
    "German": """jan januar jän jänner / feb februar / mär märz mrz / apr april / mai / jun juni /
        jul juli / aug august / sep sept september / okt oktober / nov november / dez dezember""",
    "Italian": """gen gennaio / feb febbraio / mar marzo / apr aprile / mag maggio / giu giugno /
        lug luglio / ago agosto / set sett settembre / ott ottobre / nov novembre / dic dicembre""",
    "Spanish": """ene enero / feb febrero / mar marzo / abr abril / may mayo / jun junio /
        jul julio / ago agosto / sep sept septiembre / oct octubre / nov noviembre /
        dic diciembre""",
    "Dutch": """jan januari / feb februari / mrt maart / apr april / mei / jun juni / jul juli /
        aug augustus / sep sept september / okt oktober / nov november / dec december""",
    "Swedish": """jan januari / feb februari / mar mars / apr april / maj / jun juni / jul juli /
        aug augusti / sep sept september / okt oktober / nov november / dec december""",
    "Polish": """sty stycznia styczeń / lut lutego luty / mar marca marzec / kwi kwietnia kwiecień /
        maj maja / cze czerwca czerwiec / lip lipca lipiec / sie sierpnia sierpień /
        wrz września wrzesień / paź października październik / lis listopada listopad /
        gru grudnia grudzień""",
    "Turkish": """oca ocak / şub şubat / mar mart / nis nisan / may mayıs / haz haziran /
        tem temmuz / ağu ağustos / eyl eylül / eki ekim / kas kasım / ara aralık""",
}


def _numbered(names: str) -> Mapping[str, int]:
    return {
        name: number for number, forms in enumerate(names.split("/"), 1) for name in forms.split()
    }


# language -> name of a month -> its number
MONTHS: Mapping[str, Mapping[str, int]] = {
    language: _numbered(names) for language, names in _NAMES.items()
}
