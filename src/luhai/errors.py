"""Errors that a person can act on: what is wrong, where, why it matters, how to mend it.

Every room raises these and nothing vaguer. The command line prints them and turns them into the
exit codes that other programs rely on (1: the input has errors, 2: wrong usage); pages show the
same four parts.
"""

from __future__ import annotations

from luhai.text import Text


class LuhaiError(Exception):
    """A refusal with its reason.

    Each part is a sentence: a :class:`~luhai.text.Text`, which the command line and the pages
    render in the reader's language, or a plain string where it is nothing but data (a file).

    Args:
        what: the fault, in one sentence.
        where: the record at fault (file, sheet, row, column, option), empty when it is obvious.
        why: why it matters, empty when it is obvious.
        remedy: what the reader can do about it.
    """

    exit_code = 1

    def __init__(
        self,
        what: str | Text,
        *,
        where: str | Text = "",
        why: str | Text = "",
        remedy: str | Text = "",
    ) -> None:
        self.what = what
        self.where = where
        self.why = why
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        return self.render("en")

    def render(self, language: str) -> str:
        """The refusal in one language, on one line."""
        parts = self.to_dict(language)
        head = f"{parts['where']}: {parts['what']}" if parts["where"] else parts["what"]
        return " ".join(part for part in (head, parts["why"], parts["remedy"]) if part)

    def to_dict(self, language: str = "en") -> dict[str, str]:
        """The four parts in one language, for JSON output and pages."""
        parts = {"what": self.what, "where": self.where, "why": self.why, "remedy": self.remedy}
        return {
            name: part.render(language) if isinstance(part, Text) else part
            for name, part in parts.items()
        }


class InputError(LuhaiError):
    """The input (a file, a plan, a table) cannot be used as it is."""


class UsageError(LuhaiError):
    """The caller asked for something that does not exist or does not go together."""

    exit_code = 2


class NotFoundError(LuhaiError):
    """The thing asked for (a result id, a workspace, a version) does not exist."""
