# ruff: noqa: E501 (what runs in the browser stands on lines of its own)
"""The map in a real browser: Debian's Chromium, headless, driven by Playwright."""

from typing import Any

from tests.service.map.looking import MARKS, shot, state, until

pytestmark = MARKS


def test_within_a_minute_drones_are_heard_tracked_forecast_and_warned_of(page: Any) -> None:
    until(page, "[...document.querySelectorAll('#sites .warning')].length > 0", 60.0)
    until(page, "window.forehear.state.status?.sensors.hearing > 3", 30.0)
    assert page.locator("#status").inner_text() == "НАВЧАННЯ"
    count = page.locator("#sites .warning .count span").first.inner_text()
    assert count == "зараз" or ":" in count
    assert page.locator("#alerts li").count() >= 1
    assert "token" not in page.evaluate("location.hash"), "the token leaves the address bar"
    shot(page, "map-dark")


def test_countdowns_count_down(page: Any) -> None:
    until(page, "[...document.querySelectorAll('#sites .warning, #sites .watch')].length > 0", 60.0)
    first = state(page, "frame.time_s")
    until(page, f"window.forehear.state.frame.time_s > {first} + 5", 20.0)


def test_what_was_told_comes_in_the_readers_language_and_light(page: Any) -> None:
    page.keyboard.press("u")
    assert page.locator("#sites-title").inner_text().lower() in ("places", "місця")
    english = page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("#status").inner_text() == ("EXERCISE" if english else "НАВЧАННЯ")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.wait_for_timeout(1500)
    shot(page, "map-light")
    page.keyboard.press("t")
    page.keyboard.press("u")


def test_an_alert_is_acknowledged_with_a_key_and_stays_so(page: Any) -> None:
    until(page, "window.forehear.state.alerts?.length > 0", 60.0)
    page.keyboard.press("a")
    until(page, "window.forehear.state.alerts.some(a => a.acknowledged_at_s)", 10.0)
    page.wait_for_selector("#alerts .seen")


def test_places_are_walked_by_keyboard_and_a_track_tells_of_itself(page: Any) -> None:
    page.keyboard.press("ArrowDown")
    assert page.locator("#sites .picked").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    page.keyboard.press("Escape")
    assert page.locator("#sites .picked").count() == 0
    # On a crowded machine the raid's first track may not be there yet.
    until(page, "window.forehear.state.frame?.tracks?.length > 0", 60.0)
    name = state(page, "frame.tracks")[0]["id"]
    point = page.evaluate(
        """(name) => new Promise((go) => {
          const t = window.forehear.state.frame.tracks.find((t) => t.id === name);
          window.forehear.chart.flyTo(t.lon, t.lat, 10, {top: 60, left: 380, right: 60, bottom: 60});
          setTimeout(() => go(window.forehear.chart.project(window.forehear.state.frame.tracks.find((t) => t.id === name))), 1500);
        })""",
        name,
    )
    page.mouse.click(point["x"], point["y"])
    page.wait_for_selector("#detail:not([hidden])", timeout=5000)
    assert "м/с" in page.locator("#detail").inner_text()
    shot(page, "map-track")
    page.keyboard.press("f")


def test_the_slider_shows_the_past_and_comes_back(page: Any) -> None:
    until(page, "!document.getElementById('time').hidden", 30.0)
    until(page, "Number(document.getElementById('slider').max) - document.getElementById('slider').min > 20",
                           60.0)  # fmt: skip
    page.evaluate("const s = document.getElementById('slider'); s.value = Number(s.min) + 10;"
                  "s.dispatchEvent(new Event('input'))")  # fmt: skip
    until(page, "window.forehear.state.past !== null", 10.0)
    assert state(page, "past")["time_s"] < state(page, "frame")["time_s"]
    shot(page, "map-past")
    page.keyboard.press("l")
    assert state(page, "past") is None


def test_the_public_sees_places_and_no_sensors(browser: Any, demo: tuple[str, str]) -> None:
    one = browser.new_page(viewport={"width": 1200, "height": 800}, locale="en-GB")
    one.goto(demo[0])
    until(one, "document.querySelectorAll('#sites li').length >= 10", 60.0)
    one.wait_for_timeout(2000)
    assert one.evaluate("window.forehear.state.about.face") == "public"
    assert one.evaluate("window.forehear.chart.sensorAt(0) === undefined")
    assert one.locator("#alerts button").count() == 0
    assert one.locator("#time").is_hidden()
    one.close()


def test_a_phone_shows_the_places_below_the_map(browser: Any, demo: tuple[str, str]) -> None:
    one = browser.new_page(
        viewport={"width": 390, "height": 844}, locale="uk-UA", color_scheme="dark", device_scale_factor=2,
        has_touch=True, is_mobile=True, reduced_motion="reduce",
    )  # fmt: skip
    one.goto(f"{demo[0]}#token={demo[1]}")
    until(one, "document.querySelectorAll('#sites li').length >= 10", 60.0)
    until(one, "window.forehear.chart.styledNow()", 60.0)
    one.wait_for_timeout(1500)
    box = one.locator("#panel").bounding_box()
    assert box["y"] > 250
    assert box["width"] == 390
    assert one.evaluate("document.documentElement.scrollWidth") == 390, "nothing sticks out sideways"
    shot(one, "map-phone")
    one.locator("#handle").click()
    one.wait_for_timeout(400)
    assert one.locator("#panel").bounding_box()["y"] > 600
    one.locator("#help").click()
    assert one.locator("#keys .signs span").count() >= 10, (
        "the signs are explained where there is no room for a legend"
    )
    assert one.locator("#keys .keyboard").is_hidden()
    shot(one, "map-phone-help")
    one.close()


def test_what_needs_the_map_waits_for_no_quiet_moment(browser: Any, demo: tuple[str, str]) -> None:
    """The library calls itself loaded when nothing is under way any more; with live tracks that may be never.

    The first map once waited for it: no sensors, no view of the network, no badge of the exercise until a lull.
    """
    one = browser.new_page(viewport={"width": 1200, "height": 800}, locale="en-GB")
    never = 'import * as library from "/map/vendor/maplibre-gl.mjs"; library.Map.prototype.loaded = () => false;\n'
    one.route("**/map/main.js", lambda route: route.fulfill(
        body=never + route.fetch().text(), content_type="text/javascript"))  # fmt: skip
    one.goto(f"{demo[0]}#token={demo[1]}")
    until(one, "window.forehear?.state.fitted", 60.0)
    assert one.evaluate("window.forehear.chart.sensorAt(100) !== undefined")
    assert one.locator("#status").inner_text() == "EXERCISE"
    one.close()


def test_an_old_picture_never_looks_like_a_new_one(browser: Any, demo: tuple[str, str]) -> None:
    one = browser.new_page(viewport={"width": 1200, "height": 800}, locale="en-GB")
    # A line that stays open and brings nothing more: the worst kind of cut.
    dead = """const get = window.fetch;
      window.fetch = async (what, ...more) => {
        const answer = await get(what, ...more);
        if (what !== "/live") return answer;
        const reader = answer.body.getReader();
        return new Response(new ReadableStream({ async pull(to) {
          if (window.cut) return new Promise(() => {});
          to.enqueue((await reader.read()).value);
        } }));
      };"""
    one.add_init_script(dead)
    one.goto(f"{demo[0]}#token={demo[1]}")
    until(one, "window.forehear?.state.fitted", 60.0)
    assert one.locator("#stale").is_hidden()
    one.evaluate("window.cut = true")
    until(one, "!document.getElementById('stale').hidden", 15.0)
    said = one.locator("#stale").inner_text()
    assert said.startswith("No new data"), said
    assert "picture of" in said
    shot(one, "map-stale")
    first = one.locator("#clock").inner_text()
    one.wait_for_timeout(2500)
    assert one.locator("#clock").inner_text() == first, "time stands still while nothing comes"
    one.close()


def test_a_place_that_nobody_hears_is_said_at_the_top_of_both_faces(browser: Any, demo: tuple[str, str]) -> None:
    for address in (demo[0], f"{demo[0]}#token={demo[1]}"):
        one = browser.new_page(viewport={"width": 1200, "height": 800}, locale="en-GB")
        one.goto(address)
        until(one, "window.forehear?.state.siteStates.length >= 10", 60.0)
        assert (
            one.locator("#banner").is_hidden() or "Silence is no all-clear" in one.locator("#banner").inner_text()
        )
        # What the service would send, held against everything that it does send.
        one.evaluate(
            """() => { const s = window.forehear.state, [a, b, ...others] = s.siteStates;
              const said = [{ ...a, state: "not_covered", covered: false, gone: 1 }, { ...b, covered: true, gone: 0.4 }, ...others.map((o) => ({ ...o, covered: true, gone: 0 }))];
              Object.defineProperty(s, "siteStates", { get: () => said, set: () => {} }); }"""
        )
        until(one, "document.getElementById('banner').innerText.includes('40 %')", 10.0)
        assert "Silence is no all-clear" in one.locator("#banner").inner_text()
        assert one.locator("#sites .not_covered").count() == 1
        shot(one, "map-not-covered")
        one.close()


def test_a_token_that_is_not_right_is_said_so(browser: Any, demo: tuple[str, str]) -> None:
    one = browser.new_page(viewport={"width": 1200, "height": 800}, locale="en-GB")
    one.goto(f"{demo[0]}#token=nobody-knows-this")
    one.locator("#enter[open]").wait_for(timeout=30_000)
    assert one.locator("#wrong").is_visible()
    assert one.locator("#link").inner_text() == "token refused"
    assert one.locator("#alerts").inner_text() == "", "that there are no alerts is not known"
    one.fill("#token", demo[1])
    one.locator("#enter .main").click()
    until(one, "window.forehear?.state.about?.face === 'operator'", 30.0)
    assert one.locator("#key").is_hidden()
    one.close()


def test_three_hundred_tracks_and_fourteen_thousand_sensors_stay_smooth(page: Any) -> None:
    """Made-up records, drawn as fast as they come: what a step costs the browser's main thread."""
    cost = page.evaluate(
        """async () => {
          const { chart } = window.forehear, sensors = [];
          for (let k = 0; k < 14000; k++) sensors.push({type: "Feature", id: "X" + k, properties: {index: k, kind: "microphone", name: null},
            geometry: {type: "Point", coordinates: [31 + 6 * (k % 140) / 140, 47 + 3 * Math.floor(k / 140) / 100]}});
          chart.setSensors({type: "FeatureCollection", features: sensors});
          const took = [];
          for (let n = 0; n < 25; n++) {
            const tracks = [];
            for (let k = 0; k < 300; k++) tracks.push({id: "T" + k, status: "confirmed", kind: k % 5 ? "piston" : "jet", lon: 31 + 6 * (k % 20) / 20 + n * 1e-3,
              lat: 47 + 3 * Math.floor(k / 20) / 15, course_deg: 270, speed_mps: 51, ellipse: [300, 100, k], heard_from: [31 + 6 * (k % 20) / 20, 47, 0], kinds: {}});
            const began = performance.now();
            chart.setTracks(tracks);
            chart.setCodes(Array.from({length: 400}, (_, k) => [(k * 37 + n) % 14000, 2 + (n + k) % 2]));
            took.push(performance.now() - began);
            await new Promise((go) => setTimeout(go, 200));
          }
          took.sort((a, b) => a - b);
          return took[Math.floor(took.length / 2)];
        }"""
    )
    # Five frames a second leave 200 ms; a tenth of that leaves room for a slow machine to draw.
    assert cost < 60.0, f"{cost:.1f} ms a frame"
