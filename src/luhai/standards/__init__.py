"""What does the law say?

Limits, methods, rounding, units and indicators as versioned tables, and the small rules that read
them. See ``docs/standards.md``.
"""

from luhai.standards import derived, levels
from luhai.standards.catalogue import Indicator, indicator, indicators
from luhai.standards.citations import citation, clause_text
from luhai.standards.discharge import DischargeLimit, discharge_limits
from luhai.standards.editions import (
    detection_limit,
    load_standard,
    standard_in_force,
    standards,
    unprovable_classes,
)
from luhai.standards.formulas import FORMULAS, Formula
from luhai.standards.grading import Grade, eutrophication_grade, grade_of, grades
from luhai.standards.headers import IndicatorMatch, find_indicator
from luhai.standards.levels import (
    Change,
    Level,
    change_by_level,
    change_by_shares,
    colour_of_class,
    dominant_classes,
    dominant_text,
    level_of_class,
    level_of_shares,
    levels_of,
)
from luhai.standards.limits import Limit, Standard
from luhai.standards.methods import Method, assessment_methods, load_method
from luhai.standards.palette import Colour, colour, colours
from luhai.standards.quarters import Season, season_of, seasons
from luhai.standards.rounding import round_half_even, round_text
from luhai.standards.units import convert, normalise_unit, unit_text

__all__ = [
    "Change",
    "Colour",
    "DischargeLimit",
    "FORMULAS",
    "Formula",
    "Grade",
    "Indicator",
    "IndicatorMatch",
    "Level",
    "Limit",
    "Method",
    "Season",
    "Standard",
    "change_by_level",
    "change_by_shares",
    "citation",
    "clause_text",
    "colour",
    "colour_of_class",
    "colours",
    "convert",
    "derived",
    "detection_limit",
    "discharge_limits",
    "dominant_classes",
    "dominant_text",
    "eutrophication_grade",
    "find_indicator",
    "grade_of",
    "grades",
    "indicator",
    "indicators",
    "level_of_class",
    "level_of_shares",
    "levels",
    "levels_of",
    "load_method",
    "load_standard",
    "assessment_methods",
    "normalise_unit",
    "round_half_even",
    "round_text",
    "season_of",
    "seasons",
    "standard_in_force",
    "standards",
    "unit_text",
    "unprovable_classes",
]
