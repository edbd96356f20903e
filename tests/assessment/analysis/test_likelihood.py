"""The words of a probability follow the table, with its edges in the better range."""

from __future__ import annotations

import pytest

from luhai.assessment import likelihood as module
from luhai.assessment.likelihood import likelihood, likelihoods, percent
from luhai.errors import UsageError


@pytest.mark.parametrize(
    ("probability", "key", "state"),
    [
        (1.0, "almost_certain", "likely"),
        (0.95, "almost_certain", "likely"),
        (0.9499, "likely", "likely"),
        (0.8, "likely", "likely"),
        (0.46, "undecided", "undecided"),
        (0.2, "undecided", "undecided"),
        (0.11, "unlikely", "unlikely"),
        (0.05, "unlikely", "unlikely"),
        (0.0, "almost_no_chance", "unlikely"),
    ],
)
def test_ranges(probability: float, key: str, state: str) -> None:
    found = likelihood(probability)
    assert (found.id, found.state) == (key, state)


def test_every_word_is_known_to_the_translators() -> None:
    assert tuple(entry.words.message for entry in likelihoods()) == module._WORDS


@pytest.mark.parametrize("probability", [-0.1, 1.2, float("nan")])
def test_impossible_probabilities_are_refused(probability: float) -> None:
    with pytest.raises(UsageError):
        likelihood(probability)


@pytest.mark.parametrize(("probability", "text"), [(0.112, "11"), (0.001, "<1"), (0.999, ">99")])
def test_percent(probability: float, text: str) -> None:
    assert percent(probability) == text
