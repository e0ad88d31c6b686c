"""A siren or a light at one place: switched by what the hub says of the place, and never quiet about not hearing
it.

Theory of operation. A thread reads the hub's live events; each second a frame comes, so that silence is noticed.
The place's state asks for on or off, and a command of the operator's is run until it ends well: a relay that did
not click is tried again. **Silence changes nothing**: what is on stays on, what is off stays off, and that the
hub is not heard any more is said at once, by a command of its own, in every heartbeat and in the log. Off means
that the hub said so.

An exercise switches nothing, unless the relay is marked for exercises.
"""

import json
import queue
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

# --- numbers that decide -----------------------------------------------------------------------------
# The hub sends a frame each second; without one for so long it is not heard [s]. A restart takes it two.
DEAF_S = 8.0
# A command that takes longer is ended [s]; one that failed is run again after [s].
COMMAND_WITHIN_S, AGAIN_S = 20.0, 3.0
# A connection is tried again after [s]; one that says nothing for so long is broken off [s].
CONNECT_AGAIN_S, SILENT_S = 1.0, 6.0
# A line of the live stream is a picture of all places at most; beyond this it is none [bytes].
MOST_LINE_BYTES = 8_000_000
# -----------------------------------------------------------------------------------------------------


class FromHub(NamedTuple):
    """One thing that the thread heard: an event's name with its data, or, named "gone", why there is none."""

    name: str
    data: Any


class HubListener(threading.Thread):
    """Reads a hub's live events for ever, and puts them into a queue."""

    def __init__(self, url: str, site: str) -> None:
        super().__init__(daemon=True, name="hub")
        self._base, self._site = url.rstrip("/"), site
        self.heard: queue.Queue[FromHub] = queue.Queue(1000)
        self._ends = threading.Event()

    def end(self) -> None:
        """Have it end after what it reads now."""
        self._ends.set()

    def run(self) -> None:
        """Read until the end."""
        while not self._ends.is_set():
            try:
                self._listen()
                why = "the hub closed the connection"
            except (OSError, ValueError, urllib.error.URLError) as error:
                why = str(getattr(error, "reason", None) or error) or type(error).__name__
            self.heard.put(FromHub("gone", why))
            self._ends.wait(CONNECT_AGAIN_S)

    def _listen(self) -> None:
        with urllib.request.urlopen(f"{self._base}/sites.geojson", timeout=SILENT_S) as answer:
            known = {one.get("id") for one in json.loads(answer.read(MOST_LINE_BYTES))["features"]}
        if self._site not in known:
            raise ValueError(f"the hub warns no site {self._site!r}")
        name = ""
        with urllib.request.urlopen(f"{self._base}/live", timeout=SILENT_S) as stream:
            while line := stream.readline(MOST_LINE_BYTES):
                if self._ends.is_set():
                    return
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                elif line.startswith(b"data: ") and name in ("hello", "frame", "sites", "alert"):
                    self.heard.put(FromHub(name, json.loads(line[6:])))


class Switch:
    """Two commands, of which the one that is wanted is run until it ended well."""

    def __init__(self, on: Sequence[str], off: Sequence[str]) -> None:
        self._commands = {True: on, False: off}
        self.wanted: bool | None = None
        # What was switched last, as far as is known; None before the first.
        self.is_on: bool | None = None
        self.why: str | None = None
        self._running: tuple[bool, subprocess.Popen[bytes], float] | None = None
        self._again_at = 0.0

    def step(self, now: float) -> None:
        """Start, end or repeat a command. `now` is of a steady clock [s]."""
        if self._running is not None:
            self._look(now)
        due = self.wanted is not None and self.is_on != self.wanted and now >= self._again_at
        if self._running is None and due:
            self._start(bool(self.wanted), now)

    def _start(self, on: bool, now: float) -> None:
        try:
            # What it prints is no heartbeat: it goes to stderr, which is 2.
            process = subprocess.Popen(self._commands[on], stdin=subprocess.DEVNULL, stdout=2)
        except OSError as error:
            self._failed(on, str(error), now)
            return
        self._running = (on, process, now)

    def _look(self, now: float) -> None:
        assert self._running is not None
        on, process, began = self._running
        status = process.poll()
        if status is None:
            # What was wanted meanwhile is another thing: the one that runs is not waited for to its end.
            if now - began <= COMMAND_WITHIN_S and self.wanted == on:
                return
            process.kill()
            process.wait()
            self._running = None
            if self.wanted == on:
                self._failed(on, f"did not end within {COMMAND_WITHIN_S:.0f} s", now)
            else:
                # It may have switched or not.
                self.is_on = None
            return
        self._running = None
        if status == 0:
            self.is_on, self.why = on, None
            say(f"switched {'on' if on else 'off'}")
        else:
            self._failed(on, f"ended with {status}", now)

    def _failed(self, on: bool, why: str, now: float) -> None:
        words = f"--{'on' if on else 'off'} {why}"
        if words != self.why:
            say(f"{words}; tried again every {AGAIN_S:.0f} s")
        self.why, self.is_on, self._again_at = words, None, now + AGAIN_S


class Heartbeat(NamedTuple):
    """How a relay is doing: what it says, each time that it is asked."""

    site: str
    state: str
    hears: bool
    on: bool | None
    exercise: bool
    words: str


class Relay:
    """One place's relay: `take` what was heard, `step` several times a second."""

    def __init__(
        self, site: str, switch: Switch, states: Sequence[str], exercise: bool,
        deaf: Callable[[bool], None] = lambda _: None, deaf_s: float = DEAF_S,
    ) -> None:  # fmt: skip
        """`deaf` is called with True when the hub is not heard any more, with False when it is again."""
        self.site, self.switch, self._states, self._marked = site, switch, states, exercise
        self._deaf, self._deaf_s = deaf, deaf_s
        self.state = "unknown"
        self.status = "unknown"
        # When the last frame came, and when the place's state was last known; the beginning until then.
        self._framed_at: float | None = None
        self._known_at: float | None = None
        self._began_at: float | None = None
        self.hears = False
        self.why = "the hub was not heard yet"
        self._said_deaf = False

    def take(self, heard: FromHub, now: float) -> None:
        """Take one event."""
        if heard.name == "gone":
            self.why = str(heard.data)
            return
        try:
            self._note(heard, now)
        except (TypeError, KeyError, AttributeError):
            self.why = f"the hub says what is not understood: {heard.name}"

    def step(self, now: float) -> None:
        """Judge whether the hub is heard; have switched what is asked for."""
        self._began_at = now if self._began_at is None else self._began_at
        self._known_at = now if self.state != "unknown" else self._known_at
        # Heard means that its tracker goes on, and that what it says of this place came.
        silent_s = now - min(self._began_at if at is None else at for at in (self._framed_at, self._known_at))
        hears = self._framed_at is not None and self.state != "unknown" and silent_s <= self._deaf_s
        if hears and not self.hears:
            say(f"hears the hub; {self.site} is {self.state}")
            if self._said_deaf:
                self._deaf(False)
                self._said_deaf = False
        self.hears = hears
        if not hears and silent_s > self._deaf_s and not self._said_deaf:
            kept = {True: "on", False: "off", None: "as it is"}[self.switch.is_on]
            say(f"DEAF: no word of the hub for {silent_s:.0f} s: {self.why}. It stays {kept}: no all-clear")
            self._deaf(True)
            self._said_deaf = True
        if hears:
            threatened = self.state in self._states
            self.switch.wanted = threatened and (self.status == "Actual" or self._marked)
        self.switch.step(now)

    def heartbeat(self) -> Heartbeat:
        """Say how it is doing."""
        words = [] if self.hears else [f"deaf: {self.why}"]
        if self.switch.why is not None:
            words.append(self.switch.why)
        drill = self.status not in ("Actual", "unknown")
        if drill and not self._marked and self.state in self._states:
            words.append(f"{self.status}: switches nothing")
        return Heartbeat(self.site, self.state, self.hears, self.switch.is_on, drill, "; ".join(words) or "well")

    def _note(self, heard: FromHub, now: float) -> None:
        match heard.name:
            case "hello":
                self.status = str(heard.data["status"])
            case "frame":
                self._framed_at = now
            case "sites":
                # A hub that has just begun names no place yet: that is no all-clear.
                self.state = next((str(s["state"]) for s in heard.data if s["site"] == self.site), "unknown")
            case "alert" if heard.data["site"] == self.site:
                self.state = str(heard.data["state"])


def say(words: str) -> None:
    """Log to stderr."""
    print(f"forehear relay: {words}", file=sys.stderr, flush=True)
