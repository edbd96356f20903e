"""What an import tells: per file, every row accounted for and every flag counted.

``rows = accepted + duplicates + rejected``, always. A row is accepted when at least one of its
values is new, a duplicate when all its values are stored already or it repeats within its file,
rejected when it was not read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from luhai.errors import LuhaiError
from luhai.observations.reading.result import ColumnUnderstanding, Question
from luhai.text import DEFAULT_LANGUAGE, Text


@dataclass(frozen=True)
class MemberReport:
    """One table of a file: a plain file itself, a sheet, a member of an archive.

    Attributes:
        file: name as shown, e.g. ``stations.zip/north/bay.csv``.
        sheet: sheet name, empty for text files.
        rows: data rows seen.
        accepted: rows with a new value.
        duplicates: rows whose values were all stored already, and repetitions within the table.
        rejected: rows not taken.
        values: values read.
        understanding: what each column was taken for.
        questions: what a person should answer.
        notes: what stands outside the data, what was assumed.
        refused: why the table could not be read at all, else ``None``.
    """

    file: str
    sheet: str
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    values: int = 0
    understanding: tuple[ColumnUnderstanding, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[Text, ...] = ()
    refused: LuhaiError | None = None

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "rows": self.rows,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "values": self.values,
            "understanding": [column.to_dict(language) for column in self.understanding],
            "questions": [question.to_dict(language) for question in self.questions],
            "notes": [note.render(language) for note in self.notes],
            "refused": self.refused.to_dict(language) if self.refused else None,
        }


@dataclass(frozen=True)
class FileReport:
    """What became of one file.

    Attributes:
        file: the file as named by the caller.
        file_hash: SHA-256 of its bytes, empty when it could not be read.
        import_id: name of the import; its report and rejects lie under this name in ``imports``.
        version: version of the store after the import.
        rows: data rows seen; accepted + duplicates + rejected.
        accepted: rows with a new value.
        duplicates: rows whose values were all stored already, and repetitions within the file.
        rejected: rows not taken, each in the rejects file with its reason.
        rejects_file: path of the rejects file, ``None`` when there is nothing in it.
        values: values read.
        new_values: values stored.
        flagged: number of stored values per quality flag.
        columns_rejected: columns that were not understood; they are in the rejects file as well.
        members: the tables of the file.
        skipped: why the file was left alone (in a folder, not a table), else ``None``.
        error: why the file could not be read, else ``None``; then nothing of it was stored.
    """

    file: str
    file_hash: str = ""
    import_id: str = ""
    version: int = -1
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    rejects_file: str | None = None
    values: int = 0
    new_values: int = 0
    flagged: dict[str, int] = field(default_factory=dict)
    columns_rejected: int = 0
    members: tuple[MemberReport, ...] = ()
    skipped: Text | None = None
    error: LuhaiError | None = None

    @property
    def faultless(self) -> bool:
        """Whether every row and column of the file was taken or known before."""
        return (
            self.error is None
            and not self.rejected
            and not self.columns_rejected
            and all(member.refused is None for member in self.members)
        )

    @property
    def understanding(self) -> tuple[ColumnUnderstanding, ...]:
        """What the columns were taken for, of the first table that has any."""
        return next((member.understanding for member in self.members if member.understanding), ())

    @property
    def questions(self) -> tuple[Question, ...]:
        """Questions of all tables, each once."""
        return _once(question for member in self.members for question in member.questions)

    @property
    def notes(self) -> tuple[Text, ...]:
        """Notes of all tables, each once."""
        return _once(note for member in self.members for note in member.notes)

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return {
            "file": self.file,
            "rows": self.rows,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "rejects_file": self.rejects_file,
            "file_hash": self.file_hash,
            "import_id": self.import_id,
            "version": self.version,
            "values": self.values,
            "new_values": self.new_values,
            "flagged": self.flagged,
            "columns_rejected": self.columns_rejected,
            "skipped": self.skipped.render(language) if self.skipped else None,
            "error": self.error.to_dict(language) if self.error else None,
            "members": [member.to_dict(language) for member in self.members],
        }


def with_rejects_file(report: FileReport, path: str | None) -> FileReport:
    """The report with the path of its rejects."""
    return replace(report, rejects_file=path)


def _once(items: Any) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(items))
