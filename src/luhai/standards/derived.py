"""Which quantities does the law derive from measured ones, and by what formula?

Inorganic nitrogen and un-ionised ammonia (GB 3097-1997 annexes A and B), the eutrophication index
(HJ 442-2008 and the national bulletins), the trophic level of lakes (环办〔2011〕22号), oxygen
saturation (HJ 442-2008; HJ 2.3-2018; Benson and Krause 1984), the organic pollution index and the
single-factor index. Every formula is registered with clause, verification mark and worked examples.

A missing part makes the result missing (NaN): it is never taken as zero. Values below a detection
limit are put in as the assessment method counts them (half or a quarter of the limit); a sum of
such parts is then an estimate, and its explanation has to say how many parts were not detected.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from luhai.errors import InputError, UsageError
from luhai.standards.editions import load_standard
from luhai.standards.formulas import FORMULAS, Example, FloatArray, Quantity, register
from luhai.standards.limits import Standard
from luhai.standards.tables import unknown
from luhai.text import Text

NITRATE = Quantity("no3n", "lh_no3n", "mg/L", "硝酸盐氮", "nitrate nitrogen")
NITRITE = Quantity("no2n", "lh_no2n", "mg/L", "亚硝酸盐氮", "nitrite nitrogen")
AMMONIA = Quantity("nh3n", "w21003", "mg/L", "氨氮", "ammonia nitrogen")
DIN = Quantity("din", "lh_din", "mg/L", "无机氮", "inorganic nitrogen")
DIP = Quantity("dip", "lh_dip", "mg/L", "活性磷酸盐", "reactive phosphate")
COD_SEA = Quantity("cod", "lh_cod_mn_alkaline", "mg/L", "化学需氧量", "chemical oxygen demand")
OXYGEN = Quantity("do", "w01009", "mg/L", "溶解氧", "dissolved oxygen")
PH = Quantity("ph", "w01001", "", "pH", "pH", 0.0, 14.0)
TEMPERATURE = Quantity("temperature_c", "w01010", "°C", "水温", "water temperature", -2.5, 45.0)
SALINITY = Quantity("salinity", "lh_salinity", "psu", "盐度", "salinity", 0.0, 45.0)
SATURATION = Quantity(
    "do_saturation", "", "mg/L", "溶解氧饱和浓度", "oxygen concentration at saturation"
)
HJ442_TITLE = "HJ 442-2008 近岸海域环境监测规范"
GB3097_TITLE = "GB 3097-1997 海水水质标准"
SURFACE_TITLE = "环办〔2011〕22号 地表水环境质量评价办法（试行）"


@register(
    id="din",
    standard="gb3097-1997",
    title=GB3097_TITLE,
    clause="annex A",
    verified="V",
    inputs=(NITRATE, NITRITE, AMMONIA),
    output=DIN,
    text="{no3n} + {no2n} + {nh3n}",
    examples=(
        Example(
            {"no3n": 0.210, "no2n": 0.020, "nh3n": 0.050},
            0.280,
            1e-12,
            "GB 3097-1997 annex A: the sum of the three, worked by hand",
        ),
    ),
)
def _din(no3n: FloatArray, no2n: FloatArray, nh3n: FloatArray) -> FloatArray:
    return no3n + no2n + nh3n


@register(
    id="nh3_unionised",
    standard="gb3097-1997",
    title=GB3097_TITLE,
    clause="annex B",
    verified="V",
    inputs=(AMMONIA, PH, TEMPERATURE, SALINITY),
    output=Quantity("nh3", "lh_nh3_unionised", "mg/L", "非离子氨", "un-ionised ammonia"),
    text=(
        "{nh3n} ÷ (10^(9.245 + 0.002949 × {salinity} + 0.0324 × (298 − (273 + {temperature_c}))"
        " − {ph}) + 1)"
    ),
    examples=(
        Example(
            {"nh3n": 0.10, "ph": 8.1, "temperature_c": 25.0, "salinity": 30.0},
            0.005519,
            1e-6,
            "by hand: pKa 9.33347, 10^1.23347 = 17.1187, 0.10 / 18.1187",
        ),
        Example(
            {"nh3n": 0.10, "ph": 9.245, "temperature_c": 25.0, "salinity": 0.0},
            0.05,
            1e-12,
            "by hand: at pH = pKa half of the ammonia is un-ionised",
        ),
    ),
)
def _unionised(
    nh3n: FloatArray, ph: FloatArray, temperature_c: FloatArray, salinity: FloatArray
) -> FloatArray:
    # The annex counts kelvin from 273, not 273.15.
    kelvin = 273.0 + temperature_c
    acidity = 9.245 + 0.002949 * salinity + 0.0324 * (298.0 - kelvin)
    result: FloatArray = nh3n / (10.0 ** (acidity - ph) + 1.0)
    return result


@register(
    id="eutrophication_index",
    standard="hj442-2008",
    title=HJ442_TITLE,
    clause="eutrophication index",
    verified="V",
    inputs=(COD_SEA, DIN, DIP),
    output=Quantity("index", "lh_eutrophication_index", "", "富营养化指数", "eutrophication index"),
    text="{cod} × {din} × {dip} × 10⁶ ÷ 4500",
    examples=tuple(
        Example({"cod": cod, "din": din, "dip": dip}, expected, 5e-4, source)
        for cod, din, dip, expected, source in (
            (2.0, 0.20, 0.015, 1.333, "review paper: 1.3 at the class 1 limits"),
            (3.0, 0.30, 0.030, 6.000, "review paper: 6 at the class 2 limits"),
            (4.0, 0.40, 0.030, 10.667, "review paper: 10.7 at the class 3 limits"),
            (5.0, 0.50, 0.045, 25.000, "review paper: 25 at the class 4 limits"),
        )
    ),
)
def _eutrophication(cod: FloatArray, din: FloatArray, dip: FloatArray) -> FloatArray:
    return cod * din * dip * 1e6 / 4500.0


_TLI_WEIGHTS = {"chla": 1.0, "tp": 0.7056, "tn": 0.6724, "transparency": 0.6889, "codmn": 0.6889}
"""Squares of the correlation with chlorophyll a; divided by their sum they are the weights."""
_TLI_LINES = {
    "chla": (2.5, 1.086),
    "tp": (9.436, 1.624),
    "tn": (5.453, 1.694),
    "transparency": (5.118, -1.94),
    "codmn": (0.109, 2.661),
}
"""Constant and slope of 10 × (a + b ln x) for each part."""


def tli_part(name: str, values: ArrayLike) -> FloatArray:
    """Trophic level of one part.

    Args:
        name: ``chla`` (mg/m³), ``tp``, ``tn``, ``codmn`` (mg/L) or ``transparency`` (m).
        values: above zero; NaN stays NaN.

    Raises:
        UsageError: no such part.
        InputError: a value is not above zero.
    """
    if name not in _TLI_LINES:
        raise unknown(Text("part of the trophic level"), name, _TLI_LINES)
    numbers = np.asarray(values, dtype=np.float64)
    if (numbers <= 0).any():
        raise InputError(
            Text("{name} is not above zero.", {"name": name}),
            why=Text("The trophic level takes its logarithm."),
            remedy=Text("Put non-detects in as the method counts them."),
        )
    constant, slope = _TLI_LINES[name]
    result: FloatArray = 10.0 * (constant + slope * np.log(numbers))
    return result


@register(
    id="tli",
    standard="hb2011-22",
    title=SURFACE_TITLE,
    clause="trophic level of lakes",
    verified="V",
    inputs=(
        Quantity("chla", "lh_chla", "μg/L", "叶绿素a", "chlorophyll a", low_excluded=True),
        Quantity("tp", "w21011", "mg/L", "总磷", "total phosphorus", low_excluded=True),
        Quantity("tn", "w21001", "mg/L", "总氮", "total nitrogen", low_excluded=True),
        Quantity(
            "transparency", "lh_transparency", "m", "透明度", "transparency", low_excluded=True
        ),
        Quantity(
            "codmn", "w01019", "mg/L", "高锰酸盐指数", "permanganate index", low_excluded=True
        ),
    ),
    output=Quantity("tli", "lh_tli", "", "综合营养状态指数", "trophic level index"),
    text=(
        "[1.0000 × 10(2.5 + 1.086 ln {chla}) + 0.7056 × 10(9.436 + 1.624 ln {tp}) + 0.6724 × "
        "10(5.453 + 1.694 ln {tn}) + 0.6889 × 10(5.118 − 1.94 ln {transparency}) + 0.6889 × "
        "10(0.109 + 2.661 ln {codmn})] ÷ 3.7558"
    ),
    examples=(
        Example(
            {"chla": 1.0, "tp": 1.0, "tn": 1.0, "transparency": 1.0, "codmn": 1.0},
            # (25 + 0.7056 × 94.36 + 0.6724 × 54.53 + 0.6889 × 51.18 + 0.6889 × 1.09) / 3.7558
            43.7338,
            5e-4,
            "by hand: with all inputs 1 the logarithms vanish",
        ),
    ),
)
def _tli(
    chla: FloatArray, tp: FloatArray, tn: FloatArray, transparency: FloatArray, codmn: FloatArray
) -> FloatArray:
    parts = {"chla": chla, "tp": tp, "tn": tn, "transparency": transparency, "codmn": codmn}
    total = sum(_TLI_WEIGHTS.values())
    level = [_TLI_WEIGHTS[name] * tli_part(name, values) for name, values in parts.items()]
    result: FloatArray = np.asarray(sum(level)) / total
    return result


@register(
    id="do_saturation_hj442",
    standard="hj442-2008",
    title=HJ442_TITLE,
    clause="single-factor index of dissolved oxygen",
    verified="V",
    inputs=(TEMPERATURE,),
    output=SATURATION,
    text="468 ÷ (31.6 + {temperature_c})",
    examples=(
        Example({"temperature_c": 20.0}, 9.0698, 5e-5, "by hand: 468 / 51.6"),
        Example({"temperature_c": 0.0}, 14.8101, 5e-5, "by hand: 468 / 31.6"),
    ),
)
def _saturation_hj442(temperature_c: FloatArray) -> FloatArray:
    return 468.0 / (31.6 + temperature_c)


@register(
    id="do_saturation_hj2_3",
    standard="hj2.3-2018",
    title="HJ 2.3-2018 环境影响评价技术导则 地表水环境",
    clause="single-factor index of dissolved oxygen, salt water",
    verified="M",
    inputs=(TEMPERATURE, SALINITY),
    output=SATURATION,
    text="(491 − 2.65 × {salinity}) ÷ (33.5 + {temperature_c})",
    examples=(
        Example({"temperature_c": 25.0, "salinity": 30.0}, 7.0342, 5e-5, "by hand: 411.5 / 58.5"),
    ),
)
def _saturation_hj2_3(temperature_c: FloatArray, salinity: FloatArray) -> FloatArray:
    return (491.0 - 2.65 * salinity) / (33.5 + temperature_c)


@register(
    id="do_saturation_benson_krause",
    standard="benson-krause-1984",
    title="Benson & Krause 1984, Limnology and Oceanography 29(3)",
    clause="as in Standard Methods 4500-O, table of oxygen solubility",
    verified="C",
    inputs=(TEMPERATURE, SALINITY),
    output=SATURATION,
    text="Benson–Krause({temperature_c} °C, {salinity})",
    examples=tuple(
        Example(
            {"temperature_c": temperature, "salinity": 0.0},
            expected,
            1.1e-3,
            "Standard Methods 4500-O, solubility of oxygen in fresh water at 101.325 kPa",
        )
        for temperature, expected in (
            *((0.0, 14.621), (5.0, 12.770), (10.0, 11.288), (15.0, 10.084), (20.0, 9.092)),
            *((25.0, 8.263), (30.0, 7.559), (35.0, 6.949), (40.0, 6.412)),
        )
    ),
)
def _saturation_benson_krause(temperature_c: FloatArray, salinity: FloatArray) -> FloatArray:
    kelvin = temperature_c + 273.15
    fresh = (
        -139.34411
        + 1.575701e5 / kelvin
        - 6.642308e7 / kelvin**2
        + 1.243800e10 / kelvin**3
        - 8.621949e11 / kelvin**4
    )
    salt = salinity * (1.7674e-2 - 1.0754e1 / kelvin + 2.1407e3 / kelvin**2)
    result: FloatArray = np.exp(fresh - salt)
    return result


@register(
    id="organic_pollution_index",
    standard="gb3097-1997",
    title="organic pollution index against class 1 of GB 3097-1997",
    clause="table 1, class 1 limits of COD, inorganic nitrogen, reactive phosphate and oxygen",
    verified="M",
    inputs=(COD_SEA, DIN, DIP, OXYGEN),
    output=Quantity(
        "index", "lh_organic_pollution_index", "", "有机污染指数", "organic pollution index", -50
    ),
    text="{cod} ÷ COD₀ + {din} ÷ DIN₀ + {dip} ÷ DIP₀ − {do} ÷ DO₀",
    examples=(
        Example(
            {"cod": 2.0, "din": 0.20, "dip": 0.015, "do": 6.0},
            2.0,
            1e-12,
            "by hand: every quotient is 1 at the class 1 limits",
        ),
        Example(
            {"cod": 1.0, "din": 0.30, "dip": 0.030, "do": 9.0},
            2.5,
            1e-12,
            "by hand: ½ + 1½ + 2 − 1½",
        ),
    ),
)
def _organic_pollution(
    cod: FloatArray, din: FloatArray, dip: FloatArray, do: FloatArray
) -> FloatArray:
    first = load_standard("gb3097-1997")

    def best(quantity: Quantity) -> float:
        limit = first.limit(quantity.code, 1)
        assert limit is not None
        assert limit.value is not None
        return limit.value

    return cod / best(COD_SEA) + din / best(DIN) + dip / best(DIP) - do / best(OXYGEN)


_INDEX = Quantity("index", "", "", "单因子指数", "single-factor index")


@register(
    id="single_factor_upper",
    standard="hj442-2008",
    title=HJ442_TITLE,
    clause="single-factor index",
    verified="V",
    inputs=(
        Quantity("value", "", "", "测值", "value"),
        Quantity("limit", "", "", "限值", "limit", low_excluded=True),
    ),
    output=_INDEX,
    text="{value} ÷ {limit}",
    examples=(Example({"value": 0.45, "limit": 0.30}, 1.5, 1e-12, "by hand"),),
)
def _single_factor_upper(value: FloatArray, limit: FloatArray) -> FloatArray:
    return value / limit


@register(
    id="single_factor_range",
    standard="hj442-2008",
    title=HJ442_TITLE,
    clause="single-factor index of pH",
    verified="V",
    inputs=(
        PH,
        Quantity("low", "", "", "下限", "lower limit"),
        Quantity("high", "", "", "上限", "upper limit"),
    ),
    output=_INDEX,
    text="|{ph} − ({high} + {low}) ÷ 2| ÷ (({high} − {low}) ÷ 2)",
    examples=(
        Example({"ph": 8.50, "low": 7.8, "high": 8.5}, 1.0, 1e-12, "by hand: on the limit"),
        Example({"ph": 7.45, "low": 7.8, "high": 8.5}, 2.0, 1e-12, "by hand: 0.70 / 0.35"),
    ),
)
def _single_factor_range(ph: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    return np.asarray(np.abs(ph - (high + low) / 2) / ((high - low) / 2))


@register(
    id="single_factor_oxygen",
    standard="hj442-2008",
    title=HJ442_TITLE,
    clause="single-factor index of dissolved oxygen",
    verified="V",
    inputs=(
        OXYGEN,
        Quantity("limit", "w01009", "mg/L", "限值", "limit", low_excluded=True),
        SATURATION,
    ),
    output=_INDEX,
    text=(
        "DO ≥ DOs: |{do_saturation} − {do}| ÷ ({do_saturation} − {limit}); "
        "DO < DOs: 10 − 9 × {do} ÷ {limit}"
    ),
    examples=(
        Example({"do": 6.5, "limit": 5.0, "do_saturation": 8.0}, 0.5, 1e-12, "by hand: 1.5 / 3"),
        Example({"do": 4.0, "limit": 5.0, "do_saturation": 8.0}, 2.8, 1e-12, "by hand: 10 − 7.2"),
    ),
)
def _single_factor_oxygen(
    do: FloatArray, limit: FloatArray, do_saturation: FloatArray
) -> FloatArray:
    if (do_saturation <= limit).any():
        raise InputError(
            Text("The oxygen concentration at saturation does not exceed the limit."),
            why=Text("The index divides by their difference."),
            remedy=Text("Check temperature and salinity."),
        )
    missing = np.isnan(do + limit + do_saturation)
    above = np.abs(do_saturation - do) / (do_saturation - limit)
    index = np.where(do >= limit, above, 10.0 - 9.0 * do / limit)
    return np.asarray(np.where(missing, np.nan, index))


def din(no3n: ArrayLike, no2n: ArrayLike, nh3n: ArrayLike) -> FloatArray:
    """Inorganic nitrogen, mg/L as N (GB 3097-1997 annex A).

    Args:
        no3n, no2n, nh3n: nitrate, nitrite and ammonia, mg/L as N, broadcast. A missing part (NaN)
            gives NaN.

    Raises:
        InputError: a value is negative.
    """
    return FORMULAS["din"](no3n=no3n, no2n=no2n, nh3n=nh3n)


def unionised_ammonia(
    nh3n: ArrayLike, ph: ArrayLike, temperature_c: ArrayLike, salinity: ArrayLike
) -> FloatArray:
    """Un-ionised ammonia, mg/L as N (GB 3097-1997 annex B).

    Args:
        nh3n: ammonia nitrogen, mg/L as N.
        ph: pH, 0…14.
        temperature_c: water temperature, °C.
        salinity: practical salinity.

    Raises:
        InputError: a value lies outside its range.
    """
    return FORMULAS["nh3_unionised"](
        nh3n=nh3n, ph=ph, temperature_c=temperature_c, salinity=salinity
    )


def eutrophication_index(cod: ArrayLike, din: ArrayLike, dip: ArrayLike) -> FloatArray:
    """Eutrophication index E = COD × DIN × DIP × 10⁶ / 4500 (mg/L each, dimensionless)."""
    return FORMULAS["eutrophication_index"](cod=cod, din=din, dip=dip)


def tli(
    chla: ArrayLike, tp: ArrayLike, tn: ArrayLike, transparency: ArrayLike, codmn: ArrayLike
) -> FloatArray:
    """Trophic level index of lakes (环办〔2011〕22号).

    Args:
        chla: chlorophyll a, μg/L (= mg/m³).
        tp, tn, codmn: mg/L.
        transparency: Secchi depth, m.

    Raises:
        InputError: a value is not above zero.
    """
    return FORMULAS["tli"](chla=chla, tp=tp, tn=tn, transparency=transparency, codmn=codmn)


SATURATION_FORMULAS = {
    "benson_krause_1984": "do_saturation_benson_krause",
    "hj2.3-2018": "do_saturation_hj2_3",
    "hj442-2008": "do_saturation_hj442",
}


def do_saturation(
    temperature_c: ArrayLike, salinity: ArrayLike = 0.0, *, formula: str = "benson_krause_1984"
) -> FloatArray:
    """Oxygen concentration of saturated water at sea-level pressure, mg/L.

    Args:
        temperature_c: water temperature, °C.
        salinity: practical salinity; the formula ``hj442-2008`` has no salinity and refuses any
            but zero.
        formula: ``benson_krause_1984``, ``hj2.3-2018`` or ``hj442-2008``.

    Raises:
        UsageError: no such formula.
        InputError: a value lies outside its range, or a salinity is given to a formula without it.
    """
    if formula not in SATURATION_FORMULAS:
        raise unknown(Text("saturation formula"), formula, SATURATION_FORMULAS)
    chosen = FORMULAS[SATURATION_FORMULAS[formula]]
    if SALINITY in chosen.inputs:
        return chosen(temperature_c=temperature_c, salinity=salinity)
    if (np.nan_to_num(np.asarray(salinity, dtype=np.float64)) != 0).any():
        raise InputError(
            Text("This formula holds for fresh water only."),
            why=Text("In sea water it would give a saturation about a fifth too high."),
            remedy=Text("Use benson_krause_1984 or hj2.3-2018."),
        )
    return chosen(temperature_c=temperature_c)


def do_saturation_percent(
    do: ArrayLike,
    temperature_c: ArrayLike,
    salinity: ArrayLike = 0.0,
    *,
    formula: str = "benson_krause_1984",
) -> FloatArray:
    """Oxygen saturation, % (measured concentration over that of saturated water)."""
    saturated = do_saturation(temperature_c, salinity, formula=formula)
    result: FloatArray = np.asarray(do, dtype=np.float64) / saturated * 100.0
    return result


def organic_pollution_index(
    cod: ArrayLike, din: ArrayLike, dip: ArrayLike, do: ArrayLike
) -> FloatArray:
    """Organic pollution index against the class 1 limits of GB 3097-1997 (mg/L each)."""
    return FORMULAS["organic_pollution_index"](cod=cod, din=din, dip=dip, do=do)


def single_factor_index(
    standard: Standard,
    code: str,
    values: ArrayLike,
    class_number: int,
    *,
    saturation: ArrayLike | None = None,
) -> FloatArray:
    """Single-factor index P of HJ 442-2008: above 1 the class is missed.

    Args:
        standard, code, class_number: the limit that values are held against.
        values: canonical unit, any shape.
        saturation: for limits from below (oxygen) the concentration at saturation, mg/L, of the
            same water; the index then falls from 1 to 0 as the water nears saturation.

    Returns:
        C/S for upper limits; distance from the middle over half the width for ranges (pH);
        for oxygen |DOf − DO| / (DOf − DOs) above the limit, 10 − 9 DO/DOs below it.

    Raises:
        UsageError: the standard sets no such limit, or saturation is missing for oxygen.
        InputError: saturation does not exceed the limit.
    """
    limit = standard.limit(code, class_number)
    low, high = (limit.low, limit.high) if limit else (None, None)
    if low is not None and high is not None:
        return FORMULAS["single_factor_range"](ph=values, low=low, high=high)
    if high is not None:
        return FORMULAS["single_factor_upper"](value=values, limit=high)
    if low is None:
        raise UsageError(
            Text(
                "{standard} sets no limit of class {number} on {code}.",
                {"standard": standard.id, "number": class_number, "code": code},
            ),
            remedy=Text("It judges {codes}.", {"codes": ", ".join(standard.codes)}),
        )
    if saturation is None:
        raise UsageError(
            Text("The index of dissolved oxygen needs the concentration at saturation."),
            remedy=Text("Give saturation=do_saturation(temperature, salinity)."),
        )
    return FORMULAS["single_factor_oxygen"](do=values, limit=low, do_saturation=saturation)
