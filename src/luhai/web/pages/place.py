"""Place page: what this water is, whether it attains, since when, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from luhai.errors import NotFoundError
from luhai.observations import export
from luhai.standards import load_standard
from luhai.web import rules, sentences
from luhai.web.activity import warning_lines
from luhai.web.drawing.chart import (
    AnnualMean,
    Chart,
    ChartData,
    LimitLine,
    Required,
    Sample,
    draw_chart,
)
from luhai.web.explaining import explanation
from luhai.web.samples import (
    Point,
    SampleResults,
    SampleRow,
    codes_of,
    observations,
    points,
    sample_results,
    sample_rows,
)
from luhai.web.snapshot import Row, Snapshot, snapshot
from luhai.web.standing import Standing, limit_text, standard_id, standing
from luhai.web.templatetags.luhai import layer_word
from luhai.web.trends import TrendLine, trend_line

SAMPLES_SHOWN = 60
TABLE_COLUMNS = 8
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def show(request: HttpRequest, place_id: str) -> HttpResponse:
    """The page of a place; ``?indicator=CODE`` chooses what the chart shows."""
    state = snapshot()
    _must_exist(state, place_id)
    years = [year for year in state.years if (place_id, year) in state.year_rows]
    running = state.running_year
    year = running if running is not None else (years[-1] if years else datetime.now().year)  # noqa: DTZ005
    item = standing(state, place_id, year, years)
    frame = observations(state, place_id)
    results = sample_results(state, place_id)
    rows = sample_rows(frame, results)
    codes = _chart_codes(state, place_id)
    code = _chosen(request, codes, item)
    trend = trend_line(state, place_id, code) if code else None
    context: dict[str, Any] = {
        "page": "water",
        "crumbs": _crumbs(item),
        "item": item,
        "sentence": sentences.place(item, running=year == running),
        "strip": _strip(state, place_id, sorted({*years, year}), running),
        "codes": [(each, rules.indicator_name(each)) for each in codes],
        "code": code,
        "indicator": rules.indicator_name(code) if code else "",
        "unit": rules.indicator_unit(code) if code else "",
        "trend": trend,
        "chart": _chart(state, item, code, frame, results) if code else None,
        "finding": _finding(trend, code),
        "warnings": [line for line in warning_lines(state, year) if line.place_id == place_id],
        "table_codes": _table_codes(codes, rows, frame, code),
        "rows": rows[:SAMPLES_SHOWN],
        "row_count": len(rows),
        "why": explanation(request, state),
    }
    return render(request, "luhai/place.html", context)


def _must_exist(state: Snapshot, place_id: str) -> None:
    if place_id in state.place_ids:
        return
    near = state.register.suggest(place_id)
    remedy = _("Did you mean {place}?").format(place=near) if near else ""
    raise NotFoundError(
        _("There is no place “{place}” here.").format(place=place_id[:60]), remedy=remedy
    )


def _crumbs(item: Standing) -> list[dict[str, str]]:
    crumbs = [{"word": _("Water"), "href": reverse("water")}]
    if item.district:
        crumbs.append({"word": item.district, "href": ""})
    return [*crumbs, {"word": item.title, "href": ""}]


def _chart_codes(state: Snapshot, place_id: str) -> list[str]:
    """Indicators with an annual mean: those that count first, nearest to their limit first."""
    latest: dict[str, Row] = {}
    for (place, year, code), row in sorted(state.annual_indicators.items()):
        if place == place_id and row["mean_rounded"] is not None:
            latest[code] = row | {"year": year}

    def key(code: str) -> tuple[bool, int, float, str]:
        row = latest[code]
        limit = row["limit"]
        # More is better for oxygen: its class already says how it stands.
        share = row["mean_rounded"] / limit if limit else 0.0
        return not row["counts"], -(row["class"] or 0), -share, code

    return sorted(latest, key=key)


def _chosen(request: HttpRequest, codes: list[str], item: Standing) -> str:
    asked = request.GET.get("indicator", "")
    if asked in codes:
        return asked
    if item.deciding and item.deciding.indicator in codes:
        return item.deciding.indicator
    return codes[0] if codes else ""


def _strip(
    state: Snapshot, place_id: str, years: list[int], running: int | None
) -> list[dict[str, Any]]:
    """One cell per year: class, what decided it and its mean, and whether the target was met."""
    cells = []
    for year in years:
        item = standing(state, place_id, year)
        row = state.year_rows.get((place_id, year))
        code = item.deciding.indicator if item.deciding else ""
        measured = state.annual_indicators.get((place_id, year, code))
        over = None
        if row is not None and row["exceedance"] is not None and row["exceedance"] > 0:
            over = f"{row['exceedance']:.1f}"
        cells.append(
            {
                "year": year,
                "item": item,
                "over": over,
                "running": year == running,
                "samples": measured["samples"] if measured else 0,
                "censored": measured["censored"] if measured else 0,
            }
        )
    return cells


def _table_codes(
    codes: list[str], rows: list[SampleRow], frame: pl.DataFrame, chosen: str
) -> list[tuple[str, str, str]]:
    """Columns of the samples table: the chosen indicator first, then those that count most."""
    present = {code for row in rows for code in row.cells}
    wanted = [code for code in (chosen, *codes, *codes_of(frame)) if code in present]
    return [
        (code, rules.indicator_name(code), rules.indicator_unit(code))
        for code in list(dict.fromkeys(wanted))[:TABLE_COLUMNS]
    ]


def _finding(trend: TrendLine | None, code: str) -> str:
    if trend is not None:
        return trend.finding
    return rules.indicator_name(code) if code else ""


def _chart(
    state: Snapshot, item: Standing, code: str, frame: pl.DataFrame, results: SampleResults
) -> Chart | None:
    standard = standard_id(state, item.place_id)
    annual = {
        year: row
        for (place, year, indicator), row in state.annual_indicators.items()
        if place == item.place_id and indicator == code and row["mean_rounded"] is not None
    }
    target = _target_line(standard, code, item)
    first_limit = rules.find_limit(standard, code, 1) if standard else None
    from_zero = not (first_limit and (rules.more_is_better(first_limit) or first_limit.low))
    digits = next((row["digits"] for row in annual.values() if row["digits"] is not None), 2)
    samples = [_chart_sample(point) for point in points(frame, results, code)]
    years = sorted({*annual, *(int(sample.when) for sample in samples)})
    if not years:
        return None
    data = ChartData(
        years=years,
        bands=rules.bands(standard, code) if standard else [],
        samples=samples,
        means=[_annual_mean(state, year, row) for year, row in sorted(annual.items())],
        target=target,
        required=_required(state, item, code),
        from_zero=from_zero,
        digits=int(digits),
    )
    return draw_chart(data)


def _annual_mean(state: Snapshot, year: int, row: Row) -> AnnualMean:
    return AnnualMean(
        year=year,
        value=float(row["mean_rounded"]),
        text=rules.number_text(row["mean_rounded"], row["digits"]),
        running=year == state.running_year,
        result_id=row["result_id"],
    )


def _target_line(standard: str, code: str, item: Standing) -> LimitLine | None:
    if not standard or item.target_class is None:
        return None
    limit = rules.find_limit(standard, code, item.target_class)
    if limit is None or limit.value is None:
        return None
    text, comparison = limit_text(limit)
    return LimitLine(
        value=limit.value,
        text=_("target {comparison} {limit}").format(comparison=comparison, limit=text),
        detail=f"{item.target_name} · {load_standard(standard).edition}",
    )


def _chart_sample(point: Point) -> Sample:
    start = datetime(point.when.year, 1, 1, tzinfo=point.when.tzinfo)
    length = datetime(point.when.year + 1, 1, 1, tzinfo=point.when.tzinfo) - start
    words = (f"{point.when:%Y-%m-%d}", layer_word(point.layer), point.text)
    return Sample(
        when=point.when.year + (point.when - start) / length,
        value=point.value,
        censored=point.censored,
        description=" ".join(filter(None, words)),
    )


def _required(state: Snapshot, item: Standing, code: str) -> Required | None:
    row = state.outlook.get(item.place_id)
    if row is None or row["indicator"] != code or item.rest is None or item.rest.impossible:
        return None
    chance = item.probability
    return Required(
        year=row["year"],
        value=float(row["required_mean"]),
        at_most=item.rest.comparison == "≤",
        text=_("rest {comparison} {value}").format(
            comparison=item.rest.comparison, value=item.rest.value
        ),
        detail=f"{chance.text} ({chance.interval})" if chance else "",
        result_id=item.rest.result_id,
    )


def download(request: HttpRequest, place_id: str, kind: str) -> HttpResponse:
    """All samples of a place as CSV or Excel; formulas in text cells are made harmless."""
    state = snapshot()
    _must_exist(state, place_id)
    if kind not in KINDS:
        raise NotFoundError(
            _("There is no download of the kind {kind}.").format(kind=kind[:12]),
            remedy=_("Kinds: {kinds}.").format(kinds=", ".join(KINDS)),
        )
    frame = _public_columns(observations(state, place_id))
    content = export.csv_bytes(frame) if kind == "csv" else export.excel_bytes({place_id: frame})
    response = HttpResponse(content, content_type=KINDS[kind])
    response["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{_file_name(state, place_id, kind)}"
    )
    return response


def _public_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """The canonical observation table (DESIGN: contracts), times in local time."""
    return frame.select(
        "place",
        "medium",
        pl.col("local").dt.strftime("%Y-%m-%dT%H:%M:%S%:z").alias("time"),
        "precision",
        "layer",
        "depth_m",
        "sample",
        "indicator",
        "value",
        "unit",
        "censored",
        "flag",
        "value_text",
        "file",
        "sheet",
        "row",
        "column",
    )


def _file_name(state: Snapshot, place_id: str, kind: str) -> str:
    from urllib.parse import quote

    mark = f"_{_('demonstration data')}" if state.demonstration else ""
    return quote(f"{place_id}{mark}.{kind}")
