"""How fast, from file to file: `forehear track` on the large scenarios, its peak memory, and what limits it."""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from bench.processes import FOREHEAR, forehear, run
from bench.tables import Result, Table, number
from forehear.records import Report

# name, seconds of it in the full run, in the quick run.
SCENARIOS = (("raid", 3600, 600), ("night", 600, 60))
BAR, AIM = 20_000.0, 100_000.0


def decode_only(reports: Path) -> tuple[int, float]:
    """Count the reports and time nothing but their decoding: the limit for any program that reads this file."""
    decoder = msgspec.json.Decoder(Report)
    count, begin = 0, time.process_time()
    with reports.open("rb") as lines:
        for line in lines:
            decoder.decode(line)
            count += 1
    return count, time.process_time() - begin


def time_scenario(name: str, duration_s: int, folder: Path) -> dict[str, Any]:
    """Simulate a scenario to files, track it, and compare."""
    made = forehear("simulate", name, "--out", folder, "--seed", "1001", "--set", f"duration_s={duration_s}")
    print(f"bench: {name}: {made.words.splitlines()[-1]}", file=sys.stderr, flush=True)
    reports, tracks = folder / "reports.ndjson", folder / "tracks.ndjson"
    ran = forehear("track", "--network", folder / "network.geojson", "--reports", reports, "--tracks", tracks)
    print(f"bench: {name}: {ran.words.splitlines()[-1]}, {ran.wall_s:.0f} s", file=sys.stderr, flush=True)
    count, decoding_s = decode_only(reports)
    scored = run([*FOREHEAR, "score", "--truth", str(folder / "truth.ndjson"), "--tracks", str(tracks), "--json"])
    return {
        "scenario": name,
        "simulated_s": duration_s,
        "reports": count,
        "reports_mib": reports.stat().st_size / 2**20,
        "wall_s": ran.wall_s,
        "cpu_s": ran.cpu_s,
        "reports_per_wall_s": count / ran.wall_s,
        "reports_per_core_s": count / ran.cpu_s,
        "peak_mib": ran.peak_mib,
        "real_time_factor": duration_s / ran.wall_s,
        "decode_only_reports_per_s": count / decoding_s,
        "cost_over_decoding": ran.cpu_s / decoding_s,
        "simulate_wall_s": made.wall_s,
        "simulate_peak_mib": made.peak_mib,
        "score_wall_s": scored.wall_s,
        "score_peak_mib": scored.peak_mib,
    }


def measure(quick: bool) -> Result:
    """Measure each scenario; a first short run fills the compiler's cache."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        time_scenario("single", 240, Path(scratch) / "warm")
        for name, full_s, quick_s in SCENARIOS:
            rows.append(time_scenario(name, quick_s if quick else full_s, Path(scratch) / name))
            for file in (Path(scratch) / name).iterdir():
                file.unlink()
    bars = [
        {
            "measure": f"reports per second and core, file to file, {row['scenario']}",
            "value": row["reports_per_core_s"],
            "bar": BAR,
            "aim": AIM,
        }
        for row in rows
    ]
    return {"rows": rows, "bars": bars}


def tables(result: Result) -> list[Table]:
    """Give speed, file to file."""
    rows = [
        (
            f"{row['scenario']}, {row['simulated_s']:,} s",
            number(row["reports"]),
            number(row["reports_per_core_s"]),
            number(row["reports_per_wall_s"]),
            number(row["real_time_factor"], 1),
            number(row["peak_mib"], 0, " MiB"),
            number(row["cost_over_decoding"], 1),
            number(row["simulate_wall_s"], 0, " s"),
            number(row["score_wall_s"], 0, " s"),
        )
        for row in result["rows"]
    ]
    heads = ("scenario", "reports", "per s and core", "per s of clock", "times real time", "peak memory",
             "times decoding", "to simulate", "to score")  # fmt: skip
    note = (
        "File to file with `forehear track`, start and all. Times decoding: processor time over that of reading "
        "the same lines into records and doing nothing with them."
    )
    return [Table("Speed, file to file", heads, rows, note)]
