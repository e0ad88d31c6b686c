"""A night as one page: what is in it, what is not, and that it asks for nothing from anywhere."""

import json
import re
import shutil
from pathlib import Path

import msgspec
import pytest

from forehear.cli.main import main
from forehear.io.geojson import network_geojson, sites_geojson
from forehear.records import Alert, AlertGroup, Network, Sensor, Site
from forehear.stage.night_page import PlayedNight, clipped, page, pieces

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
NETWORK = Network(tuple(Sensor(f"S{k}", "microphone", 31.0 + 0.0412345 * k, 47.0, 100.0) for k in range(6)))
SITES = (Site("town", "Містечко </script><b>", "settlement", 31.1, 47.05, 3000.0),)
GROUP = AlertGroup("piston", 2, 270.0, 14_000.0, 1_790_000_300.0, 1_790_000_330.0, 1_790_000_400.0, 0.8)
TIMES = (1_790_000_300.0, 1_790_000_330.0, 1_790_000_400.0)
ALERTS = [
    Alert(1_790_000_100.0, "A1", "town", "warning", 0.8, *TIMES, 2, "piston", ("T1",), "why", (GROUP,)),
    Alert(1_790_000_500.0, "A1", "town", "cancelled", 0.0, None, None, None, 0, "piston", (), "why"),
]
PICTURES = [(1_790_000_000.0 + 5.0 * k, [[0, 31.0 + 0.001 * k, 47.0, 90, 50, 0]]) for k in range(200)]


def made(sensors: bool = False) -> str:
    return page(
        "A night", NETWORK, SITES, PlayedNight(PICTURES, ["T1"], ALERTS, 1234), "Europe/Kyiv", sensors
    ).decode()


def data(text: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    out = json.loads(found.group(1))
    assert isinstance(out, dict)
    return out


def test_the_page_says_nothing_of_where_sensors_stand_unless_asked() -> None:
    assert data(made())["sensors"] == []
    assert "31.0412" not in made()
    assert '"T1"' not in json.dumps(data(made())["alerts"])
    assert len(data(made(True))["sensors"]) == 6  # type: ignore[arg-type]


def test_a_name_does_not_end_the_script_and_the_page_asks_for_nothing() -> None:
    text = made()
    assert data(text)["sites"][0]["name"] == SITES[0].name  # type: ignore[index]
    assert text.count("</script>") == 2
    assert not re.search(r"(src|href)=|https?://|import\s", text), "nothing is loaded from elsewhere"


def test_a_ring_is_cut_to_a_box_and_a_line_to_what_lies_in_it() -> None:
    ring = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
    box = [0.0, 0.0, 5.0, 5.0]
    assert sorted(map(tuple, clipped(ring, box))) == [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    assert clipped(ring, [2.0, 2.0, 3.0, 3.0]) == []
    line = [[float(x), 0.5] for x in range(-5, 12)]
    (part,) = pieces(line, box)
    assert (part[0][0], part[-1][0]) == (-1.0, 6.0)
    assert pieces(line, [50.0, 50.0, 60.0, 60.0]) == []


@pytest.mark.slow
def test_a_journal_becomes_a_page_on_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    from forehear.simulate.run import blocks, prepare
    from forehear.simulate.scenario.files import load

    world = prepare(load("single", {"duration_s": 240, "flights.0.start_s": -200}), 3)
    lines = [msgspec.json.encode(r) for block in blocks(world) for r in block.reports()]
    (tmp_path / "n").write_bytes(network_geojson(world.network))
    (tmp_path / "s").write_bytes(sites_geojson(SITES))
    (tmp_path / "r").write_bytes(b"\n".join(lines) + b"\n")
    words = [
        "replay",
        "--network",
        str(tmp_path / "n"),
        "--sites",
        str(tmp_path / "s"),
        "--reports",
        str(tmp_path / "r"),
    ]
    assert main([*words, "--html", str(tmp_path / "out.html")]) == 0
    told = data((tmp_path / "out.html").read_text("utf-8"))
    assert told["reports"] == len(lines)
    flying = [row for _, rows in told["pictures"] for row in rows]  # type: ignore[attr-defined]
    assert flying
    assert all(round(row[1], 3) == row[1] for row in flying), "as coarse as the public may see it"
    assert "tracks" in capfd.readouterr().err
    assert main([*words, "--html", str(tmp_path / "out.html"), "--zone", "Nowhere/Land"]) == 2
    assert "'Nowhere/Land' is not a time zone" in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.peer
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium here: apt-get install chromium")
def test_it_opens_from_the_disk_plays_and_reads_in_both_languages(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    (tmp_path / "night.html").write_text(made(True), "utf-8")
    errors: list[str] = []
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        one = browser.new_page(locale="en-GB")
        one.on("pageerror", lambda e: errors.append(str(e)))
        one.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        one.goto((tmp_path / "night.html").as_uri())
        assert one.locator("#sites li").inner_text().startswith(SITES[0].name)
        assert one.locator("#alerts li small").first.inner_text() == "2 propeller, 14 km, from the west"
        one.locator("#alerts li").nth(1).click()
        assert "cancelled" in one.locator("#sites li").inner_text()
        # 2026-09-21 13:21:40 UTC.
        assert one.locator("#clock").inner_text() == "17:21:40"
        one.locator("#language").click()
        assert one.locator("#sites li b").inner_text() == "відбій"
        assert "хв" in one.locator("#report td").nth(2).inner_text()
        browser.close()
    assert errors == []
