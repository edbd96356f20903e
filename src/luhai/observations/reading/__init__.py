"""What does a file say, as it came from a laboratory, a station or a bureau?

:func:`read_path` reads every table of a file and accounts for every row; :func:`raw_rows` shows a
row as it was written; :func:`load_mapping` loads what a laboratory means by its headers;
:func:`qualify_places` tells places of the same name apart. See ``docs/observations-reading.md``.
"""

from luhai.observations.reading.cells import Cell, parse_cell, parse_cells
from luhai.observations.reading.mapping import ColumnRule, Mapping, load_mapping, mapping_from
from luhai.observations.reading.options import Limits, ReadOptions
from luhai.observations.reading.places import QualifiedPlaces, qualify_places
from luhai.observations.reading.raw import raw_rows
from luhai.observations.reading.reader import read_path
from luhai.observations.reading.reasons import REASONS
from luhai.observations.reading.result import ColumnUnderstanding, Question, ReadResult

__all__ = [
    "REASONS",
    "Cell",
    "ColumnRule",
    "ColumnUnderstanding",
    "Limits",
    "Mapping",
    "QualifiedPlaces",
    "Question",
    "ReadOptions",
    "ReadResult",
    "load_mapping",
    "mapping_from",
    "parse_cell",
    "parse_cells",
    "qualify_places",
    "raw_rows",
    "read_path",
]
