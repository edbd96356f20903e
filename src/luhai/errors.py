"""Errors that a person can act on: what is wrong, where, why it matters, how to mend it.

Every room raises these and nothing vaguer. The command line prints them and turns them into the
exit codes that other programs rely on (1: the input has errors, 2: wrong usage); pages show the
same four parts.
"""

from __future__ import annotations


class LuhaiError(Exception):
    """A refusal with its reason.

    Args:
        what: the fault, in one sentence.
        where: the record at fault (file, sheet, row, column, option), empty when it is obvious.
        why: why it matters, empty when it is obvious.
        remedy: what the reader can do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.why = why
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join(part for part in (head, self.why, self.remedy) if part)

    def to_dict(self) -> dict[str, str]:
        """The four parts, for JSON output and pages."""
        return {"what": self.what, "where": self.where, "why": self.why, "remedy": self.remedy}


class InputError(LuhaiError):
    """The input (a file, a plan, a table) cannot be used as it is."""


class UsageError(LuhaiError):
    """The caller asked for something that does not exist or does not go together."""

    exit_code = 2


class NotFoundError(LuhaiError):
    """The thing asked for (a result id, a workspace, a version) does not exist."""
