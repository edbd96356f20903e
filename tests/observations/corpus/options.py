"""The options that some files of the corpus are read with, by their name in ``verdicts.csv``."""

from __future__ import annotations

from luhai.observations.reading import ColumnRule, Mapping, ReadOptions
from luhai.plan.places import Place, PlaceRegister


def _station(name: str, medium: str) -> Place:
    return Place(
        id=name,
        name_zh=name,
        name_en="",
        kind="sea_station",
        medium=medium,
        water_zh="",
        water_en="",
        district="",
        control="",
        longitude=None,
        latitude=None,
        position_accuracy_km=None,
        position_note="",
        tidal=False,
        salinity_psu=None,
    )


REGISTER = PlaceRegister((_station("GD1701", "sea"), _station("GD1702", "sea")))

OPTIONS: dict[str, ReadOptions] = {
    "": ReadOptions(),
    "river": ReadOptions(medium="river"),
    "year 2019": ReadOptions(year=2019),
    "register": ReadOptions(register=REGISTER),
    "fill down": ReadOptions(mapping=Mapping(fill_down=("place",))),
    "month first": ReadOptions(mapping=Mapping(date_order="mdy")),
    "unit of phosphate": ReadOptions(mapping=Mapping(columns={"磷酸盐": ColumnRule(unit="μg/L")})),
    "alias": ReadOptions(register=REGISTER, mapping=Mapping(places={"深海一号": "GD1702"})),
    "limit of ammonia": ReadOptions(mapping=Mapping(detection_limits={"氨氮": (25.0, "μg/L")})),
}
