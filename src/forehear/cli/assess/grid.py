"""`forehear assess grid`: what three, ten or twenty minutes of warning let an operator do, on a test system."""

import argparse
from pathlib import Path

import msgspec

from forehear.cli.extras import require
from forehear.errors import ConfigurationError, InputError

# The curve of the picture: every half minute to a little beyond the last measure.
STEP_MINUTES, BEYOND_MINUTES = 0.5, 4.0


def _minutes(text: str) -> list[float]:
    try:
        return sorted({float(part) for part in text.split(",")})
    except ValueError:
        raise ConfigurationError("command line", [f"--minutes {text!r}: must be numbers, 0,3,10,20"]) from None


def _marks(depth_km: float, spacing_km: float) -> dict[str, float]:
    """The minutes that a belt of sensors gives, first heard to arrival, in closed form: by kind of engine."""
    from forehear.plan import warning_run

    for name, value, most in (("depth-km", depth_km, 400.0), ("spacing-km", spacing_km, 100.0)):
        if not 0.0 < value <= most:
            raise ConfigurationError("command line", [f"--{name} {value:g}: must be above 0 and at most {most:g}"])
    depth, spacing = depth_km * 1e3, spacing_km * 1e3
    network = warning_run.belt(depth, spacing)
    record = warning_run.answer(network, warning_run.MIDDLE, depth, spacing, 1, 1, False)
    return {name: v["formula_lead_heard_s"]["middle"] / 60.0 for name, v in record["variants"].items()}  # type: ignore[attr-defined]


def _assumed(args: argparse.Namespace, measures: list[str]) -> list[str]:
    from forehear.assess.grid import outage, systems, worth

    return [
        f"System: {args.system} of the published test cases; no place on a map, no real grid.",
        f"{args.lost} branches are lost at once, drawn at random with equal chance, {args.draws} times, the same"
        " draws for every number of minutes. Which they were is not told.",
        f"Limits of branches, which the cases do not have: {systems.LIMIT_TIMES:g} times the usual flow; a branch"
        f" trips at {outage.TRIPS_AT:g} of its limit.",
        f"Unprepared: generators move by {worth.SPINNING:.0%} of capacity, overloaded branches trip, parts that"
        " cannot balance shed load or go dark.",
        "Flows without losses or voltages (DC). How long load stays unserved is not modelled.",
        "Measures (minutes, effect): " + "; ".join(measures) + ".",
        f"Dashed: first heard to arrival, a belt {args.depth_km:g} km deep, sensors {args.spacing_km:g} km apart.",
    ]  # fmt: skip


def grid(args: argparse.Namespace) -> str:
    """Answer `forehear assess grid`."""
    require("assess grid", ("scipy",), "assess")
    from forehear.assess.grid.systems import read_system
    from forehear.assess.grid.worth import DEFAULT_MEASURES, Measure, read_measures, worth

    system = read_system(args.system)
    measures: tuple[Measure, ...] = DEFAULT_MEASURES
    if args.measures:
        try:
            measures = read_measures(Path(args.measures).read_text(encoding="utf-8-sig"), args.measures)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{args.measures}: cannot be read: {error}") from None
    asked = _minutes(args.minutes)
    marks = _marks(args.depth_km, args.spacing_km)
    last = max([*asked, *(m.minutes for m in measures)]) + BEYOND_MINUTES
    curve = [k * STEP_MINUTES for k in range(int(last / STEP_MINUTES) + 1)]
    found = {w.minutes: w for w in worth(system, measures, [*curve, *asked], args.lost, args.draws, args.seed)}
    said = [f"{m.name} ({m.minutes:g}, {m.effect}{f' {m.size:.0%}' if m.size else ''})" for m in measures]
    assumed = _assumed(args, said)
    if args.out:
        require("assess grid --out", ("matplotlib",), "assess,report")
        from forehear.assess.report.look import calm, save
        from forehear.assess.report.worth_picture import draw_worth

        title = f"Load not served on {args.system}: mean, and 80 % of draws"
        with calm():
            save(draw_worth([found[m] for m in curve], measures, marks, assumed, title), Path(args.out))
    if args.json:
        record = {
            "system": args.system,
            "minutes": [msgspec.to_builtins(found[m]) for m in asked],
            "network_gives_minutes": {name: round(value, 1) for name, value in marks.items()},
            "assumed": assumed,
        }
        return msgspec.json.encode(record).decode()
    lines = [f"Load not served on {args.system}, {args.lost} of its {len(system.limit)} branches lost:", ""]
    lines.append(f"{'minutes':>7}  {'mean':>6}  80 % of draws  done in time")
    for m in asked:
        w = found[m]
        span = f"{w.low:.1%}–{w.high:.1%}"
        lines.append(f"{m:>7g}  {w.mean:>6.1%}  {span:<13}  {', '.join(w.in_time) or 'nothing'}")
    lines += [
        "",
        *(f"A {name} leaves {value:.1f} minutes, first heard to arrival." for name, value in marks.items()),
    ]
    lines += ["", "Assumed:", *(f"- {words}" for words in assumed)]
    return "\n".join([*lines, *([f"wrote {args.out}"] if args.out else [])])
