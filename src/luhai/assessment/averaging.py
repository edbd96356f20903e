"""What is the mean of each indicator at each place in each period?

One expression in narwhals, which runs unchanged on DuckDB, Polars and PySpark, turns observation
rows into one row per place, indicator and period. Three properties hold on every engine:

- The mean is linear in what non-detects are replaced by. Detected values and detection limits are
  averaged apart (``base`` and ``limit_k``), because the share of the limit to be used may depend on
  the detection rate of the whole year (GB 17378.2), which is known only afterwards.
- Sums are exact. Values are decimals of a few places; they are summed as scaled integers, so that
  neither the engine nor the order of rows can change the last digit of a mean.
- Nothing is dropped silently. Rows that cannot enter a mean are counted (``rows`` minus ``n``), and
  ``left_out`` names them with their reason.

Sources: 环办〔2011〕22号 and 环办监测函〔2020〕82号 (surface water), HJ 442 and GB 17378.2 (sea);
pH is averaged through the hydrogen ion, coliforms through the logarithm.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals as nw
import polars as pl

from luhai.assessment.periods import STEP_KEYS, Chain
from luhai.errors import InputError, UsageError
from luhai.text import Text

Frame = nw.LazyFrame[Any]

HYDROGEN, GEOMETRIC = "hydrogen", "geometric"
_SAMPLE_KEYS = ("place", "time", "layer", "depth_m", "sample", "year", "month", "day")
_NEEDED = ("place", "indicator", "value", "year", "month")
_TEXT_DEFAULTS = ("censored", "flag")
# Powers of ten that keep a sum of 9,000 largest values in 64 bits; values have no more decimals.
_DIGITS, _MOST_DECIMALS = 15, 9
_TRANSFORMED_SCALE = {HYDROGEN: 1e17, GEOMETRIC: 1e12}
_COUNTS = ("low", "n", "rows", "parts")
_FRACTION = 1e9
"""Parts of a scaled unit that means of means are summed in, beside whole units."""
_DEFAULT_HIGH = 1e4


@dataclass(frozen=True)
class Rules:
    """How single values become means.

    Attributes:
        kinds: code to ``hydrogen`` or ``geometric``; other indicators have arithmetic means.
        highs: code to the largest possible value, which sets the scale of exact sums.
        sums: code of a derived sum to the codes of its parts; it is formed per sample, where the
            sum itself was not reported and every part was measured.
        detection_limits: code to the limit of non-detects that were written without theirs.
        excluded_flags: quality flags whose values do not enter an assessment.
        media: media of rows that the assessment is about; empty for all rows.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    highs: Mapping[str, float] = field(default_factory=dict)
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    detection_limits: Mapping[str, float] = field(default_factory=dict)
    excluded_flags: tuple[str, ...] = ()
    media: tuple[str, ...] = ()

    @property
    def limit_columns(self) -> tuple[str, ...]:
        """``limit_0`` for the indicator's own limits, ``limit_1`` … for the parts of a sum."""
        most = max((len(parts) for parts in self.sums.values()), default=0)
        return tuple(f"limit_{number}" for number in range(most + 1))

    def codes(self, kind: str) -> tuple[str, ...]:
        """Codes of one kind of mean."""
        return tuple(code for code, its in self.kinds.items() if its == kind)

    @property
    def scales(self) -> dict[str, float]:
        """Scale of exact sums by code; codes that are not listed have that of ``""``."""
        return {code: self.scale(code) for code in {*self.highs, *self.kinds}}

    def scale(self, code: str) -> float:
        """Scale of exact sums of one indicator."""
        if code in self.kinds:
            return _TRANSFORMED_SCALE[self.kinds[code]]
        high = max(abs(self.highs.get(code, _DEFAULT_HIGH)), 1e-9)
        return 10.0 ** min(_DIGITS - math.ceil(math.log10(high)), _MOST_DECIMALS)


def observation_frame(observations: Any) -> Frame:
    """Any frame of observations as one lazy frame with the columns that averaging needs.

    Args:
        observations: rows of ``OBSERVATION_SCHEMA``; ``place``, ``indicator``, ``value`` and
            either ``year`` and ``month`` or ``time`` are necessary, the rest may be absent.

    Raises:
        UsageError: it is no frame that narwhals knows.
        InputError: a necessary column is missing.
    """
    try:
        native = nw.from_native(observations)
    except TypeError as error:
        raise UsageError(
            Text(
                "This is not a table of observations: {kind}.",
                {"kind": type(observations).__name__},
            ),
            remedy=Text("Give a pandas, Polars or PySpark frame, or a DuckDB relation."),
        ) from error
    frame = native.lazy("polars") if isinstance(native, nw.DataFrame) else native
    names = frame.collect_schema().names()
    if "time" in names and not {"year", "month", "day"} <= set(names):
        frame = _with_calendar(frame, names)
        names = frame.collect_schema().names()
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise InputError(
            Text("The table of observations lacks: {missing}.", {"missing": ", ".join(missing)}),
            remedy=Text("Give the columns of luhai.observations.schema.OBSERVATION_SCHEMA."),
        )
    absent = {name: nw.lit("") for name in _TEXT_DEFAULTS if name not in names}
    return frame.with_columns(**absent) if absent else frame


def _with_calendar(frame: Frame, names: Sequence[str]) -> Frame:
    # A fixed offset, because the local calendar of the observation table is UTC+8 by contract.
    dtype = frame.collect_schema()["time"]
    if not isinstance(dtype, nw.Datetime) or dtype.time_zone is None:
        raise InputError(
            Text(
                "The column 'time' carries no time zone, and the table has no year, month and day."
            ),
            why=Text("The day and month of a sample depend on it."),
            remedy=Text("Make 'time' timezone-aware, or give the local year, month and day."),
        )
    local = nw.col("time").dt.convert_time_zone("UTC").dt.offset_by("8h")
    calendar = {"year": local.dt.year(), "month": local.dt.month(), "day": local.dt.day()}
    return frame.with_columns(
        **{name: value for name, value in calendar.items() if name not in names}
    )


def any_of(column: str, values: Sequence[str]) -> nw.Expr:
    """Whether a column holds one of some values."""
    # Written out as equalities: engines push these into the file scan, membership lists not.
    expression = nw.col(column) == values[0]
    for value in values[1:]:
        expression = expression | (nw.col(column) == value)
    return expression


def _not_excluded(flags: Sequence[str]) -> nw.Expr:
    flag = nw.col("flag")
    clean = flag.is_null() | (flag == "")
    if not flags:
        return clean | ~clean
    pattern = "(^|;)(" + "|".join(re.escape(name) for name in flags) + ")(;|$)"
    return clean | ~flag.str.contains(pattern)


def _is_low() -> nw.Expr:
    return (nw.col("censored") == "<") & ~nw.col("censored").is_null()


def _filled(rules: Rules) -> nw.Expr:
    """The value, with the standard's detection limit where a non-detect came without its own."""
    value = nw.col("value")
    if not rules.detection_limits:
        return value
    limit: nw.Expr = nw.lit(None, dtype=nw.Float64)
    for code, number in rules.detection_limits.items():
        limit = nw.when(nw.col("indicator") == code).then(nw.lit(number)).otherwise(limit)
    return nw.when(value.is_null() & _is_low()).then(limit).otherwise(value)


def _has_number(rules: Rules) -> nw.Expr:
    """Rows with a value, or a detection limit that stands for it: those of ``_filled``."""
    there = ~nw.col("value").is_null()
    codes = tuple(rules.detection_limits)
    return there | (_is_low() & any_of("indicator", codes)) if codes else there


def _rounded(expression: nw.Expr) -> nw.Expr:
    # Engines round halves differently; the floor is the same everywhere.
    return (expression + 0.5).floor().cast(nw.Int64)


def _only_where(frame: Frame, condition: nw.Expr) -> nw.Expr:
    """``filled`` for a branch that is meant for some rows only.

    Polars computes every branch for every row, so that the rows of other branches are taken out
    (a logarithm of zero would stop it); SQL engines do not, and would compare twice.
    """
    filled = nw.col("filled")
    if frame.implementation.is_polars():
        return nw.when(condition).then(filled)
    return filled


def _special(frame: Frame, rules: Rules) -> tuple[tuple[str, ...], nw.Expr, nw.Expr]:
    """Indicators whose values are not simply scaled, with their integers.

    Returns:
        Their codes; the integers of their values, null where a value cannot be averaged; and
        those of their detection limits.
    """
    low = _is_low()
    default = rules.scale("")
    scales = {code: its for code, its in rules.scales.items() if its != default}
    none = nw.lit(None, dtype=nw.Int64)
    value, limit = none, none
    for scale in sorted(set(scales.values())):
        codes = [code for code, its in scales.items() if its == scale and code not in rules.kinds]
        if codes:
            filled = _only_where(frame, any_of("indicator", codes))
            own = nw.when(low).then(nw.lit(0).cast(nw.Int64)).otherwise(_rounded(filled * scale))
            value = nw.when(any_of("indicator", codes)).then(own).otherwise(value)
            limit = (
                nw.when(any_of("indicator", codes)).then(_rounded(filled * scale)).otherwise(limit)
            )
    for kind, scale in _TRANSFORMED_SCALE.items():
        codes = list(rules.codes(kind))
        if not codes:
            continue
        own_rows = any_of("indicator", codes)
        if kind == HYDROGEN:
            filled = _only_where(frame, own_rows)
            # "Below" a pH says nothing that could be averaged.
            ion = nw.lit(10.0) ** (nw.lit(0.0) - filled)
            own = nw.when(~low).then(_rounded(ion * scale))
        else:
            filled = _only_where(frame, own_rows & (nw.col("filled") > 0))
            own = nw.when(nw.col("filled") > 0).then(_rounded(filled.log() * scale))
            share = _rounded(nw.lit(1.0) * scale)
            limit = nw.when(any_of("indicator", codes)).then(share).otherwise(limit)
        value = nw.when(any_of("indicator", codes)).then(own).otherwise(value)
    return tuple(sorted({*scales, *rules.kinds})), value, limit


def _of_media(frame: Frame, rules: Rules) -> Frame:
    """Rows of the media that the rules are about."""
    if not rules.media or "medium" not in frame.collect_schema().names():
        return frame
    return frame.filter(nw.col("medium").is_null() | any_of("medium", rules.media))


def prepared(frame: Frame, rules: Rules, *, all_usable: bool = False) -> Frame:
    """Rows as integers ready to be summed: ``base``, ``limit_0``, ``low`` and ``used``.

    ``filled`` is the value with the standard's detection limit put in; ``base`` is null in rows
    that cannot be used, ``limit_0`` in all but used non-detects. Branches are ordered by how often
    they are taken, for most of an assessment is spent here.

    Args:
        frame: from ``observation_frame``.
        rules: how values become means.
        all_usable: whether rows without a number or under an excluding flag are gone already.
    """
    frame = _of_media(frame, rules)
    low = _is_low()
    codes, special, special_limit = _special(frame, rules)
    ordinary = ~any_of("indicator", codes) if codes else ~nw.col("filled").is_null()
    plain = _rounded(_only_where(frame, ordinary) * rules.scale(""))
    value = nw.when(low).then(nw.lit(0).cast(nw.Int64)).otherwise(plain)
    limit = plain
    if codes:
        is_special = any_of("indicator", codes)
        value = nw.when(is_special).then(special).otherwise(value)
        limit = nw.when(is_special).then(special_limit).otherwise(limit)
    if not all_usable:
        usable = ~nw.col("filled").is_null() & _not_excluded(rules.excluded_flags)
        value = nw.when(usable).then(value)
    return (
        frame.with_columns(filled=_filled(rules))
        .with_columns(base=value)
        .with_columns(used=~nw.col("base").is_null())
        .with_columns(
            limit_0=nw.when(low & nw.col("used")).then(limit),
            low=nw.when(low & nw.col("used")).then(nw.lit(1)).otherwise(nw.lit(0)),
        )
    )


def _summed_parts(rows: Frame, rules: Rules, total: str, parts: tuple[str, ...]) -> Frame:
    """A derived sum per sample where it was not reported; null where a part is missing."""
    keys = [name for name in _SAMPLE_KEYS if name in rows.collect_schema().names()]
    columns: dict[str, nw.Expr] = {}
    for number, part in enumerate(parts, start=1):
        this = nw.col("indicator") == part
        columns[f"base_{number}"] = nw.when(this).then(nw.col("base"))
        columns[f"limit_{number}"] = nw.when(this).then(nw.col("limit_0"))
        columns[f"low_{number}"] = nw.when(this & (nw.col("low") == 1)).then(nw.lit(1))
    numbers = range(1, len(parts) + 1)
    reported = nw.when(nw.col("indicator") == total).then(nw.col("base"))
    wide = (
        rows.filter(any_of("indicator", (total, *parts)))
        .with_columns(**columns, reported=reported)
        .group_by(*keys)
        .agg(
            nw.col("reported").count(),
            *(nw.col(f"base_{number}").count().alias(f"n_{number}") for number in numbers),
            *(nw.col(f"{name}_{number}").sum() for name in ("base", "limit") for number in numbers),
            *(nw.col(f"low_{number}").count() for number in numbers),
        )
    )
    complete = nw.lit(True)
    measured = nw.lit(False)
    for number in numbers:
        complete = complete & (nw.col(f"n_{number}") > 0)
        measured = measured | (nw.col(f"n_{number}") > 0)

    def mean(name: str, number: int) -> nw.Expr:
        ratio = rules.scale(total) / rules.scale(parts[number - 1])
        return _rounded(nw.col(f"{name}_{number}").cast(nw.Float64) / nw.col(f"n_{number}") * ratio)

    bases = [mean("base", number) for number in numbers]
    all_low = nw.lit(True)
    for number in numbers:
        all_low = all_low & (nw.col(f"low_{number}") == nw.col(f"n_{number}"))
    limits = {f"limit_{number}": mean("limit", number) for number in numbers}
    padding = {
        name: nw.lit(0) for name in rules.limit_columns if name not in limits and name != "limit_0"
    }
    # A sample that lacks a part stays as a row without value: it is counted, never guessed.
    return wide.filter((nw.col("reported") == 0) & measured).with_columns(
        indicator=nw.lit(total),
        base=nw.when(complete).then(sum(bases[1:], start=bases[0])),
        limit_0=nw.lit(0).cast(nw.Int64),
        **{name: nw.when(complete).then(value) for name, value in limits.items()},
        **padding,
        low=nw.when(complete & all_low).then(nw.lit(1)).otherwise(nw.lit(0)),
    )


def means(frame: Frame, rules: Rules, chain: Chain, counted: Sequence[str] = ()) -> Frame:
    """Means of every indicator at every place in every unit of the chain's last step.

    Args:
        frame: from ``observation_frame``.
        rules, chain: how values become means, and the averaging steps.
        counted: indicators whose means nobody asks for; their values are only counted (``base``
            is null). Single samples have all their means in any case.

    Returns:
        ``place, indicator``, the key columns of the unit, ``base`` and ``limit_k`` (means, still
        scaled: see ``unscaled``), ``low`` (non-detects), ``n`` (values used), ``rows`` (values
        seen), ``parts`` (units of the step before with data); where the rules name several media
        also ``rows_MEDIUM`` for every medium but the first.
    """
    if chain.unit == "sample":
        return _all_means(frame, frame, rules, chain, all_usable=False)
    # Few values are left out. Looked for apart, they burden no branch of the others.
    frame = _of_media(frame, rules)
    usable = frame.filter(_has_number(rules), _not_excluded(rules.excluded_flags))
    counts_only = nw.col("indicator").is_in(list(counted))
    own = usable.filter(~counts_only) if counted else usable
    table = _all_means(own, usable, rules, chain, all_usable=True)
    streams = [table, _rest(frame, rules, chain)]
    if counted:
        streams.append(_counted(usable.filter(counts_only), rules, chain))
    keys = ["place", "indicator", *STEP_KEYS[chain.unit]]
    columns = table.collect_schema().names()
    media = [name for name in columns if name.startswith("rows_")]
    together = nw.concat([stream.select(*columns) for stream in streams], how="vertical")
    # Of the rows that come together, only one has means: they stay as they are.
    return together.group_by(*keys).agg(
        *(nw.col(name).max() for name in ("base", *rules.limit_columns)),
        *(nw.col(name).sum() for name in ("low", "n", "rows", "parts", *media)),
    )


def _all_means(own: Frame, frame: Frame, rules: Rules, chain: Chain, *, all_usable: bool) -> Frame:
    """Means of the values in ``own`` and of the derived sums in ``frame``, see ``means``."""
    keys = ["place", "indicator", *STEP_KEYS[chain.steps[0]]]
    if not rules.sums:
        rows = value_rows(own, rules, keys, all_usable=all_usable)
        return _typed(_chained(rows, rules.limit_columns, rules, chain), rules)
    # Only derived sums carry the limits of their parts: two streams, joined when they are small.
    totals = any_of("indicator", tuple(rules.sums))
    plain = replace(rules, sums={})
    own_rows = value_rows(own, plain, keys, all_usable=all_usable).filter(~totals)
    sum_rows = value_rows(frame, rules, keys, all_usable=all_usable).filter(totals)
    ordinary = _chained(own_rows, plain.limit_columns, rules, chain)
    sums = _chained(sum_rows, rules.limit_columns, rules, chain)
    zeros = {name: nw.lit(0.0) for name in rules.limit_columns if name != "limit_0"}
    columns = sums.collect_schema().names()
    streams = [ordinary.with_columns(**zeros).select(*columns), sums]
    return nw.concat([_typed(stream, rules) for stream in streams], how="vertical")


def _typed(table: Frame, rules: Rules) -> Frame:
    """Means and counts in one type each, so that streams can be put together."""
    names = table.collect_schema().names()
    counts = [name for name in names if name in _COUNTS or name.startswith("rows_")]
    means_ = ("base", *rules.limit_columns)
    return table.with_columns(
        *(nw.col(name).cast(nw.Int64) for name in counts),
        *(nw.col(name).cast(nw.Float64) for name in means_),
    )


def _rest(frame: Frame, rules: Rules, chain: Chain) -> Frame:
    """Counts of the rows that no mean holds, in the columns of ``means``."""
    names = frame.collect_schema().names()
    # Most rows are above suspicion, which an engine sees while it reads.
    suspect = frame.filter((nw.col("flag") != "") | nw.col("value").is_null())
    rows = suspect.filter(~(_has_number(rules) & _not_excluded(rules.excluded_flags)))
    if chain.unit == "season":
        rows = rows.with_columns(season=season_of_month())
    media = rules.media[1:] if "medium" in names else ()
    table = (
        _marked(rows, media)
        .group_by("place", "indicator", *STEP_KEYS[chain.unit])
        .agg(*(nw.col(f"rows_{medium}").count() for medium in media), rows=nw.len())
    )
    return _without_means(table.with_columns(low=nw.lit(0), n=nw.lit(0)), rules)


def _counted(usable: Frame, rules: Rules, chain: Chain) -> Frame:
    """Counts of usable rows whose means are not asked for, in the columns of ``means``."""
    keys = ["place", "indicator", *STEP_KEYS[chain.unit]]
    media = rules.media[1:] if "medium" in usable.collect_schema().names() else ()
    rows = _marked(value_rows(usable, replace(rules, sums={}), keys, all_usable=True), media)
    table = (
        rows.with_columns(low=nw.when(nw.col("low") == 1).then(nw.lit(1)))
        .group_by(*keys)
        .agg(
            *(nw.col(name).count() for name in ("low", *(f"rows_{medium}" for medium in media))),
            n=nw.col("base").count(),
            rows=nw.len(),
        )
    )
    return _without_means(table, rules)


def _without_means(table: Frame, rules: Rules) -> Frame:
    none = nw.lit(None, dtype=nw.Float64)
    columns = dict.fromkeys(("base", *rules.limit_columns), none)
    return _typed(table.with_columns(**columns, parts=nw.lit(0)), rules)


def _marked(rows: Frame, media: Sequence[str]) -> Frame:
    """``rows_MEDIUM``, null in rows of other media."""
    for medium in media:
        marked = nw.when(nw.col("medium") == medium).then(nw.lit(1))
        rows = rows.with_columns(marked.alias(f"rows_{medium}"))
    return rows


def _chained(rows: Frame, limits: tuple[str, ...], rules: Rules, chain: Chain) -> Frame:
    """Means of rows through all steps of the chain."""
    keys = ["place", "indicator", *STEP_KEYS[chain.steps[0]]]
    names = rows.collect_schema().names()
    of_media = rules.media[1:] if "medium" in names else ()
    media = [f"rows_{medium}" for medium in of_media]
    # Marks are counted, which engines do faster than to sum zeros and ones.
    low = nw.when((nw.col("low") == 1) & ~nw.col("base").is_null()).then(nw.lit(1))
    table = (
        _marked(rows, of_media)
        .with_columns(low=low)
        .group_by(*keys)
        .agg(
            *(nw.col(name).sum() for name in ("base", *limits)),
            *(nw.col(name).count() for name in ("low", *media)),
            n=nw.col("base").count(),
            rows=nw.len(),
        )
    )
    table = _divide(table, ("base", *limits), "n").with_columns(parts=nw.col("n"))
    for step in chain.steps[1:]:
        table = _next_mean(table, step, limits, media)
    return table


def unscaled(table: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """``base`` and ``limit_k`` of collected means in the unit of their kind of mean."""
    codes = table["indicator"].unique().to_list()
    scales = pl.DataFrame(
        {"indicator": codes, "scale": [rules.scale(code) for code in codes]},
        schema={"indicator": pl.String, "scale": pl.Float64},
    )
    names = ("base", *rules.limit_columns)
    # Column by column: dividing by a literal, Polars multiplies by its rounded reciprocal.
    return (
        table.join(scales, on="indicator", how="left", validate="m:1", maintain_order="left")
        .with_columns(pl.col(name) / pl.col("scale") for name in names)
        .drop("scale")
    )


def value_rows(
    frame: Frame, rules: Rules, keys: Sequence[str], *, all_usable: bool = False
) -> Frame:
    """Rows as ``prepared`` gives them, with those of derived sums.

    Args:
        frame, rules, all_usable: see ``prepared``.
        keys: columns that the caller groups by.

    Raises:
        InputError: one of these columns is missing.
    """
    rows = prepared(frame, rules, all_usable=all_usable)
    names = rows.collect_schema().names()
    plain = ["month" if name == "season" else name for name in keys]
    missing = [name for name in plain if name not in names]
    if missing:
        raise InputError(
            Text("The table of observations lacks: {missing}.", {"missing": ", ".join(missing)}),
            why=Text("Means of this period need them."),
            remedy=Text("Give the columns of luhai.observations.schema.OBSERVATION_SCHEMA."),
        )
    if rules.sums:
        rows = _with_sums(rows, rules, plain)
    return rows.with_columns(season=season_of_month()) if "season" in keys else rows


def _with_sums(rows: Frame, rules: Rules, keys: Sequence[str]) -> Frame:
    columns = [*keys, "base", *rules.limit_columns, "low"]
    zeros = {name: nw.lit(0).cast(nw.Int64) for name in rules.limit_columns if name != "limit_0"}
    narrow = [nw.col(name) for name in columns]
    stacked = [rows.with_columns(**zeros).select(*narrow)]
    for total, parts in rules.sums.items():
        stacked.append(_summed_parts(rows, rules, total, parts).select(*narrow))
    return nw.concat(stacked, how="vertical")


def _divide(table: Frame, names: Sequence[str], count: str) -> Frame:
    divisor = nw.when(nw.col(count) > 0).then(nw.col(count).cast(nw.Float64))
    return table.with_columns(**{name: nw.col(name).cast(nw.Float64) / divisor for name in names})


def season_of_month() -> nw.Expr:
    """Calendar quarter of the column ``month``."""
    month = nw.col("month")
    season: nw.Expr = nw.lit(4)
    for number, last in ((3, 9), (2, 6), (1, 3)):
        season = nw.when(month <= last).then(nw.lit(number)).otherwise(season)
    return season


def _next_mean(table: Frame, step: str, limits: Sequence[str], media: Sequence[str]) -> Frame:
    """Means of means, as exact as those of values.

    A mean is no decimal of a few places, so that whole units and billionths of a unit are summed
    apart as integers; together they hold more digits than the mean itself.
    """
    names = ("base", *limits)
    if step == "season":
        table = table.with_columns(season=season_of_month())
    keys = ["place", "indicator", *STEP_KEYS[step]]
    wholes = {f"{name}_whole": nw.col(name).floor() for name in names}
    table = table.with_columns(**wholes).with_columns(
        **{
            f"{name}_part": _rounded((nw.col(name) - nw.col(f"{name}_whole")) * _FRACTION)
            for name in names
        },
        **{f"{name}_whole": nw.col(f"{name}_whole").cast(nw.Int64) for name in names},
    )
    summed = table.group_by(*keys).agg(
        *(nw.col(f"{name}_{half}").sum() for name in names for half in ("whole", "part")),
        *(nw.col(name).sum() for name in ("low", "n", "rows", *media)),
        parts=nw.col("base").count(),
    )
    joined = {
        name: nw.col(f"{name}_whole").cast(nw.Float64)
        + nw.col(f"{name}_part").cast(nw.Float64) * (1 / _FRACTION)
        for name in names
    }
    halves = [f"{name}_{half}" for name in names for half in ("whole", "part")]
    return _divide(summed.with_columns(**joined), names, "parts").drop(*halves)


def left_out(frame: Frame, rules: Rules) -> Frame:
    """Rows that cannot enter a mean, counted by place, year, indicator, flag and fault.

    Returns:
        ``place, year, indicator, flag, censored, excluded, empty`` and ``rows``; ``excluded`` is
        true where a quality flag excludes the value, ``empty`` where there is no value to use.
    """
    flag, value = nw.col("flag"), nw.col("value")
    suspect = (flag != "") | value.is_null()
    special = rules.codes(HYDROGEN) + rules.codes(GEOMETRIC)
    if special:
        unfit = (nw.col("censored") == "<") | (value <= 0)
        suspect = suspect | (nw.col("indicator").is_in(list(special)) & unfit)
    # Most rows are above suspicion: they go before anything is computed for them.
    rows = prepared(frame.filter(suspect), rules).filter(~nw.col("used"))
    columns = ("place", "year", "indicator", "flag", "censored", "filled")
    together = rows.select(*columns)
    return (
        together.with_columns(
            excluded=~_not_excluded(rules.excluded_flags), empty=nw.col("filled").is_null()
        )
        .group_by("place", "year", "indicator", "flag", "censored", "excluded", "empty")
        .agg(rows=nw.len())
    )
