"""The picture of the rooms is drawn from the table that the layer test enforces."""

import re
import xml.etree.ElementTree as ElementTree

from scripts import draw_architecture as picture
from tests.layers.rooms import MAY_IMPORT

PAGE = picture.OUT.parents[1] / "architecture.md"
ROOT = PAGE.parents[1]


def test_the_picture_is_what_the_table_says() -> None:
    assert picture.OUT.read_text(encoding="utf-8") == picture.drawn(), "run ./scripts/docs"


def test_every_room_is_in_the_picture_and_nothing_is_drawn_upwards() -> None:
    tree = ElementTree.fromstring(picture.drawn())
    names = {e.text for e in tree.iter("{http://www.w3.org/2000/svg}text") if e.get("class") == "name"}
    assert names == {room.partition(".")[0] for room in MAY_IMPORT} - {picture.COMPILED}
    paths = [e.get("d", "") for e in tree.iter("{http://www.w3.org/2000/svg}path") if e.get("class") == "way"]
    table = picture.needs()
    assert len(paths) == len(picture.arrows(table)) >= 10
    for path in paths:
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", path)]
        assert numbers[-1] > numbers[1], "an arrow leads upwards"


def test_arrows_say_no_less_than_the_table() -> None:
    table = picture.needs()
    rebuilt: dict[str, set[str]] = {room: set() for room in table}
    for used, user in picture.arrows(table):
        rebuilt[user].add(used)
    for room in set(table) - {picture.ABOVE, picture.BELOW}:
        assert picture.beneath(room, rebuilt) == picture.beneath(room, table) - {picture.ABOVE}


def test_no_line_leaves_its_box() -> None:
    boxes, width, height = picture.place(picture.needs())
    for box in boxes.values():
        assert box.x > 0.0
        assert box.x + box.width < width
        assert box.y + box.height < height
        most = max(
            [*(6.9 * len(line) for line in box.what), *(6.9 * len(line) for line in box.rooms)], default=0.0
        )
        assert most <= box.width - picture.PAD, f"{box.room}: its words are wider than its box"


def stations() -> dict[str, str]:
    parts = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0]: part.partition("\n## ")[0] for part in parts}


def test_every_station_names_its_module_and_its_settings() -> None:
    assert len(stations()) == 16
    for name, text in stations().items():
        modules = re.findall(r"`(src/forehear/[a-z_/]+\.py)`", text)
        assert modules, f"{name}: no module"
        code = "\n".join((ROOT / module).read_text(encoding="utf-8") for module in modules)
        settings = text.partition("- Settings:")[2]
        assert settings, f"{name}: no settings"
        for constant in re.findall(r"`([A-Z][A-Z_]+)`", settings):
            assert re.search(rf"^[A-Z_, ]*\b{constant}\b[^=\n]*=", code, re.MULTILINE), (
                f"{name}: no {constant} there"
            )


def test_every_key_of_the_configuration_that_the_page_names_is_there() -> None:
    example = (ROOT / "src" / "forehear" / "service" / "forehear.example.toml").read_text(encoding="utf-8")
    options = (ROOT / "src" / "forehear" / "cli" / "listen" / "verb.py").read_text(encoding="utf-8")
    settings = "".join(text.partition("- Settings:")[2] for text in stations().values())
    tables, flags = re.findall(r"`\[(\w+)\](?: (\w+))?`", settings), re.findall(r"`(--[a-z-]+)`", settings)
    assert len(tables) >= 5
    assert len(flags) >= 5
    for name, key in tables:
        _, found, rest = example.partition(f"\n[{name}]")
        assert found, f"no [{name}]"
        assert not key or re.search(rf"^# {key} =", rest.partition("\n[")[0], re.MULTILINE), f"no {name}.{key}"
    for flag in flags:
        assert f'"{flag}"' in options, f"forehear listen has no {flag}"
