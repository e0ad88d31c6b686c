"""How soon: from process start to the first report processed, beside other ways to start in the same run."""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.processes import FOREHEAR, Ran, forehear, run
from bench.tables import Result, Table, number

TIMES, QUICK_TIMES = 7, 3
BAR_S, AIM_S = 3.0, 1.0
SOUP = """
from datetime import datetime
import numpy as np
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater
m = LinearGaussian(4, (0, 2), np.eye(2))
p = KalmanPredictor(CombinedLinearGaussianTransitionModel([ConstantVelocity(1), ConstantVelocity(1)]))
t = datetime(2026, 1, 1)
s = GaussianState([0, 0, 0, 0], np.eye(4), t)
d = Detection([1, 1], t, measurement_model=m)
print(KalmanUpdater(m).update(SingleHypothesis(p.predict(s, timestamp=t), d)).mean[0])
"""


def measure(quick: bool) -> Result:
    """Time each way to start, warm: the median of several, one after the other in turn."""
    times = QUICK_TIMES if quick else TIMES
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        forehear("simulate", "single", "--out", folder, "--set", "duration_s=120")
        network, all_of_it = folder / "network.geojson", folder / "reports.ndjson"
        first = folder / "first.ndjson"
        first.write_bytes(next(line for line in all_of_it.open("rb") if b"level_db" in line))

        def track(reports: Path) -> list[str]:
            return [*FOREHEAR, "track", "--network", str(network), "--reports", str(reports), "--tracks", "-"]

        python = sys.executable
        ways = {
            "python, nothing else": [python, "-c", "pass"],
            "import numpy": [python, "-c", "import numpy"],
            "import numba": [python, "-c", "import numba"],
            "forehear --version": [*FOREHEAR, "--version"],
            "forehear track, one report": track(first),
            "forehear track, two minutes with a track": track(all_of_it),
            "Stone Soup: one detection through a Kalman filter": [python, "-c", SOUP],
        }
        for command in ways.values():
            run(command)
        ran: dict[str, list[Ran]] = {name: [] for name in ways}
        for _ in range(times):
            for name, command in ways.items():
                ran[name].append(run(command))
    rows: list[dict[str, Any]] = [
        {
            "what": name,
            "median_s": statistics.median(r.wall_s for r in several),
            "least_s": min(r.wall_s for r in several),
            "cpu_median_s": statistics.median(r.cpu_s for r in several),
        }
        for name, several in ran.items()
    ]
    for row in rows:
        print(f"bench: {row['what']}: {row['median_s']:.2f} s", file=sys.stderr, flush=True)
    ready = next(row["median_s"] for row in rows if row["what"].endswith("one report"))
    bars = [
        {
            "measure": "process start to first report processed, warm [s]",
            "value": ready,
            "bar": BAR_S,
            "aim": AIM_S,
        }
    ]
    return {"rows": rows, "bars": bars}


def tables(result: Result) -> list[Table]:
    """Give the time from start to end of each way."""
    rows = [
        (
            row["what"],
            number(row["median_s"], 2, " s"),
            number(row["least_s"], 2, " s"),
            number(row["cpu_median_s"], 2, " s"),
        )
        for row in result["rows"]
    ]
    heads = ("what", "median", "least", "processor time")
    return [Table("Process start to end, warm cache", heads, rows, "In turn, several times each.")]
