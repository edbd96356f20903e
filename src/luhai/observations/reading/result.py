"""What came of reading one table: the observations, and an account of everything else.

Every data row is in exactly one of three states (read, repeated, rejected); every column says what
it was taken for and how sure that is; what stands outside the data is listed in the notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from luhai.errors import InputError
from luhai.observations.schema import OBSERVATION_SCHEMA, REJECT_SCHEMA
from luhai.text import DEFAULT_LANGUAGE, Text

ROW_STATE_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int32(),
    "state": pl.String(),  # read | repeated | rejected
    "reason": pl.String(),  # code of the first reason of a rejected row, else ""
}

CONTEXT_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int32(),
    "place": pl.String(),
    "context": pl.String(),  # e.g. 甲省/乙流域, "" when the file says nothing
    "longitude": pl.Float64(),  # degrees east as stated, null when not
    "latitude": pl.Float64(),  # degrees north as stated, null when not
}


@dataclass(frozen=True)
class Question:
    """Something that the reader does not guess and a person can answer.

    Attributes:
        code: ``year_missing``, ``unit_doubtful``, ``medium_missing``, ``date_order``,
            ``indicator_doubtful``.
        text: the question.
        column: letter of the column it is about, empty when it is about the whole table.
        options: answers to choose from, empty when it is free.
    """

    code: str
    text: Text
    column: str = ""
    options: tuple[str, ...] = ()

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return {
            "code": self.code,
            "text": self.text.render(language),
            "column": self.column,
            "options": list(self.options),
        }


@dataclass(frozen=True)
class ColumnUnderstanding:
    """What a column was taken for.

    Attributes:
        column: its letter, as a spreadsheet counts.
        header: its header as written; the parts of a header of several rows joined by `` / ``.
        role: ``indicator`` or another role of ``roles.csv``; ``unknown`` when not understood.
        indicator: code of the indicator, empty for other roles.
        unit: unit that the values are read in, empty when there is none.
        unit_text: the unit as written, empty when it was not.
        unit_source: ``header``, ``unit row``, ``mapping``, ``assumed`` or empty.
        certainty: how sure the detection is, 0 … 1.
        layer: water layer named by the header, empty when none is.
        question: what should be asked about it, or ``None``.
    """

    column: str
    header: str
    role: str
    indicator: str = ""
    unit: str = ""
    unit_text: str = ""
    unit_source: str = ""
    certainty: float = 1.0
    layer: str = ""
    question: Text | None = None

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return {
            "column": self.column,
            "header": self.header,
            "role": self.role,
            "indicator": self.indicator,
            "unit": self.unit,
            "unit_text": self.unit_text,
            "unit_source": self.unit_source,
            "certainty": round(self.certainty, 3),
            "layer": self.layer,
            "question": self.question.render(language) if self.question else "",
        }


@dataclass(frozen=True)
class ReadResult:
    """One table, or one batch of rows of a long table.

    Attributes:
        file: name as shown, e.g. ``stations.zip/甲省/乙河/某断面.csv``.
        file_hash: SHA-256 of the bytes of the outermost file.
        sheet: sheet name, empty for text files.
        batch: number of the batch, from 0; ``rows`` and tables hold this batch only.
        rows: data rows seen; equals the height of ``row_states``.
        row_states: one row per data row, :data:`ROW_STATE_SCHEMA`.
        observations: one row per value, :data:`~luhai.observations.schema.OBSERVATION_SCHEMA`.
        rejects: what was not taken, :data:`~luhai.observations.schema.REJECT_SCHEMA`.
        understanding: what each column was taken for.
        questions: what a person should answer before the rest can go in.
        notes: what stands outside the data rows, and what was assumed.
        place_contexts: context and position of each read row, :data:`CONTEXT_SCHEMA`; input of
            :func:`~luhai.observations.reading.places.qualify_places`.
        refused: why this member or sheet could not be read at all, else ``None``. A plain file
            that cannot be read raises instead.
    """

    file: str
    file_hash: str
    sheet: str = ""
    batch: int = 0
    rows: int = 0
    row_states: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ROW_STATE_SCHEMA))
    observations: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=OBSERVATION_SCHEMA)
    )
    rejects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECT_SCHEMA))
    understanding: tuple[ColumnUnderstanding, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[Text, ...] = ()
    place_contexts: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=CONTEXT_SCHEMA)
    )
    refused: InputError | None = None

    def count(self, state: str) -> int:
        """Number of data rows in one state (``read``, ``repeated`` or ``rejected``)."""
        return int((self.row_states["state"] == state).sum())
