"""The tracker in both worlds: `python -m bench.tracking.worlds [ROW ...] [--quick] [--json FILE] [--beside FILE]`.

Each row is simulated in each world with each seed, once: files are kept in a folder of the system's temporary one,
named by a hash of the scenario and of the simulator's code. Then the files go the way of `forehear track` in this
process, and the tracks are scored beside the bound. `--beside` prints an earlier run's figures under each row.
A row's name may be a part of one ("one", "raid"); `--list` shows all.
"""

import argparse
import contextlib
import hashlib
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from bench.tracking.worlds_rows import QUICK, ROWS, WorldRow
from forehear.cli.simulate import overrides
from forehear.io.geojson import network_geojson, read_network
from forehear.io.ndjson import RecordWriter, Rejections, ReportParser, decode_lines, read_chunks
from forehear.io.report_columns import encode_reports, names_of
from forehear.io.seconds import Seconds
from forehear.records import Network, Track, Truth
from forehear.score.bound import Senses
from forehear.score.bound_series import bounds_of
from forehear.score.records import BoundSeries, Score, TrackPoint
from forehear.score.score import score
from forehear.simulate import run as first_world
from forehear.simulate.heard.columns import written
from forehear.simulate.scenario.files import load
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second import run as second_world
from forehear.track.tracker import Tracker

ROOT = Path(__file__).resolve().parents[2]
WORLDS = ("first", "second")
# A tone's error in the second world over that of a loud one, at a typical excess: at the knee of that law the
# noise doubles the variance.
SECOND_TONES = math.sqrt(2.0)
# Simulated once and kept; the oldest go when the folder holds more than this [bytes].
KEEP_BYTES = 6_000_000_000
COLUMNS = (
    ("missed", "missed_share", 2), ("false", "false_share", 2), ("ghosts", "ghost_tracks", 1),
    ("names", "names", 2), ("never", "never_confirmed", 1), ("median m", "error_median_m", 0),
    ("over bound", "error_over_bound", 2), ("sigma", "consistency", 2), ("wait s", "bound_wait_s", 0),
    ("worst s", "bound_wait_worst_s", 0), ("reports/s", "reports_per_s", 0), ("slowest s", "slowest_step_s", 2),
)  # fmt: skip


def kept() -> Path:
    """Where simulated files are kept."""
    folder = Path(tempfile.gettempdir()) / f"forehear-worlds-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    return folder


def code_hash() -> str:
    """Hash the simulator's code, the sound's and the bound's: other code, other files."""
    digest = hashlib.sha256()
    source = ROOT / "src" / "forehear"
    files = [
        *(source / "simulate").rglob("*.py"),
        *(source / "air").rglob("*.py"),
        *(source / "score").glob("bound*.py"),
    ]
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def senses_of(scenario: Scenario, world: str) -> Senses:
    """Give the errors that a world's sensors really make: what the bound is of."""
    model, apart = scenario.sensors, scenario.second
    if world == "first":
        level_db = math.hypot(model.level_sigma_db, model.level_bias_sigma_db)
        return Senses(level_sigma_db=level_db, tone_sigma_hz=model.tone_sigma_hz)
    # The mean sensor's error is a quarter larger than the best one's.
    level_db = math.hypot(1.25 * apart.level_sigma_db, apart.level_bias_sigma_db, apart.fading_sigma_db)
    return Senses(level_db, SECOND_TONES * apart.tone_error_factor * model.tone_sigma_hz)


def simulated(scenario: Scenario, world: str, seed: int, code: str) -> Path:
    """Give the folder of a simulated case: network, reports, truth and bounds; made where it is not there."""
    name = hashlib.sha256(msgspec.json.encode([code, world, seed, scenario])).hexdigest()[:24]
    folder = kept() / name
    if (folder / "bounds.json").exists():
        os.utime(folder)
        return folder
    making = kept() / f"{name}.{os.getpid()}"
    making.mkdir(exist_ok=True)
    if world == "second":
        apart = second_world.prepare(scenario, seed)
        _write(making, apart.network, scenario, second_world.blocks(apart))
    else:
        plain = first_world.prepare(scenario, seed)
        _write(making, plain.network, scenario, first_world.blocks(plain))
    with (making / "truth.ndjson").open("rb") as lines:
        bounds = bounds_of(
            decode_lines(lines, Truth), read_network(making / "network.geojson"), senses_of(scenario, world)
        )
    # A bound that nothing is known for is infinite, which JSON cannot say.
    said = {k: (b.start_s, [s if math.isfinite(s) else None for s in b.sigma_m]) for k, b in bounds.items()}
    (making / "bounds.json").write_bytes(msgspec.json.encode(said))
    with contextlib.suppress(OSError):
        making.rename(folder)
    _tidy()
    return folder


def _write(
    folder: Path,
    network: Network,
    scenario: Scenario,
    played: Iterable[first_world.SimulatedBlock | second_world.SecondBlock],
) -> None:
    (folder / "network.geojson").write_bytes(network_geojson(network))
    names = names_of([sensor.id for sensor in network.sensors])
    with (folder / "reports.ndjson").open("wb") as reports, (folder / "truth.ndjson").open("wb") as truths:
        truth = RecordWriter(truths)
        for block in played:
            rows = written(block.batch, scenario.start_s)
            reports.write(encode_reports(rows.reports, rows.first, rows.sources, names))
            truth.write(block.truth)


def _tidy() -> None:
    folders = sorted((f for f in kept().iterdir() if "." not in f.name), key=lambda f: f.stat().st_mtime)
    sizes = [sum(file.stat().st_size for file in folder.iterdir()) for folder in folders]
    for folder, _ in zip(folders, sizes, strict=True):
        if sum(sizes) <= KEEP_BYTES:
            return
        sizes.pop(0)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def tracked(folder: Path, until_s: float = math.inf) -> tuple[list[TrackPoint], dict[str, float]]:
    """Track a case's files as the command does, writing what it would; give the tracks and what it cost."""
    network = read_network(folder / "network.geojson")
    rejections = Rejections()
    parser, seconds, tracker = ReportParser(rejections), Seconds(rejections), Tracker(network)
    points: list[TrackPoint] = []
    slowest = begun = 0.0
    cpu, spent_scoring = time.process_time(), 0.0
    with (folder / "reports.ndjson").open("rb") as source, open(os.devnull, "wb") as sink:
        writer = RecordWriter(sink)

        def steps() -> Iterator[tuple[float, Any]]:
            for chunk in read_chunks(source):
                yield from seconds.feed(parser.feed(chunk))
            yield from seconds.finish(parser.finish())

        for time_s, reports in steps():
            begun = begun or time_s
            if time_s > begun + until_s:
                break
            before = time.process_time()
            tracks = tracker.advance(time_s, reports)
            slowest = max(slowest, time.process_time() - before)
            writer.write(tracks)
            aside = time.process_time()
            points += [_point(t) for t in tracks]
            spent_scoring += time.process_time() - aside
    used = time.process_time() - cpu - spent_scoring
    return points, {"reports": rejections.read, "cpu_s": used, "slowest_step_s": slowest}


def _point(t: Track) -> TrackPoint:
    values = (t.time_s, t.track, t.status, t.lon, t.lat, t.speed_mps, t.course_deg, t.position_sigma_m, t.kind)
    return TrackPoint(*values)


def scored(folder: Path) -> tuple[Score, dict[str, float]]:
    """Track a case and score it."""
    points, cost = tracked(folder)
    said = msgspec.json.decode((folder / "bounds.json").read_bytes())
    bounds = {k: BoundSeries(b[0], [math.inf if s is None else s for s in b[1]]) for k, b in said.items()}
    with (folder / "truth.ndjson").open("rb") as lines:
        return score(decode_lines(lines, Truth), points, bounds=bounds), cost


def figures(scores: list[tuple[Score, dict[str, float]]]) -> dict[str, Any]:
    """Put seeds together: means of shares, medians of errors and waits, root means of what is squared."""
    all_of = [s for s, _ in scores]
    squares = [s.consistency**2 for s in all_of if s.consistency is not None]
    targets = [t for s in all_of for t in s.by_target if t.tracked_s > 0]
    waits = [t.bound_wait_s for s in all_of for t in s.by_target if t.bound_wait_s is not None]
    return {
        "missed_share": _mean([s.missed_share for s in all_of]),
        "false_share": _mean([s.false_share for s in all_of]),
        "ghost_tracks": _mean([float(s.ghost_tracks) for s in all_of]),
        "names": 1.0 + sum(t.switches for t in targets) / len(targets) if targets else None,
        "never_confirmed": _mean([float(s.never_confirmed) for s in all_of]),
        "error_median_m": _median([s.error_median_m for s in all_of]),
        "error_over_bound": _median([s.error_over_bound for s in all_of]),
        "consistency": math.sqrt(statistics.fmean(squares)) if squares else None,
        "bound_wait_s": statistics.median(waits) if waits else None,
        "bound_wait_worst_s": max(waits, default=None),
        "reports_per_s": sum(c["reports"] for _, c in scores) / max(sum(c["cpu_s"] for _, c in scores), 1e-9),
        "slowest_step_s": max(c["slowest_step_s"] for _, c in scores),
        "cpu_s": sum(c["cpu_s"] for _, c in scores),
        "seeds": [msgspec.to_builtins(s) | c for s, c in scores],
    }


def _mean(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return statistics.fmean(known) if known else None


def _median(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return statistics.median(known) if known else None


def changes_of(row: WorldRow, world: str, quick: bool) -> dict[str, Any] | None:
    """What a row changes in its scenario in a world; None where it is not of that world."""
    more = row.first if world == "first" else row.second
    return None if more is None else {**row.changes, **more, **(row.quick if quick else {})}


def line(name: str, found: dict[str, Any]) -> str:
    """One row of the table."""
    cells = []
    for head, key, digits in COLUMNS:
        value = found.get(key)
        cells.append(("-" if value is None else f"{value:.{digits}f}").rjust(len(head)))
    return f"{name:<32}" + "  ".join(cells)


def main() -> int:
    """Run the matrix."""
    parser = argparse.ArgumentParser(prog="python -m bench.tracking.worlds", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("rows", nargs="*", metavar="ROW", help="names of rows, or parts of them (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer rows where none is named, one seed, shorter")
    parser.add_argument("--world", choices=WORLDS, action="append", help="only this one (default: both)")
    parser.add_argument("--seeds", type=int, help="how many (default 3; 1 with --quick)")
    parser.add_argument("--first-seed", type=int, default=1001, metavar="N", help="default %(default)s")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a key of every row, as second.silence=ten"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    parser.add_argument("--beside", type=Path, metavar="FILE", help="an earlier run's figures, printed beneath")
    parser.add_argument("--list", action="store_true", help="list the rows")
    args = parser.parse_args()
    if args.list:
        print("\n".join(row.name for row in ROWS))
        return 0
    rows = [r for r in ROWS if (not args.quick or r.name in QUICK)]
    if args.rows:
        rows = [r for r in ROWS if r.name in args.rows or any(word in r.name for word in args.rows)]
    if not rows:
        parser.error(f"no row {args.rows}; --list shows them")
    earlier = json.loads(args.beside.read_text("utf-8"))["rows"] if args.beside else {}
    many = args.seeds or (1 if args.quick else 3)
    rows = [row._replace(changes={**row.changes, **overrides(args.set)}) for row in rows]
    answer = _matrix(
        rows, args.world or WORLDS, range(args.first_seed, args.first_seed + many), args.quick, earlier
    )
    if args.json:
        args.json.write_text(json.dumps({"quick": args.quick, "rows": answer}, indent=1) + "\n", encoding="utf-8")
    return 0


def _matrix(
    rows: list[WorldRow], worlds: Iterable[str], seeds: range, quick: bool, earlier: dict[str, Any]
) -> dict[str, Any]:
    code, answer, warm = code_hash(), dict[str, Any](), False
    print(f"{'row':<32}" + "  ".join(head for head, _, _ in COLUMNS), flush=True)
    for row in rows:
        for world in worlds:
            changes = changes_of(row, world, quick)
            if changes is None:
                continue
            scenario = load(row.scenario, changes)
            folders = [simulated(scenario, world, seed, code) for seed in seeds]
            if not warm:
                # Compiled kernels are loaded before anything is timed.
                tracked(folders[0], 240.0)
                warm = True
            name = f"{row.name} [{world}]"
            answer[name] = figures([scored(folder) for folder in folders])
            print(line(name, answer[name]), flush=True)
            if name in earlier:
                print(line("  before", earlier[name]), flush=True)
    return answer


if __name__ == "__main__":
    sys.exit(main())
