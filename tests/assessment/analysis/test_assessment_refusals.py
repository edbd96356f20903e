"""Refusals of the room in Chinese: no English sentence is left in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from shapely.geometry import Polygon, box

from luhai.assessment.analysis import analyse
from luhai.assessment.area import class_areas, interpolate, sea_grid
from luhai.assessment.averaging import observation_frame
from luhai.assessment.basis import make_basis
from luhai.assessment.change import changes
from luhai.assessment.engines import engine_frame
from luhai.assessment.groups import class_shares, groups
from luhai.assessment.groups_input import read_classes
from luhai.assessment.likelihood import likelihood
from luhai.assessment.results import checked, open_run, require_run
from luhai.assessment.trend_order import intervals
from luhai.assessment.trend_spearman import spearman_official
from luhai.assessment.trend_tests import seasonal_kendall
from luhai.assessment.why import explain
from luhai.errors import LuhaiError
from luhai.workspace import Workspace

ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
"""Three words in a row: commands, columns, codes and options alone make no sentence."""
PLACE = pl.DataFrame({"place": ["A"]})


def _engine(workspace: Workspace) -> None:
    with engine_frame(PLACE, "abacus"):
        pass


def _classes(workspace: Workspace) -> None:
    file = workspace.root / "classes.csv"
    file.write_text("place,class\nA,Ⅸ\nB,2\nB,3\n", encoding="utf-8")
    read_classes(file, "surface")


def _grid() -> Any:
    return sea_grid(box(112.0, 21.5, 112.1, 21.6), 1000.0)


CASES: dict[str, Callable[[Workspace], object]] = {
    "nothing to analyse": lambda workspace: analyse(workspace),
    "nothing up to a year": lambda workspace: analyse(workspace, year=2001),
    "cell of no size": lambda _: sea_grid(box(112, 21, 113, 22), 0.0),
    "empty sea": lambda _: sea_grid(Polygon(), 100.0),
    "grid too large": lambda _: sea_grid(box(100, 10, 120, 30), 1.0),
    "interpolation": lambda _: interpolate(_grid(), [112.0], [21.5], [1.0], "spline"),
    "no value": lambda _: interpolate(_grid(), [112.0], [21.5], [np.nan]),
    "one position": lambda _: interpolate(_grid(), [112.0] * 2, [21.5] * 2, [1.0, 2.0]),
    "points": lambda _: class_areas(_grid(), PLACE, {}),
    "no frame": lambda _: observation_frame("text"),
    "columns": lambda _: observation_frame(PLACE),
    "discharge standard": lambda _: make_basis("gb18918-2002", "year"),
    "method of other water": lambda _: make_basis("gb3097-1997", "year", method="hb2011-22"),
    "medium": lambda _: make_basis("gb3097-1997", "year", medium="river"),
    "period": lambda _: make_basis("gb3097-1997", "decade"),
    "groups lack": lambda _: changes(PLACE),
    "engine": _engine,
    "rule": lambda _: groups(PLACE, register=None, rule="lava"),
    "classes lack": lambda _: groups(PLACE, register=None),
    "class number": lambda _: class_shares([9], 5),
    "class table": _classes,
    "no class table": lambda workspace: read_classes(workspace.root / "none.csv", "sea"),
    "probability": lambda _: likelihood(2.0),
    "result table": lambda _: checked("oracle", PLACE),
    "result columns": lambda _: checked("classes", PLACE),
    "run": lambda workspace: open_run(workspace, "2001"),
    "not analysed": lambda workspace: require_run(workspace),
    "values": lambda _: intervals([[1.0]]),  # type: ignore[list-item]
    "not finite": lambda _: intervals([1.0, np.inf]),
    "mark": lambda _: intervals([1.0], ["~"]),
    "level": lambda _: spearman_official([1.0, 2.0], level=0.2),
    "seasons": lambda _: seasonal_kendall([1.0, 2.0], [1, 1], [2001, 2001]),
    "why": lambda workspace: explain(workspace, "class-0"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_leaves_no_english_sentence_in_chinese(name: str, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    with pytest.raises(LuhaiError) as caught:
        CASES[name](workspace)
    chinese = caught.value.render("zh").replace(str(tmp_path), "")
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert ENGLISH_SENTENCE.findall(chinese) == []
    assert not re.search("[\u4e00-\u9fff]", caught.value.render("en").replace("Ⅸ", ""))
