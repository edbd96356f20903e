"""What does the law say?

Limits, methods, rounding, units and indicators as versioned tables, and the small rules that read
them. See ``docs/standards.md``.
"""

from luhai.standards.citations import citation, clause_text
from luhai.standards.headers import IndicatorMatch, find_indicator
from luhai.standards.indicators import Indicator, indicator, indicators
from luhai.standards.limits import (
    Limit,
    Standard,
    detection_limit,
    load_standard,
    standard_in_force,
    standards,
    unprovable_classes,
)
from luhai.standards.methods import Method, load_method, methods
from luhai.standards.rounding import round_half_even, round_text
from luhai.standards.units import convert, normalise_unit

__all__ = [
    "Indicator",
    "IndicatorMatch",
    "Limit",
    "Method",
    "Standard",
    "citation",
    "clause_text",
    "convert",
    "detection_limit",
    "find_indicator",
    "indicator",
    "indicators",
    "load_method",
    "load_standard",
    "methods",
    "normalise_unit",
    "round_half_even",
    "round_text",
    "standard_in_force",
    "standards",
    "unprovable_classes",
]
