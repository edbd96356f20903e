"""Units as files write them, and the arithmetic between them."""

from __future__ import annotations

import numpy as np
import pytest

from luhai.errors import InputError
from luhai.standards import convert, normalise_unit, unit_text
from luhai.standards.tables import DATA, read_csv


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *[(text, "mg/L") for text in ("(mg/L)", "mg·L-1", "㎎/L", "毫克/升", "mg/l", "MG/L")],
        *[(text, "mg/L") for text in ("ｍｇ／Ｌ", "mg L⁻¹", "（mg/L）", "[mg/L]", "mg·L^-1")],
        ("mg/dm³", "mg/L"),
        *[(text, "μg/L") for text in ("ug/l", "μg/L", "µg/L", "微克/升", "㎍/L", "mg·m⁻³")],
        *[(text, "1") for text in ("无量纲", "dimensionless", "-")],
        ("μmol·L⁻¹", "μmol/L"),
        ("umol/L", "μmol/L"),
        ("cfu/100mL", "个/100mL"),
        ("MPN/L", "个/L"),
        ("cells/L", "个/L"),
        ("℃", "°C"),
        ("uS/cm", "μS/cm"),
        ("%saturation", "%"),
        ("mg/L as NO3", "mg/L as NO3"),
        ("mg/L(以N计)", "mg/L as N"),
        ("mg N/L", "mg/L as N"),
        ("furlong", None),
        ("", None),
        ("mg/L as X", None),
        ("溶解氧", None),
    ],
)
def test_spellings(text: str, unit: str | None) -> None:
    assert normalise_unit(text) == unit


def test_every_spelling_of_the_table_is_read() -> None:
    for row in read_csv(DATA / "units.csv", ["unit", "aliases"]):
        for spelling in (row.text("unit"), *row.text("aliases").split(";")):
            assert normalise_unit(spelling) == row.text("unit"), spelling


@pytest.mark.parametrize(
    ("value", "unit", "code", "expected"),
    [
        (50.0, "μg/L", "w20142", 0.05),
        (0.05, "μg/L", "w20142", 0.00005),  # class 1 limit of Hg must be hit exactly
        (2.5, "ng/L", "w25043", 0.0025),
        (5.0, "mS/cm", "w01014", 5000.0),
        (0.5, "mg/L", "lh_chla", 500.0),
        (3.0, "cfu/100mL", "w02003", 30.0),
        (2.0, "万个/L", "lh_algae_density", 20000.0),
        (33.0, "‰", "lh_salinity", 33.0),
        (300.0, "K", "w01010", 26.85),
        (100.0, "L/s", "w00000", 0.1),
        (8.64, "万m3/d", "w00000", 1.0),
        (25.0, "cm", "lh_transparency", 0.25),
        # GB 3097-1997 annex A: c(N) mg/L = 14 × 10⁻³ × c μmol/L.
        (20.0, "μmol/L", "lh_din", 0.28),
        (1.0, "μmol/L", "lh_dip", 0.030974),
    ],
)
def test_conversions(value: float, unit: str, code: str, expected: float) -> None:
    assert float(convert(value, unit, code)) == expected


@pytest.mark.parametrize(
    ("unit", "code", "factor"),
    [
        # Published factors: USEPA and Standard Methods give NO3 = 4.4268 NO3-N, NO2 = 3.2845 NO2-N,
        # NH4 = 1.2879 NH4-N, PO4 = 3.0661 PO4-P.
        ("mg/L as NO3", "lh_no3n", 1 / 4.4268),
        ("mg/L as NO2", "lh_no2n", 1 / 3.2845),
        ("mg/L as NH4", "w21003", 1 / 1.2879),
        ("mg/L as PO4", "lh_dip", 1 / 3.0661),
        ("mg/L as N", "w21007", 4.4268),
        ("mg/L as P2O5", "w21011", 0.43642),
    ],
)
def test_ions_become_their_element(unit: str, code: str, factor: float) -> None:
    assert float(convert(1.0, unit, code)) == pytest.approx(factor, rel=1e-4)


def test_missing_values_and_shapes_are_kept() -> None:
    converted = convert(np.array([[1.0, np.nan]]), "μg/L", "w20144")
    assert np.array_equal(converted, [[0.001, np.nan]], equal_nan=True)


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("mg/L", "w01001"),
        ("furlong", "w01009"),
        ("", "w01009"),
        ("μmol/L", "w22001"),  # a mixture has no molar mass
        ("mg/L as PO4", "lh_din"),
        ("mg/L as NO3", "w01009"),
        ("倍", "w01002"),  # dilution multiples are no degrees of colour
        ("NTU", "w01012"),
        ("个/L", "lh_chla"),
        ("%", "w01009"),
    ],
)
def test_what_does_not_measure_the_indicator_is_refused(unit: str, code: str) -> None:
    with pytest.raises(InputError):
        convert(1.0, unit, code)


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("km2", "km²"),
        ("m3/d", "m³/d"),
        ("mg/m3", "mg/m³"),
        ("mg/L", "mg/L"),
        ("m³/s", "m³/s"),
        ("个/100mL", "个/100mL"),
        ("%", "%"),
        ("1", ""),
        ("", ""),
    ],
)
def test_units_are_shown_as_people_write_them(unit: str, shown: str) -> None:
    assert unit_text(unit) == shown
