"""What should a person be asked, so that the held-back rows can go in?"""

from __future__ import annotations

from luhai.observations.reading.options import MEDIA
from luhai.observations.reading.result import Question
from luhai.text import N_, Text


def questions_of_rows(codes: set[str]) -> list[Question]:
    """Questions that the problems of rows raise, once per table."""
    found = []
    if "year_missing" in codes:
        found.append(
            Question("year_missing", Text(N_("The dates have no year. Which year is this file?")))
        )
    if "date_order" in codes:
        found.append(
            Question(
                "date_order",
                Text(N_("Dates such as 03/04/2020: does the day or the month come first?")),
                options=("dmy", "mdy"),
            )
        )
    if "medium_missing" in codes:
        found.append(
            Question(
                "medium_missing",
                Text(N_("Is this sea, river, lake or outlet water?")),
                options=MEDIA,
            )
        )
    return found
