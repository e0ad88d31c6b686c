"""What became of what an outlet was given: counts for the metrics, the last ones for the operator, a file for
later.

The file, `DATA_DIR/outlets/NAME.ndjson`, has a line for each alert and test that arrived or was given up, and
one when the outlet failed and when it went on. It is bounded: the last file of a size, and the one before it.
"""

import json
import sys
from collections import Counter, deque
from pathlib import Path
from typing import Any

# The operator is shown so many; a file grows to so many bytes.
SHOWN, MOST_BYTES = 100, 2_000_000


class DeliveryLog:
    """One outlet's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.counts: Counter[str] = Counter()
        self.last: deque[dict[str, Any]] = deque(maxlen=SHOWN)
        # How long the last alerts took from their issuing to their arriving [s].
        self.delays_s: deque[float] = deque(maxlen=SHOWN)

    def note(self, time_s: float, event: str, **more: Any) -> None:
        """Note one event. A disk that is full is counted; nothing waits for it."""
        line = {"time_s": round(time_s, 3), "event": event, **more}
        self.last.append(line)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
                self._path.replace(self._path.with_suffix(".before.ndjson"))
            with self._path.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            if not self.counts["unlogged"]:
                print(f"forehear serve: outlets: {self._path}: {error}", file=sys.stderr)
            self.counts["unlogged"] += 1
