"""A place is named so that readers of either language find it in the plan and in the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from luhai.assessment.naming import place_label, place_labels
from luhai.assessment.warning import warning_text
from luhai.plan.places import load_places

HEADER = (
    "id,name_zh,name_en,kind,medium,water_zh,water_en,district,control,longitude,latitude,"
    "position_accuracy_km,position_note,tidal,salinity_psu,aliases\n"
)
ROWS = (
    "大桥,大桥,Great Bridge,river_section,river,清河,Clear River,北区,city,,,,,no,,\n"
    "S-01,北港,North Port,sea_station,sea,大湾,Great Bay,北区,city,,,,,no,,\n"
    "EB-1,,Birch Jetty,lake_section,lake,,Birch Water,North,city,,,,,no,,\n"
)


@pytest.mark.parametrize(
    ("place", "chinese", "english"),
    [
        ("大桥", "大桥", "Great Bridge (大桥)"),
        ("S-01", "S-01 北港", "S-01 North Port"),
        ("EB-1", "EB-1 Birch Jetty", "EB-1 Birch Jetty"),
        ("无名", "无名", "无名"),
    ],
)
def test_labels(tmp_path: Path, place: str, chinese: str, english: str) -> None:
    file = tmp_path / "places.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    assert place_label(place, load_places(file)) == {"zh": chinese, "en": english}


def test_a_list_and_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    places = load_places(file)
    assert place_labels(["大桥", "S-01"], places)["en"] == "Great Bridge (大桥), S-01 North Port"
    assert place_labels(["大桥", "S-01"], None)["zh"] == "大桥、S-01"
    row = {"place": place_label("大桥", places), "indicator": "w21003", "level": 1}
    row |= {"kind": "rising", "change": 0.2, "value": 0.6, "reference": 0.5}
    assert warning_text(row).render("en").startswith("Great Bridge (大桥): NH3-N 20 % higher")
    assert warning_text(row).render("zh").startswith("大桥：氨氮")
