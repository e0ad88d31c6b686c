"""The subverbs of `forehear assess` that fly: warning, raids; and the report of all."""

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from forehear.assess.age import COUNTS
from forehear.cli.assess.data import claims_path, clock_day, log_faults, with_age
from forehear.cli.extras import require
from forehear.errors import ConfigurationError
from forehear.records import Network


def _network(path: str | None) -> Network | None:
    if path is None:
        return None
    from forehear.io.geojson import read_network

    return read_network(path)


def _site(text: str | None, network: Network) -> tuple[float, float]:
    from forehear.plan.playing import middle_of

    if text is None:
        return middle_of(network)
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise ConfigurationError("command line", [f"--site {text!r}: must be LON,LAT in degrees"]) from None
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise ConfigurationError("command line", [f"--site {text!r}: longitude -180 to 180, latitude -90 to 90"])
    return lon, lat


def _positive(name: str, value: float, most: float) -> None:
    if not 0.0 < value <= most:
        raise ConfigurationError("command line", [f"--{name} {value:g}: must be above 0 and at most {most:g}"])


def warning(args: argparse.Namespace) -> str:
    """Answer `forehear assess warning`."""
    from forehear.plan import warning_run

    _positive("depth-km", args.depth_km, 400.0)
    _positive("spacing-km", args.spacing_km, 100.0)
    _positive("runs", args.runs, 100)
    network = _network(args.network)
    depth, spacing = args.depth_km * 1e3, args.spacing_km * 1e3
    if network is None:
        network = warning_run.belt(depth, spacing)
        site = warning_run.MIDDLE
    else:
        site = _site(args.site, network)
        depth, spacing = warning_run.depth_of(network, site), warning_run.spacing_of(network)
    record = warning_run.answer(network, site, depth, spacing, args.runs, args.seed, not args.formula_only)
    if args.json:
        return msgspec.json.encode(record).decode()
    return warning_text(record)


def warning_text(record: dict[str, Any]) -> str:
    """Warning time in words."""
    lines = [
        f"{record['sensors']} sensors reaching out {record['depth_m'] / 1e3:.0f} km, about "
        f"{record['spacing_m'] / 1e3:.1f} km apart; "
        f"arrival is crossing {record['site_radius_m'] / 1e3:.0f} km around the site.", ""]  # fmt: skip
    for name, v in record["variants"].items():
        low, high = v["speed_kmh"]
        lines.append(f"{name}, {low:.0f}–{high:.0f} km/h, heard to {v['hearing_range_m'] / 1e3:.1f} km")
        f = v["formula_lead_heard_s"]
        lines.append(
            f"  closed form: first heard {f['fastest']:.0f}–{f['slowest']:.0f} s before arrival (fastest to "
            f"slowest)"
        )
        if "flights" in v:
            for key, words in (
                ("lead_heard_s", "first heard"),
                ("lead_confirmed_s", "confirmed"),
                ("confirmation_wait_s", "waited for confirmation"),
            ):
                q = v[key]
                if q["0.5"] is not None:
                    lines.append(
                        f"  measured: {words} {q['0.5']:.0f} "
                        f"s{' before arrival' if key.startswith('lead') else ''} (80 % of flights: "
                        f"{q['0.1']:.0f}–{q['0.9']:.0f})"
                    )
            lines.append(f"  {v['missed']} of {v['flights']} flights were not confirmed before they arrived")
        lines.append("")
    lines.append(
        f"The faster engine takes away {record['lost_to_faster_engine_s'] / 60:.1f} minutes. To win them back the "
        f"network has to reach out {record['depth_to_win_it_back_m'] / 1e3:.0f} km."
    )
    return "\n".join(lines)


def raids(args: argparse.Namespace) -> str:
    """Answer `forehear assess raids`."""
    from forehear.assess import nights
    from forehear.assess.claims.ledger import read_claims
    from forehear.assess.forecast.months import forecast
    from forehear.assess.launches.launches import read_launches
    from forehear.io.geojson import network_geojson

    data = read_launches(args.data, args.as_of)
    known, faults, _ = read_claims(claims_path(args))
    log_faults([*data.faults, faults])
    month = forecast(data, known, args.months).months[-1]
    night = nights.draw(month, args.share, args.seed, args.quantile, args.largest, args.jet_share, args.hours)
    network = _network(args.network)
    scenario = nights.scenario_of(night, args.seed, network)
    if args.out:
        out = Path(args.out)
        out.mkdir(parents=True, exist_ok=True)
        (out / "night.toml").write_text(nights.as_toml(scenario), encoding="utf-8")
        if network is not None:
            (out / "network.geojson").write_bytes(network_geojson(network))
        print(
            f"forehear assess: wrote {out / 'night.toml'}; run it: forehear simulate {out / 'night.toml'} --out "
            f"{out}",
            file=sys.stderr,
        )
    load, scored, count = None, None, 0
    if not args.dry and scenario.flights:
        begun = time.perf_counter()
        load, scored = nights.carry(scenario, args.seed, network)
        count = len(network.sensors) if network else round(nights.SIDE_M / nights.SPACING_M) ** 2
        # How fast is of this machine, not of the night: words, never part of the answer.
        rate = sum(load.reports) / max(time.perf_counter() - begun, 1e-9)
        print(
            f"forehear assess: simulated and tracked {rate:,.0f} reports a second on this machine", file=sys.stderr
        )
    record = nights.as_record(night, load, scored, count) | {"as_of": data.as_of.isoformat()}
    text = msgspec.json.encode(record).decode() if args.json else raid_text(record)
    return with_age(text, {COUNTS: data.as_of}, args)


def raid_text(record: dict[str, Any]) -> str:
    """A night and what became of it in words."""
    hour = record["in_the_busiest_hour"]
    lines = [
        f"A night of {record['month']}: {record['launched_that_night']} launched over the country (quantile "
        f"{record['quantile']:.2f} of the forecast as of {record['as_of']});",
        f"{record['pass_this_network']} pass this network, {hour['piston']} propeller and {hour['jet']} jet in "
        f"its busiest hour.",
    ]
    if "seconds" not in record:
        return "\n".join(lines)

    def share(value: float | None) -> str:
        return "none to judge" if value is None else f"{value:.1%}"

    def seconds(value: float | None) -> str:
        return "endless" if value is None else f"{value:.0f} s"

    r, w = record["reports_per_s"], record["confirm_wait_s"]
    lines += [
        "",
        f"  {record['sensors']} sensors, {r['mean']:,.0f} reports a second, {r['most']:,} at most",
        f"  {record['flying_at_once']} in the air at once, {record['confirmed_tracks_at_once']} confirmed "
        f"tracks at most",
        f"  confirmed {seconds(w['median'])} after first audible (median), {seconds(w['0.9'])} for nine of ten",
        f"  {record['never_confirmed']} of {record['audible_targets']} never confirmed; missed "
        f"{share(record['missed_share'])} of the time, false {share(record['false_share'])}",
        "",
        f"Carried: {'yes' if record['carried'] else 'no'} (bars: missed at most "
        f"{record['bars']['missed_share']:.0%}, false at most {record['bars']['false_share']:.0%}).",
    ]
    return "\n".join(lines)


def report(args: argparse.Namespace) -> str:
    """Answer `forehear assess report`."""
    require("assess", ("matplotlib", "numba", "rapidfuzz", "scipy"), "assess,report")
    from forehear.assess.report import build

    today = None if args.as_of else clock_day()
    summary = build.write(Path(args.out), args.data, args.as_of, claims_path(args), today)
    ends = {COUNTS: date.fromisoformat(summary["as_of"])}
    if args.json:
        return with_age(msgspec.json.encode(summary).decode(), ends, args)
    head = f"As of {summary['as_of']}."
    return with_age("\n".join([head, *(f"wrote {name}" for name in summary["files"])]), ends, args)
