"""The demonstration's sensor that really listens: a recording through `forehear listen`, as a sensor would.

This is the only place that knows how a recording becomes reports: `forehear listen AUDIO --sensor ID --start S`.
"""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from msgspec.structs import replace

from forehear.records import Network

LISTENER = "LISTEN-1"
# How long the recording's analysis may take [s] before the demonstration goes on without it.
PATIENCE_S = 60.0


def recording() -> Path | None:
    """Give the recording that ships, if one does."""
    folder = Path(__file__).parents[1] / "listen"
    found = sorted(p for kind in ("*.flac", "*.wav", "*.ogg") for p in folder.rglob(kind))
    return found[0] if found else None


def with_listener(network: Network, start_s: float) -> tuple[Network, list[str]]:
    """Add the listening sensor beside the network's first, and give the journal of what it hears."""
    audio = recording()
    if audio is None or find_spec("forehear.cli.listen") is None or not network.sensors:
        print("forehear demo: no recording to listen to here: going on without", file=sys.stderr)
        return network, []
    beside = network.sensors[0]
    sensor = replace(beside, id=LISTENER, name=audio.stem, kind="microphone", lon=beside.lon + 0.01)
    out = Path(tempfile.mkdtemp(prefix="forehear-")) / "reports.ndjson"
    words = [sys.executable, "-m", "forehear.cli.main", "listen", str(audio), "--sensor", LISTENER]
    words += ["--start", str(start_s + 5.0), "--out", str(out)]
    try:
        subprocess.run(words, check=True, timeout=PATIENCE_S, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"forehear demo: the recording cannot be listened to: {error}", file=sys.stderr)
        return network, []
    return Network((*network.sensors, sensor), network.atmosphere), [str(out)]
