"""Where a city's data live on disk: one folder, the same layout everywhere.

workspace.toml     what this workspace is: plan folder, demonstration mark, creation time
observations/      the observation store (Delta table)
files/             imported files as they came, named by the hash of their content
imports/           one JSON report and one rejects file per import
results/           result tables of the last analysis, with the versions they rest on
web/               the web server's database and secrets
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from luhai.errors import InputError, NotFoundError
from luhai.text import Text

_FILE = "workspace.toml"


@dataclass(frozen=True)
class Workspace:
    """A workspace on disk.

    Attributes:
        root: its folder.
        plan: folder of the plan it works for, or ``None`` when it has none.
        demonstration: whether its data are invented; every page and export then says so.
    """

    root: Path
    plan: Path | None = None
    demonstration: bool = False

    @classmethod
    def open(cls, root: str | Path) -> Workspace:
        """Open an existing workspace.

        Raises:
            NotFoundError: ``root`` holds no workspace.
            InputError: its ``workspace.toml`` cannot be read.
        """
        folder = Path(root)
        file = folder / _FILE
        if not file.is_file():
            raise NotFoundError(
                Text("No workspace here."),
                where=str(folder),
                remedy=Text("Create one with: luhai init FOLDER --plan PLAN_FOLDER."),
            )
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(
                Text("The workspace description cannot be read: {error}.", {"error": str(error)}),
                where=str(file),
                remedy=Text(
                    "Mend the file or create the workspace again; the data are not touched."
                ),
            ) from error
        plan = content.get("plan", "")
        return cls(
            root=folder,
            plan=(folder / plan).resolve() if plan else None,
            demonstration=bool(content.get("demonstration", False)),
        )

    @classmethod
    def create(
        cls, root: str | Path, plan: str | Path | None = None, *, demonstration: bool = False
    ) -> Workspace:
        """Create a workspace, or bring the description of an existing one up to date."""
        folder = Path(root)
        folder.mkdir(parents=True, exist_ok=True)
        relative = os.path.relpath(Path(plan).resolve(), folder.resolve()) if plan else ""
        lines = [
            f'plan = "{relative.replace(os.sep, "/")}"',
            f"demonstration = {'true' if demonstration else 'false'}",
            f'created = "{datetime.now(UTC).isoformat(timespec="seconds")}"',
            "",
        ]
        write_atomically(folder / _FILE, "\n".join(lines).encode())
        return cls.open(folder)

    @classmethod
    def open_or_create(cls, root: str | Path) -> Workspace:
        """Open a workspace, creating one without a plan when the folder holds none."""
        if (Path(root) / _FILE).is_file():
            return cls.open(root)
        return cls.create(root)

    @property
    def observations(self) -> Path:
        """Folder of the observation store."""
        return self.root / "observations"

    @property
    def files(self) -> Path:
        """Folder of imported files, named by content."""
        return self.root / "files"

    @property
    def imports(self) -> Path:
        """Folder of import reports and rejects."""
        return self.root / "imports"

    @property
    def results(self) -> Path:
        """Folder of result tables."""
        return self.root / "results"

    @property
    def web(self) -> Path:
        """Folder of the web server's own state."""
        return self.root / "web"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new content, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
