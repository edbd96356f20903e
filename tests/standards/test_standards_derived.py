"""Derived quantities: every registered formula is tested by being registered."""

from __future__ import annotations

import csv
import gzip
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luhai.errors import InputError, UsageError
from luhai.standards import (
    FORMULAS,
    derived,
    eutrophication_grade,
    grade_of,
    grades,
    indicator,
    load_standard,
)
from luhai.standards.grading import schemes
from luhai.why import VERIFICATION_MARKS

SHARED = Path(os.environ.get("LUHAI_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_gives_its_worked_examples(name: str) -> None:
    formula = FORMULAS[name]
    for example in formula.examples:
        assert float(formula(**example.inputs)) == pytest.approx(
            example.expected, abs=example.tolerance
        ), example.source


@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_is_whole(name: str) -> None:
    formula = FORMULAS[name]
    assert formula.id == name
    assert formula.verified in VERIFICATION_MARKS
    assert formula.citation.clause
    for quantity in (*formula.inputs, formula.output):
        assert quantity.name_zh
        assert quantity.name_en
        if quantity.code:
            assert indicator(quantity.code).unit == quantity.unit
    written = formula.written(**{quantity.name: "7.25" for quantity in formula.inputs})
    assert "7.25" in written
    assert "{" not in written


@pytest.mark.parametrize("name", FORMULAS)
def test_a_missing_part_is_never_zero(name: str) -> None:
    formula = FORMULAS[name]
    inputs = dict(formula.examples[0].inputs)
    for missing in inputs:
        values = {**inputs, missing: np.nan}
        assert np.isnan(formula(**values))
        gone = formula.missing(**values)
        assert [part for part, absent in gone.items() if absent] == [missing]
        sentence = formula.missing_reason([missing])
        quantity = next(entry for entry in formula.inputs if entry.name == missing)
        assert quantity.name_zh in sentence.render("zh")
        assert quantity.name_en in sentence.render("en")


@pytest.mark.parametrize("name", FORMULAS)
def test_impossible_inputs_are_refused(name: str) -> None:
    formula = FORMULAS[name]
    inputs = dict(formula.examples[0].inputs)
    for quantity in formula.inputs:
        for wrong in (quantity.low - 1.0, np.inf):
            values: dict[str, Any] = {**inputs, quantity.name: [inputs[quantity.name], wrong]}
            with pytest.raises(InputError, match=re.escape(quantity.name_en)):
                formula(**values)
    with pytest.raises(UsageError, match="Name every input"):
        formula(**inputs, more=1.0)


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_take_arrays(name: str) -> None:
    formula = FORMULAS[name]
    inputs = dict(formula.examples[0].inputs)
    several = formula(**{part: np.full((2, 3), value) for part, value in inputs.items()})
    assert several.shape == (2, 3)
    # The last bits may differ: numpy computes single numbers and vectors by different code.
    assert several == pytest.approx(np.full((2, 3), formula(**inputs)), rel=1e-12)


def test_inorganic_nitrogen_in_moles_is_that_of_annex_a() -> None:
    """GB 3097-1997 annex A: c(N) = 14 × 10⁻³ × the sum of the three in μmol/L."""
    from luhai.standards import convert

    micromoles = {"no3n": 15.0, "no2n": 1.5, "nh3n": 3.5}
    codes = {"no3n": "lh_no3n", "no2n": "lh_no2n", "nh3n": "w21003"}
    parts = {name: convert(value, "μmol/L", codes[name]) for name, value in micromoles.items()}
    assert float(derived.din(**parts)) == pytest.approx(14e-3 * 20.0, rel=1e-14)


def test_unionised_ammonia_as_the_annex_writes_it() -> None:
    """GB 3097-1997 annex B in its own units: c = 14 × 10⁻⁵ × c(μmol/L) × f, f in percent."""
    micromoles, ph, celsius, salinity = 12.0, 8.25, 28.0, 31.0
    acidity = 9.245 + 0.002949 * salinity + 0.0324 * (298 - (273 + celsius))
    percent = 100 / (10 ** (acidity - ph) + 1)
    expected = 14e-5 * micromoles * percent
    found = derived.unionised_ammonia(14e-3 * micromoles, ph, celsius, salinity)
    assert float(found) == pytest.approx(expected, rel=1e-12)


def weiss_1970(celsius: float, salinity: float) -> float:
    """Oxygen at saturation, mg/L: Weiss 1970, Deep-Sea Research 17, an independent fit (mL/L)."""
    hundred = (celsius + 273.15) / 100
    logarithm = (
        -173.4292
        + 249.6339 / hundred
        + 143.3483 * np.log(hundred)
        - 21.8492 * hundred
        + salinity * (-0.033096 + 0.014259 * hundred - 0.0017000 * hundred**2)
    )
    return float(np.exp(logarithm)) * 1.42903


@settings(deadline=None)
@given(st.floats(0, 38), st.floats(0, 40))
def test_saturation_agrees_with_an_independent_fit(celsius: float, salinity: float) -> None:
    found = float(derived.do_saturation(celsius, salinity))
    assert found == pytest.approx(weiss_1970(celsius, salinity), rel=0.008)


@settings(deadline=None)
@given(st.floats(0, 35), st.floats(0, 35))
def test_the_formulas_of_the_standards_come_close(celsius: float, salinity: float) -> None:
    best = float(derived.do_saturation(celsius, salinity))
    salty = float(derived.do_saturation(celsius, salinity, formula="hj2.3-2018"))
    assert salty == pytest.approx(best, rel=0.05)
    fresh = float(derived.do_saturation(celsius, formula="hj442-2008"))
    assert fresh == pytest.approx(float(derived.do_saturation(celsius)), rel=0.02)


def test_the_fresh_water_formula_refuses_salt() -> None:
    with pytest.raises(InputError, match="fresh water only"):
        derived.do_saturation(20.0, 30.0, formula="hj442-2008")
    with pytest.raises(UsageError, match="saturation formula"):
        derived.do_saturation(20.0, formula="weiss")


@pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"third-party data not found at {SHARED} (LUHAI_SHARED_DATA)"
)
def test_saturation_agrees_with_measurements_of_hong_kong() -> None:
    """The department states both DO (mg/L) and saturation (%), rounded to 0.1 mg/L and 1 %."""
    path = SHARED / "hong_kong_marine" / "marine_water_quality_southern_western_buffer.csv.gz"
    columns = (
        "Dissolved Oxygen (mg/L)",
        "Dissolved Oxygen (%saturation)",
        "Temperature (°C)",
        "Salinity (psu)",
    )
    with gzip.open(path, "rt", encoding="utf-8-sig") as stream:
        rows = [[row[name] for name in columns] for row in csv.DictReader(stream)]
    numbers = np.array(
        [[float(cell) for cell in row] for row in rows if "N/A" not in row and "" not in row]
    )
    assert len(numbers) > 10_000
    oxygen, percent, temperature, salinity = numbers.T
    found = derived.do_saturation_percent(oxygen, temperature, salinity)
    difference = found - percent
    assert abs(float(np.median(difference))) < 0.2
    assert float(np.percentile(np.abs(difference), 90)) < 1.0


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("lh_din", 0.45, 1.5),  # C/S
        ("w01001", 8.15, 0.0),  # middle of 7.8–8.5
        ("w01001", 8.5, 1.0),
        ("w01001", 7.45, 2.0),
        ("w01009", 5.0, 1.0),  # |8 − 5| / (8 − 5)
        ("w01009", 6.5, 0.5),
        ("w01009", 4.0, 2.8),  # 10 − 9 × 4 / 5
    ],
)
def test_single_factor_index(code: str, value: float, expected: float) -> None:
    """HJ 442-2008, worked by hand for class 2 and water saturated at 8 mg/L."""
    edition = load_standard("gb3097-1997")
    found = derived.single_factor_index(edition, code, value, 2, saturation=8.0)
    assert float(found) == pytest.approx(expected, abs=1e-12)


def test_single_factor_index_refuses_what_it_cannot_judge() -> None:
    edition = load_standard("gb3097-1997")
    with pytest.raises(UsageError, match="needs the concentration at saturation"):
        derived.single_factor_index(edition, "w01009", 6.0, 2)
    with pytest.raises(UsageError, match="sets no limit"):
        derived.single_factor_index(edition, "w02003", 6.0, 4)
    with pytest.raises(InputError, match="does not exceed"):
        derived.single_factor_index(edition, "w01009", 6.0, 2, saturation=4.0)


@pytest.mark.parametrize("scheme", schemes())
def test_every_scheme_of_grades_covers_the_line_once(scheme: str) -> None:
    entries = grades(scheme)
    assert [grade.number for grade in entries] == list(range(1, len(entries) + 1))
    cuts = sorted({grade.low for grade in entries if grade.low is not None})
    points = np.array([-1e6, 1e6, *cuts, *np.add(cuts, 1e-6), *np.subtract(cuts, 1e-6)])
    belongs = np.array([grade.holds(points) for grade in entries])
    assert (belongs.sum(axis=0) == 1).all()
    order = np.argsort(points)
    assert (np.diff(grade_of(scheme, points[order]).astype(int)) >= 0).all()
    assert grade_of(scheme, [np.nan]).tolist() == [0]


def test_one_index_has_another_word_in_each_scheme() -> None:
    """At the class limits of GB 3097 E is 1.333, 6, 10.667 and 25."""
    index = derived.eutrophication_index(
        [2, 3, 4, 5], [0.2, 0.3, 0.4, 0.5], [0.015, 0.03, 0.03, 0.045]
    )
    assert eutrophication_grade(index, "A").tolist() == [2, 3, 4, 4]
    assert eutrophication_grade(index, "B").tolist() == [2, 4, 4, 5]
    with pytest.raises(UsageError, match="scheme"):
        eutrophication_grade(index, "C")


def test_arithmetic_noise_does_not_cross_a_cut() -> None:
    index = derived.eutrophication_index(0.9, 0.1, 0.05)  # 1 by hand, 0.9999999999999999 or so
    assert eutrophication_grade(index, "A").tolist() == 2
    assert eutrophication_grade(np.nextafter(3.0, 4.0), "A").tolist() == 2


def test_trophic_level_refuses_zero() -> None:
    with pytest.raises(InputError) as caught:
        derived.tli(10.0, 0.0, 1.0, 1.0, 3.0)
    assert "总磷" in caught.value.render("zh")
    with pytest.raises(InputError, match="above zero"):
        derived.tli_part("tp", [0.1, 0.0])
    with pytest.raises(UsageError, match="part of the trophic level"):
        derived.tli_part("tq", 1.0)
