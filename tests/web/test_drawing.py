"""The geometry of map and chart, against what the values say."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pytest

from luhai.errors import InputError
from luhai.web.drawing.chart import (
    AnnualMean,
    Band,
    Chart,
    ChartData,
    LimitLine,
    Required,
    Sample,
    draw_chart,
    nice_step,
)
from luhai.web.drawing.map import KM_PER_DEGREE, MARK_DISTANCE, MapMark, draw_map
from luhai.web.rules import bands

from .conftest import PLANS

COAST = PLANS / "yangjiang" / "coast.geojson"


def mark(key: str, longitude: float, latitude: float, *, estimated: bool = False) -> MapMark:
    """A sea station."""
    return MapMark(
        key, f"/{key}", key, key, longitude, latitude, "circle", "二", "2", "", estimated, 1
    )


def chart_of(**changes: object) -> Chart:
    """A chart of inorganic nitrogen with two years."""
    values: dict[str, object] = {
        "years": [2019, 2020],
        "bands": bands("gb3097-1997", "lh_din"),
        "samples": [Sample(2019.5, 0.40, "", "a"), Sample(2020.5, 0.20, "<", "b")],
        "means": [AnnualMean(2019, 0.38, "0.38", False, "x")],
        "target": LimitLine(0.30, "target ≤ 0.30", ""),
        "required": None,
        "from_zero": True,
        "digits": 2,
    }
    drawn = draw_chart(ChartData(**(values | changes)))  # type: ignore[arg-type]
    assert drawn is not None
    return drawn


def test_values_lie_on_the_axis_where_the_ticks_say() -> None:
    chart = chart_of()
    ticks = {float(tick.label): tick.y for tick in chart.ticks}
    assert min(ticks) == 0
    per_unit = (ticks[0.0] - ticks[max(ticks)]) / max(ticks)
    assert chart.target is not None
    assert chart.target.y == pytest.approx(ticks[0.0] - 0.30 * per_unit, abs=0.11)
    assert chart.means[0].y == pytest.approx(ticks[0.0] - 0.38 * per_unit, abs=0.11)
    assert [item.y for item in chart.samples] == [
        pytest.approx(ticks[0.0] - value * per_unit, abs=0.11) for value in (0.40, 0.20)
    ]


def test_samples_lie_in_their_year() -> None:
    chart = chart_of()
    for sample, year in zip(chart.samples, chart.years, strict=True):
        assert year.x < sample.x < year.x + 2 * (year.x2 - year.x)


def test_class_bands_follow_each_other_and_have_the_standards_limits() -> None:
    """GB 3097-1997 table 1, item 12: 0.20, 0.30, 0.40, 0.50 mg/L."""
    found = bands("gb3097-1997", "lh_din")
    assert [band.high for band in found] == [0.20, 0.30, 0.40, 0.50, None]
    assert [band.low for band in found] == [None, 0.20, 0.30, 0.40, 0.50]
    assert [band.level for band in found] == ["1", "2", "3", "4", "5"]


def test_classes_with_one_limit_leave_a_gap() -> None:
    """Reactive phosphate: classes 2 and 3 share 0.030, so that there is no band of class 3."""
    found = bands("gb3097-1997", "lh_dip")
    assert [band.level for band in found] == ["1", "2", "4", "5"]
    assert [band.high for band in found] == [0.015, 0.030, 0.045, None]


def test_bands_turn_over_where_more_is_better() -> None:
    """Dissolved oxygen: > 6, 5, 4, 3 mg/L."""
    found = bands("gb3097-1997", "w01009")
    assert [band.low for band in found] == [6, 5, 4, 3, None]
    assert found[0].high is None
    chart = chart_of(
        bands=found,
        samples=[Sample(2019.5, 6.2, "", "a"), Sample(2020.5, 3.4, "", "b")],
        means=[],
        target=LimitLine(5.0, "", ""),
        from_zero=False,
    )
    assert not chart.starts_at_zero
    by_level = {item.source.level: item for item in chart.bands if isinstance(item.source, Band)}
    assert by_level["1"].y < by_level["4"].y


def test_an_indicator_with_a_range_has_no_bands() -> None:
    assert bands("gb3097-1997", "w01001") == []


def test_what_the_rest_must_keep_points_to_where_it_is_kept() -> None:
    down = chart_of(required=Required(2020, 0.19, True, "", "", "x")).required
    up = chart_of(required=Required(2020, 0.25, False, "", "", "x")).required
    assert down is not None
    assert up is not None
    assert down.y2 > down.y
    assert up.y2 < up.y


def test_labels_at_the_right_end_do_not_lie_on_each_other() -> None:
    for value in (0.05, 0.25, 0.29, 0.30, 0.31, 0.35, 0.6):
        chart = chart_of(required=Required(2020, value, True, "", "", "x"))
        assert chart.target is not None
        assert chart.required is not None
        assert abs(chart.target.text_y - chart.required.text_y) >= 35
        for label in (chart.target, chart.required):
            assert 0 < label.text_y < chart.height - 10


def test_nothing_to_draw_is_no_chart() -> None:
    assert draw_chart(ChartData([2020], [], [], [], None, None, True, 2)) is None


def test_a_single_value_is_drawn() -> None:
    for value in (0.0, 1e-5, 7.0, 24_000.0):
        chart = chart_of(samples=[Sample(2020.1, value, "", "")], means=[], target=None, bands=[])
        assert all(math.isfinite(item.y) for item in (*chart.samples, *chart.ticks))
        assert len({tick.label for tick in chart.ticks}) == len(chart.ticks)


@pytest.mark.parametrize(
    ("span", "step"), [(0.6, 0.1), (0.55, 0.1), (6, 1), (100, 20), (3e-5, 5e-6)]
)
def test_steps_are_round(span: float, step: float) -> None:
    assert nice_step(span) == pytest.approx(step)


def test_marks_keep_apart_and_inside() -> None:
    marks = [mark(f"P{n}", 112 + n * 0.001, 21.7 + (n % 3) * 0.001) for n in range(9)]
    drawn = draw_map([*marks, mark("far", 112.4, 21.9)], None)
    for one, other in itertools.combinations(drawn.marks, 2):
        assert math.hypot(one.x - other.x, one.y - other.y) > MARK_DISTANCE * 0.8
    for item in drawn.marks:
        assert 0 < item.x < drawn.width
        assert 0 < item.y < drawn.height


def test_the_scale_bar_is_true() -> None:
    """Two points one kilometre apart on a meridian are as far apart as the bar says."""
    south, north = mark("a", 112.0, 21.70), mark("b", 112.0, 21.70 + 50 / KM_PER_DEGREE)
    drawn = draw_map([south, north], None)
    by_key = {item.mark.key: item for item in drawn.marks}
    distance = by_key["a"].point_y - by_key["b"].point_y
    assert distance / 50 == pytest.approx(drawn.scale_px / drawn.scale_km, rel=1e-6)


def test_degrees_of_longitude_shrink_with_the_latitude() -> None:
    drawn = draw_map([mark("a", 112.0, 60.0), mark("b", 112.5, 60.25)], None)
    a, b = sorted(drawn.marks, key=lambda item: item.mark.key)
    along, up = b.point_x - a.point_x, a.point_y - b.point_y
    assert along / up == pytest.approx(0.5 * math.cos(math.radians(60.125)) / 0.25, rel=1e-3)


def test_an_estimated_position_stands_on_a_dotted_stem() -> None:
    drawn = draw_map([mark("a", 112, 21.7, estimated=True), mark("b", 112.3, 21.8)], None)
    stems = {item.mark.key: item.stem for item in drawn.marks}
    assert stems == {"a": "dotted", "b": ""}
    assert drawn.any_estimated


def test_labels_cover_no_mark_and_no_label() -> None:
    marks = [mark(f"GD17{n:02}", 112 + 0.05 * (n % 4), 21.6 + 0.05 * (n // 4)) for n in range(12)]
    drawn = draw_map(marks, None)
    assert sum(item.labelled for item in drawn.marks) >= 6


def test_one_place_and_none() -> None:
    assert draw_map([], COAST).marks == []
    one = draw_map([mark("a", 112.0, 21.7)], COAST)
    assert one.marks[0].x == pytest.approx(one.width / 2, abs=1)
    assert one.scale_km > 0


def test_a_plan_without_a_coast_gets_a_grid() -> None:
    drawn = draw_map([mark("a", 112.0, 21.7)], None)
    assert drawn.grid
    assert not drawn.has_coast


def test_the_coast_of_the_city_is_drawn_with_its_islands_and_licence() -> None:
    document = json.loads(COAST.read_text("utf-8"))
    assert document["licence"].startswith("LGPL")
    assert "Wessel" in (COAST.parent / "NOTICE").read_text("utf-8")
    kinds = [feature["properties"]["kind"] for feature in document["features"]]
    assert kinds.count("land") > 20
    assert "lake" in kinds
    assert COAST.stat().st_size < 60_000
    drawn = draw_map([mark("a", 112.04, 21.775), mark("b", 111.815, 21.70)], COAST)
    assert drawn.has_coast
    assert {kind for kind, _path in drawn.paths} >= {"land"}


def test_the_stations_of_the_register_lie_in_the_sea() -> None:
    """Positions are estimates, but a sea station on land would be a wrong one."""
    from shapely.geometry import Point, shape

    from luhai.plan import load_places

    document = json.loads(COAST.read_text("utf-8"))
    land = [
        shape(feature["geometry"])
        for feature in document["features"]
        if feature["properties"]["kind"] == "land"
    ]
    for place in load_places(PLANS / "yangjiang" / "places.csv"):
        if place.medium == "sea":
            assert not any(part.contains(Point(place.longitude, place.latitude)) for part in land)


@pytest.mark.parametrize("content", ["", "{}", '{"features": [{"properties": {}}]}', "[1]"])
def test_a_broken_coast_is_refused_with_its_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "coast.geojson"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError, match="coast"):
        draw_map([mark("a", 112.0, 21.7)], file)
