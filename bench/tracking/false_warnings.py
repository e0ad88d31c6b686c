"""The false-warning account: nights in which nothing flies, tracked and warned of as a service would do it.

`python -m bench.tracking.false_warnings [--sensor-days N] [--kind KIND ...] [--world WORLD]` goes on where it
stopped: each night is one line of bench/results/false_warnings.ndjson, written when the night is over, so it may
be stopped at any moment and left running for as long as there is time. `./scripts/bench false_warnings` does the
same to 10,000 sensor-days (a day and more of one core) and writes the page; interrupted (Ctrl-C), it writes what
there is.

A night is twelve sites' and 120 sensors' for two hours, with a seed of its own. Kinds take turns: roads
(motorbikes to 50 m/s, cars), rails (trains to 70 m/s), harvest (tractors, pumps, generators), weather (wind,
gusts, rain on the sensors, reports lost). The first world knows of no rails. A night counts only while the code
that made it is the same. Limits are Garwood's for a Poisson count, 95 %; sites of one night may share what they
were warned of, so nights in which anybody was warned are counted beside them.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.intervals import poisson
from bench.tables import Result, Table, number, print_tables
from forehear.io.ndjson import Rejections
from forehear.io.seconds import Seconds
from forehear.records import Alert
from forehear.simulate import run as first_world
from forehear.simulate.scenario.files import load
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second import run as second_world
from forehear.track.tracker import Tracker
from forehear.warn.alerting import Alerting
from forehear.warn.limits import Policy

ROOT = Path(__file__).resolve().parents[2]
NIGHTS = ROOT / "bench" / "results" / "false_warnings.ndjson"
WORLDS = ("second", "first")
NIGHT_S, QUICK_S = 7200, 600
SENSOR_DAYS = 10_000.0
YEAR_S = 365.25 * 86_400.0
CALM: dict[str, Any] = {"random_sites": 12, "clutter.generators": 10, "second.pumps": 10, "second.tractors": 0,
                        "second.cars": 0, "second.motorbikes": 0, "second.trains": 0}  # fmt: skip
# What is changed in `roads`, whose region has 120 sensors 5 km apart. The first world does not read [second].
KINDS: dict[str, dict[str, Any]] = {
    "road": {"second.cars": 90, "second.motorbikes": 60, "clutter.motorcycles": 60},
    "rail": {"second.trains": 12, "second.cars": 20},
    "harvest": {"second.tractors": 60, "second.pumps": 40, "second.cars": 20, "clutter.generators": 60,
                "clutter.motorcycles": 20, "sensors.noise_db": 38.0},
    "weather": {"atmosphere.wind_mps": 12.0, "atmosphere.wind_from_deg": 290.0, "second.gust_db": 8.0,
                "second.frames_lost": 0.1, "second.cars": 20, "clutter.motorcycles": 20, "sensors.noise_db": 44.0,
                "sensors.false_alarms_per_hour": 20.0},
}  # fmt: skip
# The first world has nothing that runs on rails.
CASES = tuple((kind, world) for world in WORLDS for kind in KINDS if (kind, world) != ("rail", "first"))


def code_hash() -> str:
    """Hash what decides whether a night's warnings are what they were: other code, other nights."""
    source = ROOT / "src" / "forehear"
    digest = hashlib.sha256(json.dumps([KINDS, CALM, NIGHT_S]).encode())
    for room in ("air", "simulate", "track", "forecast", "warn"):
        for file in sorted((source / room).rglob("*.py")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def scenario_of(kind: str, duration_s: int = NIGHT_S) -> Scenario:
    """Give a kind of night, in which nothing flies."""
    return load("roads", CALM | KINDS[kind] | {"duration_s": duration_s})


def night_of(scenario: Scenario, world: str, seed: int) -> dict[str, Any]:
    """Simulate, track and warn of one night; count what was said."""
    began = time.process_time()
    where: first_world.World | second_world.SecondWorld
    where = (second_world if world == "second" else first_world).prepare(scenario, seed)
    tracker, seconds = Tracker(where.network), Seconds(Rejections())
    alerting = Alerting(where.network, where.sites, tracker.plane, Policy())
    counted: dict[str, Any] = {"reports": 0, "steps": 0, "not_covered_site_s": 0}
    confirmed: set[str] = set()
    said: dict[str, set[str]] = {"warning": set(), "watch": set()}

    def take(alerts: list[Alert]) -> None:
        for alert in alerts:
            if alert.state in said:
                said[alert.state].add(f"{alert.site} {alert.alert}")

    def steps(pairs: Any) -> None:
        for time_s, reports in pairs:
            tracks = tracker.advance(time_s, reports)
            alerting.note(time_s, reports, tracker.turned_away)
            take(alerting.advance(time_s, tracks))
            confirmed.update(t.track for t in tracks if t.status == "confirmed")
            standings = alerting.memory.alarm.standings.values()
            counted["not_covered_site_s"] += sum(s.state == "not_covered" for s in standings)
            counted["reports"] += len(reports)
            counted["steps"] += 1

    for block in (second_world if world == "second" else first_world).blocks(where):
        assert not block.truth, "nothing flies"
        steps(seconds.feed(block.reports()))
    steps(seconds.finish([]))
    return counted | {
        "sensors": len(where.network.sensors), "sites": len(where.sites), "seconds": scenario.duration_s,
        "tracks": len(confirmed), "warnings": len(said["warning"]), "watches": len(said["watch"]),
        "cpu_s": round(time.process_time() - began, 1),
    }  # fmt: skip


def read_nights(file: Path, code: str) -> list[dict[str, Any]]:
    """Read the nights that this code made; a half line of an end in its midst is none."""
    out = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        try:
            night = json.loads(line)
        except ValueError:
            continue
        if night.get("code") == code:
            out.append(night)
    return out


def sensor_days(nights: list[dict[str, Any]]) -> float:
    """Add up how long sensors listened [days]."""
    return float(sum(n["sensors"] * n["seconds"] for n in nights)) / 86_400.0


def more_nights(done: list[dict[str, Any]], cases: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str, int]]:
    """Name nights that are not there yet, for ever: the next seed of the case with the fewest."""
    seeds = {case: {n["seed"] for n in done if (n["kind"], n["world"]) == case} for case in cases}
    while True:
        case = min(cases, key=lambda c: len(seeds[c]))
        seed = next(s for s in range(2001, 2001 + len(seeds[case]) + 1) if s not in seeds[case])
        seeds[case].add(seed)
        yield (*case, seed)


def account(
    days: float, file: Path = NIGHTS, cases: tuple[tuple[str, str], ...] = CASES, night_s: int = NIGHT_S
) -> list[dict[str, Any]]:
    """Go on until there are so many sensor-days; Ctrl-C ends it with what there is."""
    code = code_hash()
    done = read_nights(file, code) if night_s == NIGHT_S else []
    nights = more_nights(done, cases)
    try:
        while sensor_days(done) < days:
            kind, world, seed = next(nights)
            night = night_of(scenario_of(kind, night_s), world, seed)
            done.append({"kind": kind, "world": world, "seed": seed, "code": code} | night)
            if night_s == NIGHT_S:
                with file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(done[-1]) + "\n")
            limits = poisson(sum(n["warnings"] for n in done))
            print(
                f"{kind} [{world}] {seed}: {night['warnings']} warnings, {night['tracks']} tracks, "
                f"{night['cpu_s']:.0f} s; "
                f"{sensor_days(done):,.0f} of {days:,.0f} sensor-days, at most {limits[1]:.1f} warnings in "
                f"{site_years(done):.2f} site-years",
                file=sys.stderr, flush=True,
            )  # fmt: skip
    except KeyboardInterrupt:
        print(f"stopped at {sensor_days(done):,.0f} sensor-days; begin again to go on", file=sys.stderr)
    return done


def site_years(nights: list[dict[str, Any]]) -> float:
    """Add up how long sites stood to be warned [years]."""
    return float(sum(n["sites"] * n["seconds"] for n in nights)) / YEAR_S


def summed(nights: list[dict[str, Any]]) -> dict[str, Any]:
    """Put nights of one kind together: counts, and their rates with limits."""
    years = site_years(nights)
    rate = {}
    for what in ("warnings", "watches"):
        count = sum(n[what] for n in nights)
        low, high = poisson(count)
        rate[what] = {"count": count, "per_site_year": count / years, "low": low / years, "high": high / years}
    site_s = sum(n["sites"] * n["seconds"] for n in nights)
    return rate | {
        "nights": len(nights), "sensor_days": sensor_days(nights), "site_years": years,
        "nights_warned": sum(n["warnings"] > 0 for n in nights), "tracks": sum(n["tracks"] for n in nights),
        "not_covered_share": sum(n["not_covered_site_s"] for n in nights) / site_s,
        "cpu_s": sum(n["cpu_s"] for n in nights),
    }  # fmt: skip


def measure(
    quick: bool, days: float = SENSOR_DAYS, file: Path = NIGHTS, cases: tuple[tuple[str, str], ...] = CASES
) -> Result:
    """Go on to so many sensor-days; `quick`: one short night a kind, none kept."""
    if quick:
        nights = account(len(cases) * 120 * QUICK_S / 86_400.0, file, cases, QUICK_S)
    else:
        nights = account(days, file, cases)
    rows = {
        f"{kind} [{world}]": summed(some)
        for kind, world in cases
        if (some := [n for n in nights if (n["kind"], n["world"]) == (kind, world)])
    }
    for world in WORLDS:
        if some := [n for n in nights if n["world"] == world]:
            rows[f"all [{world}]"] = summed(some)
    return {"part": "false_warnings", "asked_sensor_days": SENSOR_DAYS, "rows": rows}


def tables(result: Result) -> list[Table]:
    """Give the account."""
    heads = ("night [world]", "sensor-days", "site-years", "warnings", "a site-year (95 %)", "watches",
             "a site-year (95 %)", "nights with a warning", "confirmed tracks", "time not covered")  # fmt: skip

    def limits(r: dict[str, Any]) -> str:
        return f"{r['per_site_year']:.1f} ({r['low']:.1f} to {r['high']:.1f})"

    rows = [
        (name, number(r["sensor_days"]), number(r["site_years"], 2), number(r["warnings"]["count"]),
         limits(r["warnings"]), number(r["watches"]["count"]), limits(r["watches"]),
         f"{r['nights_warned']} of {r['nights']}", number(r["tracks"]), f"{100.0 * r['not_covered_share']:.1f} %")
        for name, r in result["rows"].items()
    ]  # fmt: skip
    days = sum(r["sensor_days"] for name, r in result["rows"].items() if name.startswith("all"))
    note = (
        f"{days:,.0f} of the {result['asked_sensor_days']:,.0f} sensor-days asked for; `./scripts/bench "
        "false_warnings` goes on where it stopped. Nothing flies in any of these nights. "
        "Limits: Garwood's, of a Poisson count."
    )
    return [Table("False warnings: nights in which nothing flies", heads, rows, note)]


def main() -> int:
    """Go on with the account and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.tracking.false_warnings", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--sensor-days", type=float, default=SENSOR_DAYS, help="go on to so many (default 10,000)")
    parser.add_argument("--quick", action="store_true", help="ten minutes of each kind; nothing is kept")
    parser.add_argument("--kind", choices=tuple(KINDS), action="append", help="only this one (default: all)")
    parser.add_argument("--world", choices=WORLDS, help="only this one (default: both)")
    parser.add_argument("--file", type=Path, default=NIGHTS, help="where nights are kept, a line each")
    args = parser.parse_args()
    cases = tuple(c for c in CASES if (not args.kind or c[0] in args.kind) and args.world in (None, c[1]))
    if not cases:
        parser.error("the first world has no rails")
    print_tables(tables(measure(args.quick, args.sensor_days, args.file, cases)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
