"""Is the water getting better or worse? The trend of one indicator at a place, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from luhai.web import rules
from luhai.web.snapshot import Row, Snapshot

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class TrendLine:
    """A trend as the chart's title (``finding``) and the line beneath it."""

    finding: str
    test: str
    slope: str
    interval: str
    unit: str
    p: str
    n: int
    censored: int
    years: str
    result_id: str


def trend_line(state: Snapshot, place_id: str, code: str) -> TrendLine | None:
    """The trend of an indicator at a place, ``None`` when there is none."""
    rows = [
        row
        for row in state.rows("trends")
        if row["place"] == place_id
        and row["indicator"] == code
        and row["slope_per_year"] is not None
    ]
    if not rows:
        return None
    # The seasonal test uses every sample; the others go by annual means.
    row = max(rows, key=lambda row: (row["n"] or 0, row["result_id"]))
    digits = 4
    slope = float(row["slope_per_year"])
    return TrendLine(
        finding=_finding(row, code),
        test=_test_name(str(row["test"])),
        slope=signed(slope, digits),
        interval=f"{signed(row['slope_low'], digits)} … {signed(row['slope_high'], digits)}"
        if row["slope_low"] is not None and row["slope_high"] is not None
        else "",
        unit=rules.indicator_unit(code),
        p=f"{row['p']:.3f}" if row["p"] is not None else "",
        n=int(row["n"]),
        censored=int(row["censored"] or 0),
        years=str(row["years"] or ""),
        result_id=row["result_id"],
    )


def signed(value: float, digits: int) -> str:
    """A number with its sign, three significant figures at most."""
    text = f"{abs(value):.{digits}f}".rstrip("0").rstrip(".") or "0"
    if float(text) == 0:
        return "0"
    return f"{'+' if value > 0 else rules.MINUS}{text}"


def _test_name(test: str) -> str:
    return {
        "mann_kendall": _("Mann–Kendall"),
        "seasonal_kendall": _("seasonal Kendall"),
        "spearman": _("Spearman"),
    }.get(test, test.replace("_", " "))


def _finding(row: Row, code: str) -> str:
    name = rules.indicator_name(code)
    p = row["p"]
    if p is None or p > SIGNIFICANT:
        shown = f"{p:.2f}" if p is not None else "–"
        return _("{name}: no change can be shown (p = {p}), which is not proof of none").format(
            name=name, p=shown
        )
    if row["slope_per_year"] < 0:
        return _("{name}: falling over the years").format(name=name)
    if row["slope_per_year"] > 0:
        return _("{name}: rising over the years").format(name=name)
    return _("{name}: steady").format(name=name)
