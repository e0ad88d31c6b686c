# ruff: noqa: E501 (what runs in the browser stands on lines of its own)
"""The map at three in the morning: seen by everybody, columns drawn as one, a slip taken back, a report to print."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.service.map.looking import MARKS, shot, state, until

pytestmark = MARKS

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1400, "height": 860}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True,
}  # fmt: skip
# Eight drones 3.5 km apart on one course, one that crosses it, one of another kind beside them, one far away.
COLUMN = """
  const { chart } = window.forehear;
  const track = (id, lon, lat, course, kind = "piston") => ({ id, status: "confirmed", kind, lon, lat, course_deg: course, speed_mps: 51, sigma_m: 100, kinds: { [kind]: 1 }, since_s: 0, ellipse: null });
  const column = Array.from({ length: 8 }, (_, k) => track("C" + k, 34 + 0.047 * k, 49.2, 270 + (k % 3) * 4));
  const tracks = [...column, track("X1", 34.1, 49.21, 10), track("J1", 34.12, 49.19, 270, "jet"), track("A1", 35.9, 48.1, 270)];
"""


@contextmanager
def opened(browser: Any, demo: tuple[str, str], kind: dict[str, Any], theme: str = "dark") -> Iterator[Any]:
    one = browser.new_page(locale="uk-UA", color_scheme=theme, reduced_motion="reduce", **kind)
    try:
        one.goto(f"{demo[0]}#token={demo[1]}")
        until(one, "window.forehear?.state.fitted && window.forehear.chart.styledNow()", 90.0)
        until(one, "document.querySelectorAll('#sites li').length >= 10", 30.0)
        yield one
    finally:
        # Left open it would draw on beside all tests that follow.
        one.close()


def violations(page: Any) -> list[str]:
    """What axe-core finds, of WCAG and of good practice."""
    found = page.evaluate(
        "async () => JSON.stringify((await axe.run(document, { resultTypes: ['violations'] })).violations)"
    )
    return [
        f"{v['id']}: {n['html'][:140]} ({n.get('failureSummary', '')[:220]})"
        for v in json.loads(found)
        for n in v["nodes"]
    ]


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core here: npm ci --ignore-scripts in tests/service/map")
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("kind", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_wrong(browser: Any, demo: tuple[str, str], kind: dict[str, Any], theme: str) -> None:
    with opened(browser, demo, kind, theme) as one:
        until(one, "window.forehear.state.alerts?.length > 2", 60.0)
        # Its usual way in is a script tag, which the page's policy refuses.
        one.evaluate(AXE.read_text("utf-8"))
        found = violations(one)
        one.evaluate("document.getElementById('report-open').click()")
        until(one, "document.querySelectorAll('#report-body tr').length > 2", 20.0)
        found += violations(one)
        one.keyboard.press("Escape")
        one.locator("#help").click()
        found += violations(one)
    assert not found, "\n".join(found)


def test_a_deuteranope_tells_states_apart_by_shape_line_and_weight(browser: Any, demo: tuple[str, str]) -> None:
    with opened(browser, demo, DESKTOP) as one:
        until(one, "document.querySelector('#sites .warning') && document.querySelector('#sites .watch')", 90.0)
        one.context.new_cdp_session(one).send("Emulation.setEmulatedVisionDeficiency", {"type": "deuteranopia"})
        one.wait_for_timeout(1000)
        shot(one, "map-deuteranopia")
        # What no filter takes away: each state's sign is a drawing of its own.
        signs = one.evaluate(
            """() => ["warning", "watch"].map((s) => [...document.querySelector(`#sites .${s} .mark`).children].map((p) => p.getAttribute("d")).join())"""
        )
    assert signs[0] != signs[1]


def test_first_paint_says_that_it_loads(browser: Any, demo: tuple[str, str]) -> None:
    one = browser.new_page(viewport={"width": 1200, "height": 800})
    one.route("**/map/main.js", lambda route: route.abort())
    one.goto(demo[0])
    one.locator("#loading").wait_for(state="visible", timeout=20_000)
    assert "Завантаження" in one.locator("#loading").inner_text()
    assert "Loading" in one.locator("#loading").inner_text()
    one.close()


def test_a_column_is_one_group_and_has_one_corridor(page: Any) -> None:
    found = page.evaluate("async () => {" + COLUMN + """
      const { groupsOf, merged, hull } = await import("/map/groups.js");
      const groups = groupsOf(tracks), live = new Map(tracks.map((t) => [t.id, t]));
      const square = (lon, lat) => [[lon, lat], [lon + 0.1, lat], [lon + 0.1, lat + 0.1], [lon, lat + 0.1], [lon, lat]];
      const corridors = Object.fromEntries(tracks.map((t) => [t.id, square(t.lon - 0.3, t.lat)]));
      chart.setTracks(tracks, 1);
      return { groups, kinds: merged(groups, corridors, live).map(([, t]) => t.kind), hull: hull([[0, 0], [2, 0], [1, 1], [2, 2], [0, 2], [1, 0.5]]) };
    }""")  # fmt: skip
    assert found["groups"] == [[f"C{k}" for k in range(8)], ["X1"], ["J1"], ["A1"]], "the foremost first"
    assert found["kinds"] == ["piston", "piston", "jet", "piston"]
    assert found["hull"] == [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]


def test_what_is_wrong_stands_in_the_panel_in_the_readers_language(page: Any) -> None:
    page.evaluate("""() => { const s = window.forehear.state, was = s.status;
      Object.defineProperty(s, "status", { configurable: true, get: () => ({ ...was, troubles: { mqtt: "no reports from b:1883: <b>refused</b>", coverage: "x" } }), set() {} }); }""")
    until(page, "document.getElementById('troubles').innerText.includes('refused')", 10.0)
    assert page.locator("#troubles b").all_inner_texts() == ["Брокер не дає звітів"], "coverage has its banner"
    assert page.locator("#troubles small").inner_text() == "no reports from b:1883: <b>refused</b>"
    shot(page, "map-troubles")
    page.keyboard.press("u")
    until(page, "document.querySelector('#troubles b').innerText === 'The broker gives no reports'", 10.0)
    page.keyboard.press("u")


def test_an_alert_is_seen_by_somebody_of_a_name_and_that_can_be_taken_back(page: Any) -> None:
    until(page, "window.forehear.state.alerts?.some((a) => !a.acknowledged_at_s)", 90.0)
    page.locator("#who").click()
    page.fill("#who-name", "Олена <i>")
    page.locator("#who-dialog .main").click()
    until(page, "document.getElementById('who').innerText === 'Олена <i>'", 10.0)
    # What is selected, not what is newest.
    site = page.evaluate("window.forehear.state.alerts.findLast((a) => !a.acknowledged_at_s).site")
    for _ in range(14):
        if state(page, "picked?.site") == site:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    mine = "window.forehear.state.alerts.find((a) => a.acknowledged_by === 'Олена <i>')"
    until(page, mine, 10.0)
    number, of = page.evaluate(f"[{mine}.number, {mine}.site]")
    assert of == site
    assert page.locator("#offer").is_visible()
    until(
        page,
        "[...document.querySelectorAll('#alerts .seen')].some((e) => e.innerText.endsWith('Олена <i>'))",
        10.0,
    )
    shot(page, "map-seen")
    # Not Playwright's click: that waits until nothing moves, and the offer stands for some seconds only.
    page.evaluate("document.querySelector('#offer button').click()")
    until(
        page, f"window.forehear.state.alerts.find((a) => a.number === {number}).acknowledged_at_s === null", 10.0
    )
    log = page.evaluate(
        "fetch('/acknowledgements', { headers: { Authorization: 'Bearer ' + sessionStorage.getItem('forehear.token') } }).then((a) => a.json())"
    )
    assert [(a["by"], a["taken_back"]) for a in log if a["number"] == number][:2] == [
        ("Олена <i>", True),
        ("Олена <i>", False),
    ]
    page.keyboard.press("Escape")


def test_a_sensors_card_lives(page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/sensors/" in r.url else None)
    name, at = page.evaluate(
        "(() => { const f = window.forehear.chart.sensorAt(5); return [f.properties.sensor, f.geometry.coordinates]; })()"
    )
    page.evaluate(
        "([lon, lat]) => window.forehear.chart.flyTo(lon, lat, 12, { top: 60, left: 380, right: 60, bottom: 60 })",
        at,
    )
    for _ in range(20):
        # Where it is found only once the map is drawn there, which takes its time without a graphics card.
        page.wait_for_timeout(1000)
        point = page.evaluate("([lon, lat]) => window.forehear.chart.project({ lon, lat })", at)
        page.mouse.click(point["x"], point["y"])
        if page.locator("#detail").is_visible():
            break
    until(page, "window.forehear.state.sensor?.reports > 0", 15.0)
    first = state(page, "sensor")
    assert first["sensor"] == name
    until(page, f"window.forehear.state.sensor?.reports > {first['reports']}", 30.0)
    assert "останній звіт" in page.locator("#detail").inner_text()
    assert len(asked) >= 2
    shot(page, "map-sensor")
    page.keyboard.press("Escape")
    page.keyboard.press("f")


def test_a_report_of_the_night_is_made_printed_and_left(page: Any) -> None:
    until(page, "window.forehear.state.alerts?.some((a) => a.state === 'warning')", 90.0)
    warned = page.evaluate(
        "[...new Set(window.forehear.state.alerts.filter((a) => a.state === 'warning').map((a) => window.forehear.state.sites.get(a.site).name))]"
    )
    page.locator("#report-open").click()
    until(page, "document.querySelectorAll('#report-body section').length === 3", 20.0)
    text = page.locator("#report-body").inner_text()
    assert "Звіт за ніч" in text
    assert "НАВЧАННЯ" in text
    assert all(name in text for name in warned)
    shot(page, "map-report")
    assert page.pdf().startswith(b"%PDF")
    # On paper there is the report and nothing of the map.
    page.emulate_media(media="print")
    assert page.locator("#panel").is_hidden()
    assert page.locator("#report nav").is_hidden()
    assert page.locator("#report-body h1").is_visible()
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    assert page.locator("#report").is_hidden()
    assert page.locator("#panel").is_visible()


def test_a_report_counts_what_was_said_and_for_how_long(page: Any) -> None:
    places, said = page.evaluate("""async () => {
      const { lasted, changes } = await import("/map/report.js");
      const a = (issued_at_s, site, state, alert = "A1") => ({ issued_at_s, site, state, alert });
      const all = [a(0, "b", "watch", "A0"), a(100, "a", "watch"), a(160, "a", "warning"), a(200, "a", "warning"), a(400, "a", "watch"), a(520, "a", "cancelled"), a(600, "c", "not_covered", "A2")];
      return [Object.fromEntries(lasted(all, 50, 1000)), changes(all).map((x) => [x.issued_at_s, x.state])];
    }""")
    assert places["a"] == {"warning": 240, "watch": 180, "not_covered": 0, "warnings": 1, "first": 160}
    assert places["b"]["watch"] == 950, "it stood before the night, and through it"
    assert places["c"]["not_covered"] == 400
    assert [200, "warning"] not in said, "what is only said again is no change"
    assert len(said) == 6


def test_a_moment_goes_into_the_reports_fields_and_back_also_where_clocks_change(page: Any) -> None:
    # In summer; an hour before clocks go back; an hour after they went forward.
    for at_s in (1_790_000_040, 1_792_882_800, 1_774_749_600):
        assert page.evaluate(f"import('/map/words.js').then((w) => w.ofLocalInput(w.localInput({at_s})))") == at_s


def test_each_warning_sounds_once_and_a_browser_that_forbids_it_is_said_to(
    browser: Any, demo: tuple[str, str]
) -> None:
    one = browser.new_page(viewport={"width": 1200, "height": 800}, locale="en-GB")
    one.add_init_script("""localStorage.setItem("forehear.sound", "on");
      window.made = 0; window.mayPlay = false;
      window.AudioContext = class { constructor() { this.state = "suspended"; this.currentTime = 0; this.destination = {}; }
        resume() { if (window.mayPlay) this.state = "running"; return Promise.resolve(); }
        createGain() { return { connect() {}, gain: { setValueAtTime() { window.made++; } } }; }
        createOscillator() { return { frequency: {}, connect() {}, start() {}, stop() {} }; } };""")
    one.goto(f"{demo[0]}#token={demo[1]}")
    until(one, "window.forehear?.state.fitted", 90.0)
    until(one, "document.getElementById('troubles').innerText.includes('Sound is waiting')", 10.0)
    one.evaluate("window.mayPlay = true")
    one.mouse.click(700, 500)
    until(one, "!document.getElementById('troubles').innerText.includes('Sound is waiting')", 10.0)
    counts = one.evaluate("""async () => {
      const { soundFor } = await import("/map/sound.js"), out = [];
      const say = (state, more = {}) => { const before = window.made; soundFor({ alert: "Z1", state, ...more }); out.push(window.made - before); };
      say("watch"); say("warning"); say("warning"); say("warning"); say("watch"); say("warning"); say("cancelled"); say("warning", { acknowledged_at_s: 5 });
      return out;
    }""")
    assert counts == [0, 1, 0, 0, 0, 1, 0, 0]
    assert one.evaluate("localStorage.getItem('forehear.sound')") == "on", "the setting is kept"
    one.keyboard.press("?")
    more = one.evaluate(
        "(() => { const before = window.made; document.querySelector('#keys .test').click(); return window.made - before; })()"
    )
    assert more == 1
    one.close()


def test_rings_lie_around_what_is_picked_and_can_be_put_away(page: Any) -> None:
    page.keyboard.press("ArrowDown")
    assert page.evaluate("window.forehear.chart.isShown('rings')")
    rings = page.evaluate("window.forehear.chart.ringsNow().map((f) => f.properties.label).filter(Boolean)")
    assert rings == ["5 км", "10 км", "20 км", "40 км"]
    page.keyboard.press("r")
    assert not page.evaluate("window.forehear.chart.isShown('rings')")
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    assert page.evaluate("window.forehear.chart.ringsNow()") == []
