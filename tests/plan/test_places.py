"""A written place name finds its place, or is refused with a hint; it is never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_seeding import untranslated

from luhai.errors import InputError
from luhai.plan.places import PlaceRegister, load_declared_places, load_places

REPOSITORY = Path(__file__).resolve().parents[2]
HEADER = (
    "id,name_zh,name_en,kind,medium,water_zh,water_en,district,control,longitude,latitude,"
    "position_accuracy_km,position_note,tidal,salinity_psu,aliases\n"
)


@pytest.fixture(scope="module")
def yangjiang() -> PlaceRegister:
    return load_places(REPOSITORY / "plans" / "yangjiang" / "places.csv")


def register(tmp_path: Path, *rows: str) -> PlaceRegister:
    path = tmp_path / "places.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return load_places(path)


def test_yangjiang_has_four_stations_and_five_sections(yangjiang: PlaceRegister) -> None:
    kinds = [place.kind for place in yangjiang]
    assert len(yangjiang) == 9
    assert kinds.count("sea_station") == 4
    assert kinds.count("river_section") == 5


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("GD1701", "GD1701"),
        ("ＧＤ１７０１", "GD1701"),
        ("gd-1701", "GD1701"),
        ("GD1701（北津港口区）", "GD1701"),
        ("GD1701 (北津港口区)", "GD1701"),
        ("北津港口区", "GD1701"),
        (" 埠 场 ", "埠场"),
        ("Dongping Fishing Port", "GD1704"),
    ],
)
def test_differences_of_writing_are_ignored(
    yangjiang: PlaceRegister, written: str, expected: str
) -> None:
    place = yangjiang.resolve(written)
    assert place is not None
    assert place.id == expected


def test_brackets_that_contradict_each_other_resolve_to_nothing(yangjiang: PlaceRegister) -> None:
    assert yangjiang.resolve("GD1701（阳江港口区）") is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("GD17O1", "GD1701"),
        ("GDl701", "GD1701"),
        ("GD1703", None),
        ("北津港囗区", "GD1701"),
        ("埠场断面", "埠场"),
        ("海口", None),
        ("", None),
    ],
)
def test_near_misses_are_suggested_and_other_stations_are_not(
    yangjiang: PlaceRegister, written: str, expected: str | None
) -> None:
    assert yangjiang.resolve(written) is None
    assert yangjiang.suggest(written) == expected


def test_context_keeps_namesakes_of_other_provinces_out(yangjiang: PlaceRegister) -> None:
    assert yangjiang.resolve("埠场", "湖北省/长江流域") is None
    for context in ("", "广东省/珠江流域", "广东省", "漠阳江"):
        place = yangjiang.resolve("埠场", context)
        assert place is not None
        assert place.id == "埠场"


def test_context_tells_namesakes_of_one_register_apart(tmp_path: Path) -> None:
    places = register(
        tmp_path,
        "a,东湖,,lake_section,lake,,,,,,,,,no,,广东省/珠江流域/东湖",
        "b,东湖,,river_section,river,,,,,,,,,no,,广西壮族自治区/珠江流域/东湖",
    )
    assert places.resolve("东湖") is None
    first = places.resolve("东湖", "广东省/珠江流域")
    second = places.resolve("东湖", "广西壮族自治区/珠江流域")
    assert first is not None
    assert second is not None
    assert (first.id, second.id) == ("a", "b")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,甲,,sea_staton,sea,,,,,,,,,no,,", ("row 2", "column kind", "sea_station")),
        ("a,甲,,sea_station,sea,,,,,abc,21,,,no,,", ("row 2", "column longitude", "abc")),
        ("a,甲,,sea_station,sea,,,,,212,21,,,no,,", ("row 2", "column longitude", "outside")),
        ("a,甲,,sea_station,sea,,,,,nan,21,,,no,,", ("row 2", "column longitude", "finite")),
        ("a,甲,,sea_station,sea,,,,,112,,,,no,,", ("row 2", "stand together")),
        ("a,甲,,sea_station,sea,,,,,,,,,maybe,,", ("row 2", "column tidal", "yes or no")),
        ("a,,,sea_station,sea,,,,,,,,,no,,", ("row 2", "no name")),
        ("a,甲,,sea_station,sea,,,,,,,,,,,", ("row 2", "column tidal", "empty")),
        ("a,甲,,sea_station", ("row 2", "4 cells")),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(
    tmp_path: Path, row: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        register(tmp_path, row)
    for word in ("places.csv", *words):
        assert word in str(caught.value)
    assert untranslated(caught.value) == []


def test_a_double_id_and_a_misspelt_column_are_refused(tmp_path: Path) -> None:
    row = "a,甲,,sea_station,sea,,,,,,,,,no,,"
    with pytest.raises(InputError, match="already in row 2"):
        register(tmp_path, row, row)
    path = tmp_path / "wrong.csv"
    path.write_text(HEADER.replace("district", "distrct"), encoding="utf-8")
    with pytest.raises(InputError, match="Did you mean 'district'"):
        load_places(path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_bytes((HEADER + "a,埠场,,river_section,river,,,,,,,,,no,,\n").encode("gbk"))
    with pytest.raises(InputError, match="UTF-8"):
        load_places(path)


def test_a_register_that_only_declares_needs_id_and_medium(tmp_path: Path) -> None:
    path = tmp_path / "lakes.csv"
    path.write_text("medium,id\nlake,那格\nsea,GD1701\nriver,尖山\noutlet,x\n", encoding="utf-8")
    places = {place.id: place for place in load_declared_places(path)}
    assert [place.kind for place in places.values()] == [
        "lake_section",
        "sea_station",
        "river_section",
        "outlet",
    ]
    lake = places["那格"]
    assert (lake.name("zh"), lake.name("en"), lake.medium) == ("那格", "那格", "lake")
    assert (lake.longitude, lake.salinity_psu, lake.aliases, lake.tidal) == (None, None, (), False)
    path.write_text(
        "id,medium,name_en,kind\na,lake,North,\nb,river,,lake_section\n", encoding="utf-8"
    )
    first, second = load_declared_places(path)
    assert (first.name_zh, first.name_en, first.kind) == ("", "North", "lake_section")
    assert (second.name_zh, second.kind) == ("b", "lake_section")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id\na\n", ("medium", "row 1")),
        ("id,medium\na,lakes\n", ("row 2", "column medium", "Did you mean 'lake'?")),
        ("id,medium\na,\n", ("row 2", "column medium", "empty")),
        ("id,medium\na,lake\na,sea\n", ("row 3", "already in row 2")),
        ("id,medium,longitude\na,lake,120\n", ("row 2", "must stand together")),
    ],
)
def test_a_register_that_declares_is_refused_where_it_is_wrong(
    tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    path = tmp_path / "places.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_declared_places(path)
    for word in words:
        assert word in str(caught.value)
    assert untranslated(caught.value) == []


def test_a_register_of_a_plan_stays_strict_and_names_all_missing_columns(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("id,medium,kind\na,lake,lake_section\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_places(path)
    missing = [name for name in HEADER.strip().split(",") if name not in ("id", "medium", "kind")]
    assert f"Columns are missing: {', '.join(missing)}." in str(caught.value)
    assert untranslated(caught.value) == []
