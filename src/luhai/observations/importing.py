"""How files become observations: read, checked, compared with the store, kept, accounted for.

One file is one transaction: either all that could be read of it is stored, or nothing. Files of one
call are independent, so that one that cannot be read does not hold up the others. The order of
steps makes a killed import harmless: the file is kept before the store names it, the store changes
in one commit, and the report is written last; a repeat finds the rows known and writes the report.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from luhai.errors import InputError, LuhaiError
from luhai.observations.filing import keep_file, write_rejects, write_report
from luhai.observations.locking import StoreBusyError
from luhai.observations.ordering import Codes, Mask, rank
from luhai.observations.place_contexts import (
    load_contexts,
    only_contexts,
    qualified,
    save_contexts,
    with_context,
)
from luhai.observations.quality import FLAG_SEPARATOR, flag_ordered
from luhai.observations.reading import ReadOptions, ReadResult, load_mapping, read_path
from luhai.observations.reading.mapping import Mapping as HeaderMapping
from luhai.observations.reading.places import qualify_places
from luhai.observations.reports import FileReport, MemberReport
from luhai.observations.schema import REJECT_SCHEMA
from luhai.observations.staging import StagedObservations
from luhai.observations.store import Compared, ObservationStore, StoreWriter
from luhai.plan.places import PlaceRegister, load_places
from luhai.text import DEFAULT_LANGUAGE, N_, Text
from luhai.workspace import Workspace

Progress = Callable[[int, int, str], None]
"""Called with the files done, the files in all, and the name of the file at hand."""


def import_paths(
    paths: Sequence[str | Path],
    workspace: Workspace,
    *,
    medium: str | None = None,
    year: int | None = None,
    mapping: str | Path | HeaderMapping | None = None,
    progress: Progress | None = None,
    language: str = DEFAULT_LANGUAGE,
    rejects_as_excel: bool = False,
    now: datetime | None = None,
) -> list[FileReport]:
    """Import files, folders and archives into a workspace.

    Args:
        paths: files and folders; folders are walked, hidden files in them passed over.
        workspace: where to; when its plan has a register of places, unknown places are rejected.
        medium: the water that all rows are of, or ``None`` to let register and files say.
        year: the year of dates written without one, or ``None`` to let the files say.
        mapping: what this laboratory means by its headers, or the path of such a TOML file.
        progress: called before and after each file.
        language: language of the sentences in the rejects files.
        rejects_as_excel: whether rejects are written as ``.xlsx`` instead of ``.csv``.
        now: the moment that dates "in the future" are meant from; the present when ``None``.

    Returns:
        One report per file. A file that cannot be read has its reason in ``error``.

    Raises:
        InputError: a path does not exist, the mapping, the register or the workspace is damaged,
            or another import holds the store.
    """
    options = reading_options(
        workspace, medium=medium, year=year, mapping=mapping, language=language
    )
    found = find_files(paths)
    load_contexts(workspace)  # damage to the workspace is no fault of a file: raise it first
    reports = []
    for position, (path, is_named) in enumerate(found):
        if progress is not None:
            progress(position, len(found), path.name)
        job = _ImportJob(path, workspace, options, rejects_as_excel, now)
        reports.append(job.run() if is_named or looks_like_table(path) else skipped(path))
    if progress is not None:
        progress(len(found), len(found), "")
    return reports


def reading_options(
    workspace: Workspace,
    *,
    medium: str | None = None,
    year: int | None = None,
    mapping: str | Path | HeaderMapping | None = None,
    language: str = DEFAULT_LANGUAGE,
) -> ReadOptions:
    """What the readers are told in a workspace: its register, and what the caller states."""
    if isinstance(mapping, str | Path):
        mapping = load_mapping(mapping)
    return ReadOptions(
        medium=medium,
        year=year,
        mapping=mapping,
        register=workspace_register(workspace),
        language=language,
    )


def workspace_register(workspace: Workspace) -> PlaceRegister | None:
    """The places of the workspace's plan; ``None`` without a plan or a register in it."""
    if workspace.plan is None:
        return None
    file = workspace.plan / "places.csv"
    return load_places(file) if file.is_file() else None


TABLE_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".zip", ".json", ".gz")
"""Files of a folder that are taken for tables; a file that is named itself is always tried."""


def find_files(paths: Sequence[str | Path]) -> list[tuple[Path, bool]]:
    """Files to import, each once, with whether the caller named it (else it lay in a folder).

    A workspace inside a folder is passed over: its files were imported already.

    Raises:
        InputError: a path does not exist, or is a folder without any file.
    """
    found: dict[Path, bool] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = _files_inside(path)
            if not inside:
                raise InputError(
                    Text("The folder holds no file."),
                    where=str(path),
                    remedy=Text("Name the folder that holds the files."),
                )
            for file in inside:
                found.setdefault(file, False)
        elif path.is_file():
            found[path] = True
        else:
            raise InputError(
                Text("There is no such file or folder."),
                where=str(path),
                remedy=Text("Check the spelling of the path."),
            )
    return list(found.items())


def _files_inside(folder: Path) -> list[Path]:
    """Files of a folder and of its folders, without those that are nobody's data."""
    workspaces = {file.parent for file in folder.rglob("workspace.toml")} - {folder}
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        # Hidden files and the lock files of office programs.
        and not any(part.startswith((".", "~$")) for part in file.relative_to(folder).parts)
        and workspaces.isdisjoint(file.parents)
    ]


def looks_like_table(path: Path) -> bool:
    """Whether a file of a folder is taken for a table by its name."""
    return path.suffix.lower() in TABLE_SUFFIXES


def skipped(path: Path) -> FileReport:
    """Report of a file of a folder that was left alone."""
    return FileReport(
        file=str(path),
        skipped=Text(
            N_("Left alone: {suffix} is no format of tables ({known})."),
            {"suffix": path.suffix or path.name, "known": " ".join(TABLE_SUFFIXES)},
        ),
    )


@dataclass
class ReadFile:
    """All that was read of one file: rows waiting, and the account of its tables."""

    staged: StagedObservations
    register: PlaceRegister | None = None
    file_hash: str = ""
    members: dict[tuple[str, str], MemberReport] = field(default_factory=dict)
    rows_read: dict[tuple[str, str], int] = field(default_factory=dict)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    columns_rejected: int = 0

    contexts: list[ReadResult] = field(default_factory=list)

    def add(self, result: ReadResult) -> None:
        """Add one table, or one batch of rows of a table."""
        key = (result.file, result.sheet)
        before = self.members.get(key, MemberReport(result.file, result.sheet))
        self.file_hash = result.file_hash or self.file_hash
        self.members[key] = replace(
            before,
            rows=before.rows + result.rows,
            duplicates=before.duplicates + result.count("repeated"),
            rejected=before.rejected + result.count("rejected"),
            values=before.values + result.observations.height,
            understanding=before.understanding or result.understanding,
            questions=tuple(dict.fromkeys((*before.questions, *result.questions))),
            notes=tuple(dict.fromkeys((*before.notes, *result.notes))),
            refused=before.refused or result.refused,
        )
        self.rows_read[key] = self.rows_read.get(key, 0) + result.count("read")
        self.staged.add(with_context(result))
        self.contexts.append(only_contexts(result))
        if result.rejects.height:
            self.rejects.append(result.rejects)
            rejected = result.row_states.filter(pl.col("state") == "rejected")
            self.columns_rejected += result.rejects.join(
                rejected.select("row"), on="row", how="anti"
            ).height

    @property
    def rejects_frame(self) -> pl.DataFrame:
        """All rows and columns that were not taken."""
        return pl.concat(self.rejects) if self.rejects else pl.DataFrame(schema=REJECT_SCHEMA)


def read_file(path: Path, options: ReadOptions, staged: StagedObservations) -> ReadFile:
    """Read a file to its end; its rows wait in ``staged``.

    Raises:
        InputError: the file cannot be read as a whole.
    """
    content = ReadFile(staged, options.register)
    for result in read_path(path, options):
        content.add(result)
    return content


@dataclass
class RowAccount:
    """Which rows of which tables gave values, and which gave new ones."""

    with_values: dict[tuple[str, str], int] = field(default_factory=dict)
    with_new_values: dict[tuple[str, str], int] = field(default_factory=dict)
    values: int = 0
    new_values: int = 0
    flagged: dict[str, int] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame, is_new: Mask) -> None:
        """Count a group of whole places: rows of a table lie in one group."""
        tables = _Tables(frame)
        for counts, mask in ((self.with_values, None), (self.with_new_values, is_new)):
            for table, rows in tables.distinct_rows(mask).items():
                counts[table] = counts.get(table, 0) + rows
        self.values += frame.height
        self.new_values += int(is_new.sum())
        self._count_flags(frame.filter(pl.Series(is_new)) if not is_new.all() else frame)

    def _count_flags(self, frame: pl.DataFrame) -> None:
        marked = frame.filter(pl.col("flag") != "")["flag"]
        words = marked.str.split(FLAG_SEPARATOR).explode().value_counts()
        for flag, count in words.iter_rows():
            self.flagged[flag] = self.flagged.get(flag, 0) + count


class _Tables:
    """Rows of a frame by the table (file and sheet) and the row number they came from."""

    def __init__(self, frame: pl.DataFrame) -> None:
        file, _ = rank(frame["file"])
        sheet, sheets = rank(frame["sheet"])
        self._table = file * len(sheets) + sheet
        self._row = frame["row"].cast(pl.Int64).to_numpy()
        self._names = frame.select("file", "sheet")

    def distinct_rows(self, mask: Mask | None) -> dict[tuple[str, str], int]:
        """Number of distinct rows of each table among the masked ones."""
        table = self._table if mask is None else self._table[mask]
        row = self._row if mask is None else self._row[mask]
        if table.size == 0:
            return {}
        width = int(row.max()) + 1
        keys = _distinct(table * width + row)
        tables, counts = np.unique(keys // width, return_counts=True)
        first = self._first_of(tables)
        return {
            self._names.row(int(position)): int(count)
            for position, count in zip(first, counts, strict=True)
        }

    def _first_of(self, tables: Codes) -> Codes:
        known, first = np.unique(self._table, return_index=True)
        positions: Codes = first[np.searchsorted(known, tables)]
        return positions


def _distinct(keys: Codes) -> Codes:
    """Distinct keys, sorted; by ticking them off where they are dense."""
    highest = int(keys.max())
    if highest > 20 * keys.size + 1_000_000:
        return np.unique(keys)
    seen = np.zeros(highest + 1, dtype=np.bool_)
    seen[keys] = True
    return np.flatnonzero(seen)


def compare_and_flag(
    content: ReadFile,
    places: Mapping[tuple[str, str], str],
    store: ObservationStore,
    account: RowAccount,
    now: datetime | None,
) -> Iterator[tuple[Compared, pl.DataFrame]]:
    """Groups of whole places set against the store, and their rows with their flags.

    Args:
        content: the file that was read.
        places: what each name in its context is called.
        store: the store to compare with.
        account: where rows and flags are counted.
        now: the moment of the check.
    """
    for group in content.staged.groups():
        compared = store.compare(qualified(group, places, content.register))
        flagged = flag_ordered(compared.ordered, now=now, found={"conflict": compared.contradicts})
        account.add(flagged, compared.is_new)
        yield compared, flagged


@dataclass(frozen=True)
class _ImportJob:
    """The import of one file."""

    path: Path
    workspace: Workspace
    options: ReadOptions
    rejects_as_excel: bool
    now: datetime | None

    def run(self) -> FileReport:
        """Import the file; a file that cannot be read gives a report with its error."""
        import_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        try:
            report = self._import(import_id)
        except StoreBusyError:
            # No fault of the file: nothing of this call can be stored now.
            raise
        except LuhaiError as error:
            report = FileReport(str(self.path), import_id=import_id, error=error)
        write_report(self.workspace, import_id, self._document(report))
        return report

    def _import(self, import_id: str) -> FileReport:
        store = ObservationStore(self.workspace)
        with StagedObservations() as staged:
            content = read_file(self.path, self.options, staged)
            keep_file(self.path, self.workspace, expected_hash=content.file_hash)
            account = RowAccount()
            with store.writer(import_id=import_id) as writer:
                version = self._store(writer, content, account)
        return self._report(import_id, content, account, version)

    def _store(self, writer: StoreWriter, content: ReadFile, account: RowAccount) -> int:
        def new_rows() -> Iterator[pl.DataFrame]:
            # Under the lock: no other import can give the same context another name meanwhile.
            known = load_contexts(self.workspace)
            places = qualify_places(content.contexts, known).known
            if places != known:
                save_contexts(self.workspace, places)
            store = writer.store
            for compared, flagged in compare_and_flag(content, places, store, account, self.now):
                everything = compared.is_new.all()
                yield flagged if everything else flagged.filter(pl.Series(compared.is_new))
            # Before the commit: an account that does not add up stores nothing.
            account_for_rows(content, account)

        return writer.commit(new_rows()).version

    def _report(
        self, import_id: str, content: ReadFile, account: RowAccount, version: int
    ) -> FileReport:
        members = account_for_rows(content, account)
        rejects_file = None
        if content.rejects:
            rejects_file = str(
                write_rejects(
                    self.workspace,
                    import_id,
                    content.rejects_frame,
                    excel=self.rejects_as_excel,
                )
            )
        return FileReport(
            file=str(self.path),
            file_hash=content.file_hash,
            import_id=import_id,
            version=version,
            rows=sum(member.rows for member in members),
            accepted=sum(member.accepted for member in members),
            duplicates=sum(member.duplicates for member in members),
            rejected=sum(member.rejected for member in members),
            rejects_file=rejects_file,
            values=account.values,
            new_values=account.new_values,
            flagged=dict(sorted(account.flagged.items())),
            columns_rejected=content.columns_rejected,
            members=members,
        )

    def _document(self, report: FileReport) -> dict[str, object]:
        stated = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "medium": self.options.medium,
            "year": self.options.year,
        }
        return stated | report.to_dict(self.options.language)


def account_for_rows(content: ReadFile, account: RowAccount) -> tuple[MemberReport, ...]:
    """The tables of a file with every row accepted, duplicate or rejected.

    Raises:
        InputError: a row was read but gave no value, or rows do not add up: the reader is at fault,
            and a wrong account is worse than none.
    """
    members = []
    for key, member in content.members.items():
        read = content.rows_read.get(key, 0)
        with_values = account.with_values.get(key, 0)
        if read != with_values or member.rows != read + member.duplicates + member.rejected:
            raise InputError(
                Text(
                    "The rows of the table do not add up: {rows} rows, {read} read, "
                    "{with_values} with values, {repeated} repeated, {rejected} rejected.",
                    {
                        "rows": member.rows,
                        "read": read,
                        "with_values": with_values,
                        "repeated": member.duplicates,
                        "rejected": member.rejected,
                    },
                ),
                where=f"{member.file} {member.sheet}".strip(),
                remedy=Text("This is a fault of luhai: please report it with the file."),
            )
        accepted = account.with_new_values.get(key, 0)
        members.append(
            replace(member, accepted=accepted, duplicates=member.duplicates + read - accepted)
        )
    return tuple(members)
