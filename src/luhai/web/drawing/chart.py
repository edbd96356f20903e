"""How did a value go over the years, against its limits? The geometry of a chart of one place.

Class bands lie behind, the target's limit is a labelled line, samples are points, annual means
short steps over their year, a value below its limit of detection is an open mark at that limit with
a tail downwards, and the mean that the rest of the year must keep is an arrow (UI: charts 1-14).
Concentrations start at zero; where more is better (dissolved oxygen) or the scale is not a
concentration (pH) the axis does not, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 760
HEIGHT = 330
LEFT = 52
RIGHT = 158
TOP = 16
BOTTOM = 30
GUTTER = 52
"""Room for the names of the class bands, left of the first year."""


@dataclass(frozen=True)
class Band:
    """Values of one class: from ``low`` to ``high``, ``None`` where it is open."""

    level: str
    name: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Sample:
    """One sampled value; ``when`` in years (2020.55)."""

    when: float
    value: float
    censored: str
    description: str


@dataclass(frozen=True)
class AnnualMean:
    """Mean of a year; ``running`` while the year is not over."""

    year: int
    value: float
    text: str
    running: bool
    result_id: str


@dataclass(frozen=True)
class LimitLine:
    """The target's limit."""

    value: float
    text: str
    detail: str


@dataclass(frozen=True)
class Required:
    """What the remaining samples of the running year must keep."""

    year: int
    value: float
    at_most: bool
    text: str
    detail: str
    result_id: str


@dataclass(frozen=True)
class ChartData:
    """What a chart shows, before it has a size."""

    years: Sequence[int]
    bands: Sequence[Band]
    samples: Sequence[Sample]
    means: Sequence[AnnualMean]
    target: LimitLine | None
    required: Required | None
    from_zero: bool
    digits: int


@dataclass
class Drawn:
    """A part of the chart with its place on it, px."""

    source: object
    x: float = 0.0
    y: float = 0.0
    x2: float = 0.0
    y2: float = 0.0
    text_y: float = 0.0
    label: str = ""


@dataclass
class Chart:
    """Everything the template writes down; px, origin top left."""

    width: int = WIDTH
    height: int = HEIGHT
    plot_left: float = LEFT
    plot_right: float = WIDTH - RIGHT
    plot_top: float = TOP
    plot_bottom: float = HEIGHT - BOTTOM
    bands: list[Drawn] = field(default_factory=list)
    ticks: list[Drawn] = field(default_factory=list)
    years: list[Drawn] = field(default_factory=list)
    samples: list[Drawn] = field(default_factory=list)
    means: list[Drawn] = field(default_factory=list)
    target: Drawn | None = None
    required: Drawn | None = None
    starts_at_zero: bool = True

    @property
    def plot_width(self) -> float:
        """Px."""
        return self.plot_right - self.plot_left

    @property
    def plot_height(self) -> float:
        """Px."""
        return self.plot_bottom - self.plot_top


def nice_step(span: float, wanted: int = 6) -> float:
    """A round step (1, 2, 5 times a power of ten) that cuts ``span`` into about ``wanted``."""
    raw = span / wanted
    power = 10 ** math.floor(math.log10(raw))
    return float(min(step * power for step in (1, 2, 5, 10) if step * power >= raw * (1 - 1e-9)))


def value_range(data: ChartData) -> tuple[float, float]:
    """Lowest and highest value of the axis: all that is drawn, with room above."""
    values = [item.value for item in data.samples] + [item.value for item in data.means]
    if data.target:
        values.append(data.target.value)
    if data.required and data.required.value > 0:
        # A required mean far above everything seen says only "anything will do".
        values.append(min(data.required.value, 1.5 * max(values)))
    low, high = min(values), max(values)
    if data.from_zero:
        return 0.0, high * 1.12 if high > 0 else 1.0
    margin = max((high - low) * 0.15, 0.2)
    return low - margin, high + margin


def draw_chart(data: ChartData) -> Chart | None:
    """Geometry of the chart, or ``None`` when there is nothing to draw."""
    if not data.samples and not data.means:
        return None
    chart = Chart(starts_at_zero=data.from_zero)
    low, high = value_range(data)
    step = nice_step(high - low)
    first = low if data.from_zero else math.floor(low / step) * step
    last = math.ceil(high / step) * step
    span = last - first
    years = list(range(min(data.years), max(data.years) + 1))
    year_width = (chart.plot_width - GUTTER) / len(years)

    def y_of(value: float) -> float:
        inside = min(max(value, first), last)
        return round(chart.plot_bottom - (inside - first) / span * chart.plot_height, 1)

    def x_of(when: float) -> float:
        return round(chart.plot_left + GUTTER + (when - years[0]) * year_width, 1)

    chart.years = [
        Drawn(year, x=x_of(year), x2=x_of(year + 0.5), label=str(year)) for year in years
    ]
    decimals = max(data.digits if step < 1 else 0, -math.floor(math.log10(step)), 0)
    chart.ticks = [
        Drawn(None, y=y_of(first + number * step), label=f"{first + number * step:.{decimals}f}")
        for number in range(round(span / step) + 1)
    ]
    chart.bands = _bands(data.bands, first, last, y_of)
    chart.samples = [Drawn(item, x=x_of(item.when), y=y_of(item.value)) for item in data.samples]
    chart.means = [
        Drawn(item, x=x_of(item.year + 0.08), x2=x_of(item.year + 0.92), y=y_of(item.value))
        for item in data.means
    ]
    if data.target:
        chart.target = Drawn(data.target, y=y_of(data.target.value))
    if data.required:
        chart.required = _required(data.required, chart, x_of, y_of)
    _separate_right_labels(chart)
    return chart


def _bands(bands: Sequence[Band], first: float, last: float, y_of: object) -> list[Drawn]:
    assert callable(y_of)
    drawn = []
    for band in bands:
        low = first if band.low is None else max(band.low, first)
        high = last if band.high is None else min(band.high, last)
        if high <= low:
            continue
        top, bottom = y_of(high), y_of(low)
        label = band.name if bottom - top >= 15 else ""
        drawn.append(Drawn(band, y=top, y2=round(bottom - top, 1), text_y=top + 14, label=label))
    return drawn


def _required(required: Required, chart: Chart, x_of: object, y_of: object) -> Drawn:
    assert callable(x_of)
    assert callable(y_of)
    y = y_of(required.value)
    end = chart.plot_bottom - 4 if required.at_most else chart.plot_top + 4
    return Drawn(required, x=x_of(required.year + 0.86), y=y, y2=end)


def _separate_right_labels(chart: Chart) -> None:
    """The two labels at the right end take two lines each; keep them from lying on each other."""
    target, required = chart.target, chart.required
    if target:
        target.text_y = min(max(target.y + 4, chart.plot_top + 10), chart.plot_bottom - 16)
    if required:
        required.text_y = min(max(required.y + 4, chart.plot_top + 10), chart.plot_bottom - 16)
    if target and required and abs(target.text_y - required.text_y) < 36:
        if required.y >= target.y and target.text_y + 36 <= chart.plot_bottom:
            required.text_y = target.text_y + 36
        elif target.text_y - 36 >= chart.plot_top:
            required.text_y = target.text_y - 36
        else:
            required.text_y = target.text_y + 36
