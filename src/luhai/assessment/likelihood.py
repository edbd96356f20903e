"""Which words go with a probability of attaining, so that every page and table says the same.

The table ``data/likelihood_words.csv`` holds the least probability of each word; the words go with
the number, always.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from luhai.errors import UsageError
from luhai.text import N_, Text

_TABLE = Path(__file__).parent / "data" / "likelihood_words.csv"
_WORDS = (
    N_("almost certain to attain"),
    N_("likely to attain"),
    N_("undecided"),
    N_("unlikely to attain"),
    N_("almost no chance to attain"),
)


@dataclass(frozen=True)
class Likelihood:
    """A range of probabilities with its words.

    Attributes:
        id: key of the range, e.g. ``undecided``.
        state: ``likely``, ``undecided`` or ``unlikely``: how places are grouped.
        from_probability: least probability of the range.
        words: the words.
    """

    id: str
    state: str
    from_probability: float
    words: Text


@cache
def likelihoods() -> tuple[Likelihood, ...]:
    """Every range, most probable first."""
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Likelihood(key, state, float(least), Text(words))
            for least, key, state, words in list(csv.reader(stream))[1:]
        )


def likelihood(probability: float) -> Likelihood:
    """The range that a probability of attaining falls in.

    Raises:
        UsageError: ``probability`` is not between 0 and 1.
    """
    if not 0.0 <= probability <= 1.0:
        raise UsageError(
            Text(
                "A probability lies between 0 and 1, not {probability!r}.",
                {"probability": probability},
            )
        )
    return next(entry for entry in likelihoods() if probability >= entry.from_probability)


def percent(probability: float) -> str:
    """A probability in whole percent; never 0 or 100, which no history can prove."""
    if probability < 0.005:
        return "<1"
    if probability > 0.995:
        return ">99"
    return str(round(100 * probability))
