"""How fast the live service is, on this machine, in one run.

    ./scripts/bench live [--quick]
    python -m bench.service.live [--seconds 40] [--watchers 200] [--rate 5000] [--kills 5]
    python -m bench.service.live --night --seconds 120 --watchers 20

Starts `forehear serve` as it runs for real; hands in signed reports of a simulated raid over HTTP from another
process of the same machine, in batches as a gateway sends them (20 a second); watches /live as browsers do.
Latency is from the moment before the request that carried a report to the moment at which the first frame that the
tracker made with it had been read by a watcher. Then kills it again and again and measures how long it is away
(`bench.service.resume`).
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.service.load import BATCHES_PER_S, TOKEN, night, prepare_load, raid
from bench.service.resume import LIFE_S, resume
from bench.tables import Result, Table, number

# What is measured begins so long after the load does [s].
WARM_S = 10
# What `./scripts/bench live` runs: name, options; the first alone where it has to be quick.
RUNS = (
    ("raid", ["--seconds", "25", "--kills", "6"]),
    ("night in real time", ["--night", "--seconds", "30", "--watchers", "50", "--kills", "6"]),
)
QUICK_RUN = ("raid, quick", ["--seconds", "15", "--rate", "1000", "--watchers", "20", "--kills", "3"])
CONFIG = """
network = "network.geojson"
sites = "sites.geojson"
[service]
port = {port}
[ingest]
reports_per_s = 1000.0
burst = 1e6
[operator]
token_file = "token"
"""


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the service."""
    (folder / "forehear.toml").write_text(CONFIG.format(port=port))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    words = [sys.executable, "-m", "forehear.cli.main", "serve", "--config", str(folder / "forehear.toml")]
    return subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)


def again(folder: Path, port: int, cut: bool) -> subprocess.Popen[bytes]:
    """Start the service after a kill; after a power cut the fresh snapshots count as lost, whatever of them is."""
    if cut:
        for path in (folder / "forehear-data").glob("snapshot.fresh-*"):
            path.unlink()
    return start(folder, port)


def until_ready(port: int) -> float:
    """Wait; returns how long [s]."""
    began = time.monotonic()
    while time.monotonic() - began < 120.0:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=10.0).json()["ready"]:
                return time.monotonic() - began
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise RuntimeError("the service did not become ready")


def cpu_s(pid: int) -> float:
    """Processor time that a process has used [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watcher:
    """One browser's worth of reading: notes when each block was first shown, and counts."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, float]] = []
        self.frames = self.bytes = 0
        self.behind_s: list[float] = []

    async def watch(self, port: int, token: str | None) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
        head = "GET /live HTTP/1.1\r\nHost: bench\r\n"
        head += f"Authorization: Bearer {token}\r\n\r\n" if token else "\r\n"
        writer.write(head.encode())
        try:
            rest = b""
            while data := await reader.read(1 << 18):
                now = time.monotonic()
                self.bytes += len(data)
                parts = (rest + data).split(b"\n\n")
                rest = parts.pop()
                for part in parts:
                    if b"event: frame" in part[:80]:
                        self.frames += 1
                        if (found := re.search(rb'"block":(\d+)', part[:300])) is not None:
                            self.shown.append((int(found[1]), now))
                    elif (
                        behind := re.search(rb'^event: status.*"behind_s":([\d.]+)', part, re.DOTALL)
                    ) is not None:
                        self.behind_s.append(float(behind[1]))
        finally:
            writer.close()


async def load(port: int, batches: list[bytes], begin_s: float, watchers: int) -> dict[str, Any]:
    """Hand everything in at its time while others watch; returns what was seen."""
    began = time.monotonic()
    chief = Watcher()
    others = [Watcher() for _ in range(watchers)]
    tasks = [asyncio.create_task(chief.watch(port, TOKEN))]
    tasks += [asyncio.create_task(w.watch(port, TOKEN if k % 4 == 0 else None)) for k, w in enumerate(others)]
    sent: list[tuple[int, float, float, int]] = []
    refused = 0
    limits = httpx.Limits(max_connections=16)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False, timeout=60.0
    ) as c:

        async def one(body: bytes) -> None:
            nonlocal refused
            before = time.monotonic()
            answer = (await c.post("/v1/reports", content=body)).json()
            refused += sum(answer["refused"].values())
            sent.append((answer["block"], before, time.monotonic() - before, answer["accepted"]))

        under_way: set[asyncio.Task[None]] = set()
        for k, body in enumerate(batches):
            await asyncio.sleep(max(begin_s + k / BATCHES_PER_S - time.time(), 0.0))
            task = asyncio.create_task(one(body))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        if under_way:
            await asyncio.wait(under_way)
        await asyncio.sleep(3.0)
        status = (await c.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).text
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {
        "chief": chief, "others": others, "sent": sent, "refused": refused, "metrics": status,
        "watched_s": time.monotonic() - began,
    }  # fmt: skip


def latencies(result: dict[str, Any]) -> np.ndarray:
    """Latency of each report [s], from before its request to its frame; inf: never shown."""
    blocks_, times = np.array(result["chief"].shown, np.float64).T
    out = []
    for block, before, _, accepted in result["sent"][WARM_S * BATCHES_PER_S :]:
        k = int(np.searchsorted(blocks_, block))
        out += [times[k] - before if k < len(times) else np.inf] * accepted
    return np.array(out)


def peak_mb(pid: int) -> float:
    """The most memory that a process has held [MB]."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return float(found[1]) * 1024 / 1e6 if found is not None else float("nan")


def metric(text: str, name: str) -> float:
    """Give one value of a Prometheus text."""
    return next(float(row.rsplit(" ", 1)[1]) for row in text.splitlines() if row.rsplit(" ", 1)[0] == name)


def figures(result: dict[str, Any], seconds: int) -> dict[str, Any]:
    """Give what the load's own account tells."""
    lag, sent, watched = latencies(result), result["sent"], max(result["watched_s"], 1e-9)
    acks = np.array([s[2] for s in sent[WARM_S * BATCHES_PER_S :]])
    others, behind = result["others"], np.array(result["chief"].behind_s[WARM_S:] or [np.nan])
    return {
        "reports_per_s": sum(s[3] for s in sent) / seconds, "refused": result["refused"],
        "median_ms": 1e3 * float(np.median(lag)), "p95_ms": 1e3 * float(np.quantile(lag, 0.95)),
        "p99_ms": 1e3 * float(np.quantile(lag, 0.99)), "never": int(np.isinf(lag).sum()),
        "ack_median_ms": 1e3 * float(np.median(acks)), "ack_p99_ms": 1e3 * float(np.quantile(acks, 0.99)),
        "behind_median_s": float(np.median(behind)), "behind_worst_s": float(behind.max()),
        "step_ms": 1e3 * metric(result["metrics"], "forehear_step_seconds"),
        "tracks": metric(result["metrics"], 'forehear_tracks{status="confirmed"}'),
        "frames_per_watcher_s": sum(w.frames for w in others) / max(len(others), 1) / watched,
        "watched_mb_s": sum(w.bytes for w in others) / watched / 1e6,
    }  # fmt: skip


def run_one(args: argparse.Namespace) -> dict[str, Any]:
    """Run one load, then kill; returns the figures."""
    seconds, port = args.seconds, args.port
    lives_s = int(args.kills * (LIFE_S + (12.0 if args.night else 5.0)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world, after_s = night(seconds + lives_s) if args.night else raid(seconds + lives_s, args.rate)
        given = prepare_load(folder, world, after_s, seconds + lives_s)
        first, rest = given.batches[: seconds * BATCHES_PER_S], given.batches[seconds * BATCHES_PER_S :]
        process = start(folder, port)
        try:
            cold = until_ready(port)
        except RuntimeError:
            process.terminate()
            process.wait()
            raise
        worker = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
        time.sleep(max(given.begin_s - 1.0 - time.time(), 0.0))
        before = cpu_s(process.pid), cpu_s(worker), time.process_time(), time.monotonic()
        result = asyncio.run(load(port, first, given.begin_s, args.watchers))
        took = time.monotonic() - before[3]
        figure = {
            "sensors": given.sensors, "targets": given.targets, "watchers": args.watchers, "cold_s": cold,
            **figures(result, seconds), "memory_mb": peak_mb(process.pid) + peak_mb(worker),
            "service_cores": (cpu_s(process.pid) - before[0]) / took,
            "tracker_cores": (cpu_s(worker) - before[1]) / took,
            "generator_cores": (time.process_time() - before[2]) / took, "load_average": os.getloadavg()[0],
        }  # fmt: skip
        # What lies between is skipped: hearing times must be of now.
        late = max(int((time.time() + 1.0 - given.begin_s) * BATCHES_PER_S) - len(first), 0)
        process, killed = resume(
            process, lambda: again(folder, port, args.cut), port, TOKEN, rest[late:], BATCHES_PER_S,
            given.begin_s + seconds + late / BATCHES_PER_S, args.watchers,
        )  # fmt: skip
        process.terminate()
        process.wait()
        return figure | killed


def options() -> argparse.ArgumentParser:
    """Give the options of one run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5000.0)
    parser.add_argument("--night", action="store_true", help="the shipped night, in real time, in place of a raid")
    parser.add_argument("--kills", type=int, default=5, help="how often it is killed at the end")
    parser.add_argument("--cut", action="store_true", help="each kill takes the fresh snapshots too")
    parser.add_argument("--port", type=int, default=8377)
    parser.add_argument("--json", action="store_true")
    return parser


def measure(quick: bool) -> Result:
    """Measure the raid, and the night as fast as it happens; where it has to be quick, a fifth of the raid."""
    runs = [QUICK_RUN] if quick else RUNS
    return {"rows": [{"run": name} | run_one(options().parse_args(words)) for name, words in runs]}


# key, words, digits.
ROWS = (
    ("reports_per_s", "reports a second", 0),
    ("watchers", "browsers", 0),
    ("median_ms", "report to browser, median [ms]", 0),
    ("p95_ms", "95th percentile [ms]", 0),
    ("ack_median_ms", "to the acknowledgement, median [ms]", 0),
    ("never", "never shown", 0),
    ("tracks", "confirmed tracks at the end", 0),
    ("behind_median_s", "tracker behind the clock, median [s]", 2),
    ("behind_worst_s", "the same, worst [s]", 2),
    ("step_ms", "tracker's step, median [ms]", 0),
    ("service_cores", "cores used: service", 2),
    ("tracker_cores", "cores used: tracker", 2),
    ("memory_mb", "memory of both, at most [MB]", 0),
    ("kill_resumed_s", "killed: resumed after, median [s]", 2),
    ("kill_resumed_s_worst", "the same, worst [s]", 2),
    ("load_average", "load of the machine, the bench's own included", 1),
)


def tables(result: Result) -> list[Table]:
    """Give a column for each run."""
    lines = [(words, *(number(run[key], digits) for run in result["rows"])) for key, words, digits in ROWS]
    return [Table("The live service", ("", *(run["run"] for run in result["rows"])), lines)]


def main() -> int:
    """Measure and print."""
    args = options().parse_args()
    result = run_one(args)
    if args.json:
        print(json.dumps(result))
        return 0
    for key, value in result.items():
        print(f"{key:<22} {value:,.3f}" if isinstance(value, float) else f"{key:<22} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
