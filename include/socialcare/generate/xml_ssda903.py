"""The looked-after return as one XML file: the elements that DfE's public validator reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from socialcare.generate.rows import Ints, Rows
from socialcare.generate.told_ssda903 import TABLES
from socialcare.generate.xml_text import Pieces, element, joined

#: The element of each table within a child, in this order; those above the episodes are within its HEADER.
_ELEMENTS = {
    **{"reviews": "AREVIEW", "missing": "AMISSING", "oc2": "OC2", "prev_perm": "PERMANENCE"},
    **{"placed_adoption": "AD_PLACED", "sw_episodes": "SW_EPISODE", "dolo": "DOLO"},
}
#: Tables with one row for a child, told among the child's own elements.
_OF_THE_CHILD = ("uasc", "oc3", "ad1")
_RENAMED = {"CHILD": "CHILDID", "PLACE": "PL"}
_AT_ONCE = 20_000
_HEADER, _OWN, _WITHIN, _HEADER_ENDS, _EPISODES, _ENDS = range(6)


def write(told: Mapping[str, Rows]) -> Iterator[str]:
    """Yield the file, some thousands of children at a time. Every child of any table is in the header."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<!-- SYNTHETIC: no real child is in this file -->\n<EXPSSDA903>\n'
    ids = told["header"]["CHILD"]
    order = np.argsort(ids, kind="stable")
    places = {name: order[np.searchsorted(ids, rows["CHILD"], sorter=order)] for name, rows in told.items()}
    for first in range(0, len(ids), _AT_ONCE):
        yield _part(told, places, first, first + _AT_ONCE).text()
    yield "</EXPSSDA903>\n"


def _part(told: Mapping[str, Rows], places: Mapping[str, Ints], first: int, after: int) -> Pieces:
    made = Pieces()
    for name, rows in told.items():
        here = (places[name] >= first) & (places[name] < after)
        rows, place = rows.where(here), places[name][here]
        number = np.arange(len(rows))
        if name == "header":
            made.add(joined("<CHILD>\n<HEADER>\n", _cells(name, rows)), place, _HEADER, 0, 0)
            for text, at in (("</HEADER>\n", _HEADER_ENDS), ("</CHILD>\n", _ENDS)):
                made.add(pa.array([text] * len(rows)), place, at, 0, 0)
        elif name in _OF_THE_CHILD:
            made.add(
                _cells(name, rows, without=("CHILD", "DOB", "SEX")), place, _OWN, _OF_THE_CHILD.index(name), number
            )
        elif name == "episodes":
            cells = joined("<EPISODE>\n", _cells(name, rows, without=("CHILD",)), "</EPISODE>\n")
            made.add(cells, place, _EPISODES, 0, number)
        else:
            tag = _ELEMENTS[name]
            cells = joined(f"<{tag}>\n", _cells(name, rows, without=("CHILD", "DOB")), f"</{tag}>\n")
            made.add(cells, place, _WITHIN, list(_ELEMENTS).index(name), number)
    return made


def _cells(table: str, rows: Rows, without: tuple[str, ...] = ()) -> pa.Array:
    wanted = [name for name in TABLES[table] if name not in without]
    extra = [element("UASC", np.full(len(rows), "1"))] if table == "uasc" else []
    return joined(*extra, *(element(_RENAMED.get(name, name), rows[name]) for name in wanted))
