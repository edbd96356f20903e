"""What does the law say?

Limits, methods, rounding, units and indicators as versioned tables, and the small rules that read
them. See ``docs/standards.md``.
"""

from luhai.standards.headers import IndicatorMatch, find_indicator
from luhai.standards.indicators import Indicator, indicator, indicators
from luhai.standards.rounding import round_half_even, round_text
from luhai.standards.units import convert, normalise_unit

__all__ = [
    "Indicator",
    "IndicatorMatch",
    "convert",
    "find_indicator",
    "indicator",
    "indicators",
    "normalise_unit",
    "round_half_even",
    "round_text",
]
