"""Keep the message catalogues in step with the code: ``messages.py [update|compile|check]``.

``update`` extracts message ids of every room into its Chinese catalogue, ``compile`` writes the
``.mo`` files that run-time reads, ``check`` fails when a catalogue lacks a message, a translation or
its compiled form.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "luhai"
LANGUAGE = "zh_Hans"
KEYWORDS = {
    "N_": None,
    "Text": None,
    "translate": None,
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def catalogue_path(room: Path) -> Path:
    """Catalogue of one room; Django looks for its own name."""
    name = "django" if room.name == "web" else "luhai"
    return room / "locale" / LANGUAGE / "LC_MESSAGES" / f"{name}.po"


def rooms() -> list[Path]:
    """Folders of the package that hold code."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def extracted(room: Path) -> Catalog:
    """Message ids found in a room's code and templates."""
    catalogue = Catalog(locale=LANGUAGE, fuzzy=False)
    methods = [("**/templates/**.html", "babel_django"), ("**.py", "python")]
    mapping = [(pattern, method) for pattern, method in methods if method == "python"]
    for file, line, message, comments, context in extract_from_dir(
        str(room), method_map=mapping, keywords=KEYWORDS
    ):
        catalogue.add(message, locations=[(file, line)], auto_comments=comments, context=context)
    if room.name == "web":
        _add_templates(room, catalogue)
    return catalogue


def _add_templates(room: Path, catalogue: Catalog) -> None:
    from django.utils.translation.template import templatize

    from babel.messages.extract import extract_python

    for template in sorted(room.glob("**/templates/**/*.html")):
        python = templatize(template.read_text(encoding="utf-8"), origin=str(template))
        stream = io.BytesIO(python.encode())
        for line, _function, message, comments in extract_python(
            stream, list(KEYWORDS), [], {"encoding": "utf-8"}
        ):
            parts = message if isinstance(message, str) else tuple(m for m in message if m)
            if parts:
                catalogue.add(parts, locations=[(template.name, line)], auto_comments=comments)


def load(path: Path) -> Catalog:
    """Existing catalogue, or an empty one."""
    if not path.exists():
        return Catalog(locale=LANGUAGE, fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=LANGUAGE)


def update() -> int:
    """Bring every catalogue up to date with the code."""
    for room in rooms():
        found = extracted(room)
        if not len(found):
            continue
        path = catalogue_path(room)
        catalogue = load(path)
        catalogue.update(found, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_po(
                stream, catalogue, width=100, no_location=True, omit_header=False, sort_output=True
            )
    return 0


def compiled(catalogue: Catalog) -> bytes:
    """Binary form of a catalogue."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def compile_all() -> int:
    """Write every compiled catalogue."""
    for room in rooms():
        path = catalogue_path(room)
        if path.exists():
            path.with_suffix(".mo").write_bytes(compiled(load(path)))
    return 0


def check() -> int:
    """Name every message without translation and every catalogue that lags behind."""
    faults: list[str] = []
    for room in rooms():
        path = catalogue_path(room)
        catalogue = load(path)
        for message in extracted(room):
            if not message.id:
                continue
            known = catalogue.get(message.id, context=message.context)
            if known is None or not known.string or known.fuzzy:
                faults.append(f"{room.name}: no translation of {message.id!r}")
        binary = path.with_suffix(".mo")
        if path.exists() and (not binary.exists() or binary.read_bytes() != compiled(catalogue)):
            faults.append(f"{room.name}: {binary.name} is older than {path.name}")
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print("Run `make messages`, then fill in what is missing.", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    jobs = {"update": update, "compile": compile_all, "check": check}
    sys.exit(jobs[sys.argv[1] if len(sys.argv) > 1 else "check"]())
