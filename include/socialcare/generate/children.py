"""Made-up children: who they are. Every identifier is plainly synthetic, and none can be a real one."""

from __future__ import annotations

import numpy as np

from socialcare.generate.rows import YEAR, Bools, Days, Ints, Random, Rows, Texts, chance, numbered, pick

#: Where made-up homes are. The last two letters are always ZZ, which no real postcode of these has.
_AREAS = {
    "durham": ("DH1", "DH6", "DH7", "DL1", "DL5", "DL14", "SR8"),
    "south_tyneside": ("NE31", "NE32", "NE33", "NE34", "NE35"),
    "redcar_and_cleveland": ("TS6", "TS10", "TS11", "TS12", "TS13"),
}
#: DfE's numbers of the councils; any other council gets 999, which no authority has.
DFE_CODES = {"durham": "840", "south_tyneside": "393", "redcar_and_cleveland": "807"}
_ETHNIC = {
    **{"WBRI": 0.86, "WOTH": 0.03, "MWBC": 0.03, "MWAS": 0.02, "APKN": 0.02},
    **{"BAFR": 0.02, "OOTH": 0.01, "NOBT": 0.01},
}
_ETHNIC_OF_UASC = {"BAFR": 0.3, "OOTH": 0.4, "AOTH": 0.3}
DISABILITIES = ("LD", "BEH", "AUT", "COMM", "MOB", "HAND", "PC", "INC", "HEAR", "VIS", "CON", "DDA")
_CHECK_LETTERS = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"))


def make(
    random: Random, council_id: str, born: Days, is_uasc: Bools, first: int, named_from: int | None = None
) -> Rows:
    """Make one child for each day of birth; ``first`` is the number of the first, and its name's too if not told."""
    count = len(born)
    number = np.arange(first, first + count)
    named = number if named_from is None else np.arange(named_from, named_from + count)
    disabled = chance(random, count, 0.13)
    kinds = random.integers(0, len(DISABILITIES), (2, count))
    names = np.array(DISABILITIES)
    return Rows(
        {
            "number": number,
            "id": identifiers(council_id, named),
            "born": born,
            "sex": np.where(is_uasc & chance(random, count, 0.9), "M", pick(random, count, {"M": 0.54, "F": 0.46})),
            "ethnic": np.where(is_uasc, pick(random, count, _ETHNIC_OF_UASC), pick(random, count, _ETHNIC)),
            "upn": pupil_numbers(council_id, named),
            "is_uasc": is_uasc,
            "disability": np.where(disabled, names[kinds[0]], "NONE"),
            "second_disability": np.where(
                disabled & (kinds[0] != kinds[1]) & chance(random, count, 0.4), names[kinds[1]], ""
            ),
            "home": postcodes(random, council_id, count),
        }
    )


def identifiers(council_id: str, numbers: Ints) -> Texts:
    """Return the council's own numbers of children: letters and digits only, as the census asks."""
    return numbered(f"SYN{council_id[:3].upper()}", numbers + 1, 7)


def pupil_numbers(council_id: str, numbers: Ints) -> Texts:
    """Return pupil numbers with a right check letter; their school, 0000 to 0099, does not exist."""
    digits = numbered(DFE_CODES.get(council_id, "999") + "00", numbers % 10_000_000, 7)
    columns = digits.astype("<U12").view("<U1").reshape(len(numbers), 12).astype(np.int64)
    letters = _CHECK_LETTERS[(columns * np.arange(2, 14)).sum(axis=1) % 23]
    return np.strings.add(letters, digits)


def postcodes(random: Random, council_id: str, count: int, sectors: tuple[int, ...] = (1, 2, 3, 4)) -> Texts:
    """Return made-up postcodes in the council's area; homes have sectors of their own."""
    there = np.array([f"{area} {sector}ZZ" for area in _AREAS.get(council_id, ("ZE9",)) for sector in sectors])
    return there[random.integers(0, len(there), count)]


def ages_in_days(random: Random, count: int) -> Ints:
    """Draw ages of children known to a council: from birth to nearly eighteen."""
    return np.clip(random.beta(1.1, 1.2, count) * 18 * YEAR, 20, 17.95 * YEAR).astype(np.int64)
