"""Keep the message catalogues in step with the code: ``messages.py [update|compile|check] [ROOM]``.

``update`` extracts message ids of every room (or of one) into its Chinese catalogue, ``compile``
writes the ``.mo`` files that run-time reads, ``check`` fails when a catalogue lacks a message, a
translation, a named part of a sentence, or its compiled form. The modules beside the rooms are the
room ``luhai``.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
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
TEMPLATE_SUFFIXES = (".html", ".svg")
PART = re.compile(r"%\(\w+\)s|\{\w+(?:[:!][^{}]*)?\}")
"""A named part of a sentence, as ``str.format`` or as Django's templates write it."""


def catalogue_path(room: Path) -> Path:
    """Catalogue of one room; Django looks for its own name."""
    name = "django" if room.name == "web" else "luhai"
    return room / "locale" / LANGUAGE / "LC_MESSAGES" / f"{name}.po"


def rooms(name: str = "") -> list[Path]:
    """Folders of the package that hold code and the package itself, or the one of that name."""
    found = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
    return [room for room in (PACKAGE, *found) if name in ("", room.name)]


def extracted(room: Path) -> Catalog:
    """Message ids found in a room's code and templates."""
    catalogue = Catalog(locale=LANGUAGE, fuzzy=False)
    # The package's own folder holds the rooms too: only the modules beside them are meant.
    modules = "*.py" if room == PACKAGE else "**.py"
    for file, line, message, comments, context in extract_from_dir(
        str(room), method_map=[(modules, "python")], keywords=KEYWORDS
    ):
        catalogue.add(message, locations=[(file, line)], auto_comments=comments, context=context)
    if room != PACKAGE:
        _add_templates(room, catalogue)
    return catalogue


def _add_templates(room: Path, catalogue: Catalog) -> None:
    templates = [
        path for path in sorted(room.glob("**/templates/**/*")) if path.suffix in TEMPLATE_SUFFIXES
    ]
    if not templates:
        return
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    for template in templates:
        # Django turns a template into Python in which only the messages are left.
        python = templatize(template.read_text(encoding="utf-8"), origin=str(template))
        for line, _function, message, comments in extract_python(
            io.BytesIO(python.encode()), list(KEYWORDS), [], {"encoding": "utf-8"}
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


def update(name: str = "") -> int:
    """Bring the catalogues up to date with the code."""
    for room in rooms(name):
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


def compile_all(name: str = "") -> int:
    """Write the compiled catalogues."""
    for room in rooms(name):
        path = catalogue_path(room)
        if path.exists():
            path.with_suffix(".mo").write_bytes(compiled(load(path)))
    return 0


def forms(text: str | Sequence[str]) -> tuple[str, ...]:
    """A message or translation as its forms: one, or singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text)


def parts_differ(messages: tuple[str, ...], translations: tuple[str, ...]) -> bool:
    """Whether a translation lacks a named part of its message, or has one of its own."""
    allowed = {part for message in messages for part in PART.findall(message)}
    # The plural form has all parts; a language without plurals translates that one.
    wanted = set(PART.findall(messages[-1]))
    found = [set(PART.findall(text)) for text in translations]
    return any(not wanted <= parts or not parts <= allowed for parts in found)


def check(name: str = "") -> int:
    """Name every message without translation and every catalogue that lags behind."""
    faults: list[str] = []
    for room in rooms(name):
        path = catalogue_path(room)
        catalogue = load(path)
        for message in extracted(room):
            if not message.id:
                continue
            known = catalogue.get(message.id, context=message.context)
            strings = forms(known.string) if known and known.string else ()
            if known is None or known.fuzzy or not strings or not all(strings):
                faults.append(f"{room.name}: no translation of {message.id!r}")
            elif parts_differ(forms(message.id), strings):
                faults.append(
                    f"{room.name}: other named parts in the translation of {message.id!r}"
                )
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
    arguments = sys.argv[1:] or ["check"]
    sys.exit(jobs[arguments[0]](*arguments[1:2]))
