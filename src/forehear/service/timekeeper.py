"""What time it is: this machine's clock as long as it runs evenly, and when it leaps, whom the sensors side with.

Theory of operation. A clock that is set (by NTP after a boot, by a hand, by whoever deceives it) leaps against the
system's steady count of seconds. Time here goes on by the steady count then, and the leap is judged: each report
says when its sensor heard it, and hundreds of sensors' clocks together are a second clock. If their reports fit
the time from before better, the leap is not followed; if they fit the new time, it is. Without sensors to ask, a
leap that stays is followed after a while. A step back makes moments of the future of what was stored: the hub sets
those aside (`Hub`).
"""

import time
from collections.abc import Callable
from statistics import median

# --- numbers that decide -----------------------------------------------------------------------------
# Less than this is an adjustment, and followed [s]; sound has gone 170 m by then.
LEAP_S = 0.5
# A leap is judged when it has stood for so long [s]; without enough sensors it is followed after the other.
JUDGED_AFTER_S, FOLLOWED_AFTER_S = 1.5, 60.0
# Sensors that must have reported since, and how old what they said may be [s].
WITNESSES, RECENT_S = 3, 15.0
# All clocks differ alike: so many sensors at least, this share of them within so much of their median [s], and
# that so far from ours [s]. Reports are some seconds on their way; more than this is a clock.
ALIKE_SENSORS, ALIKE_SHARE, ALIKE_S, OFF_S = 3, 0.7, 5.0, 20.0
# Reports are on their way for about so long [s]: all that is known where all clocks differ.
ON_THEIR_WAY_S = 1.0
# A clock that is found so often in a row not within this of the steady count's pace is a stage's, and followed as
# it is.
PACE, OFF_PACE = 0.2, 3
# -----------------------------------------------------------------------------------------------------


class Timekeeper:
    """Call it for the time [s]. `note` what each report says, `judge` once a second."""

    def __init__(self, clock: Callable[[], float], steady: Callable[[], float] = time.monotonic) -> None:
        """`clock`: this machine's, since 1970; `steady`: a count of seconds that is never set."""
        self._clock, self._steady = clock, steady
        self._offset = clock() - steady()
        # Of a leap that stands: since when (steady), and the clock then.
        self._since: float | None = None
        self._judged: tuple[float, float] | None = None
        self._off_pace = 0
        self._followed = False
        # What each sensor said last: when (steady), and how far behind us it heard it [s].
        self._said: dict[str, tuple[float, float]] = {}
        # How far behind us sensors usually heard what they report: their reports are on their way so long [s].
        self._usual_s = 0.0
        # How far all sensors' clocks are from ours alike [s]; None where they are not.
        self.alike_s: float | None = None
        self.leaps = 0
        self.leap_s = 0.0
        self.words: str | None = None

    def __call__(self) -> float:
        clock, steady = self._clock(), self._steady()
        ours = steady + self._offset
        if self._followed:
            return clock
        if abs(clock - ours) <= LEAP_S:
            self._offset += clock - ours
            self._since, self.leap_s, self.words = None, 0.0, None
            return clock
        if self._since is None:
            self._since, self._judged = steady, None
            self.leaps += 1
        self.leap_s = clock - ours
        return ours

    def note(self, sensor: str, heard_at_s: float, now_s: float) -> None:
        """Note when a sensor heard what it reports now."""
        self._said[sensor] = (self._steady(), heard_at_s - now_s)

    def judge(self) -> str | None:
        """Decide about a leap that stands; gives words of what was decided, where something was."""
        self()
        self.alike()
        steady = self._steady()
        since = self._since
        if since is None:
            lately = [behind for at, behind in self._said.values() if steady - at <= RECENT_S]
            if len(lately) >= WITNESSES and abs(median(lately)) <= OFF_S:
                self._usual_s = median(lately)
        if since is None or steady - since < JUDGED_AFTER_S:
            return None
        leap = self.leap_s
        if self._judged is not None:
            grown = abs(leap - self._judged[1]) > PACE * max(steady - self._judged[0], 0.1)
            self._off_pace = self._off_pace + 1 if grown else 0
        self._judged = (steady, leap)
        if self._off_pace >= OFF_PACE:
            self._followed, self._since, self.leap_s, self.words = True, None, 0.0, None
            return "this machine's clock does not run at the pace of its steady one: followed as it is"
        said = [behind for at, behind in self._said.values() if at >= since and steady - at <= RECENT_S]
        if len(said) >= WITNESSES:
            ours = median(said) - self._usual_s
            if abs(ours) <= abs(ours - leap):
                before = self.words
                self.words = f"this machine's clock was set by {leap:+.1f} s; {len(said)} sensors say otherwise"
                return None if before else self.words + ": not followed"
            return self._follow(f"as {len(said)} sensors' clocks say")
        if steady - since >= FOLLOWED_AFTER_S:
            return self._follow("no sensor says otherwise")
        self.words = f"this machine's clock was set by {leap:+.1f} s, and too few sensors report to judge it"
        return None

    def _follow(self, why: str) -> str:
        leap, self._offset = self.leap_s, self._offset + self.leap_s
        self._since, self.leap_s, self.words = None, 0.0, None
        # What was said before was said against another time.
        self._said.clear()
        return f"this machine's clock was set by {leap:+.1f} s: followed, {why}"

    def corrected(self, heard_at_s: float, now_s: float) -> float:
        """Give a hearing time by our clock, where all clocks differ from it alike and this one with them.

        Whichever of the two is wrong, what is tracked and said is then of one clock: ours.
        """
        if self.alike_s is None or abs(heard_at_s - now_s - self.alike_s) > ALIKE_S:
            return heard_at_s
        return heard_at_s - self.alike_s - ON_THEIR_WAY_S

    def alike(self) -> str | None:
        """Say so where all sensors' clocks differ from ours alike: one of the two is wrong."""
        before, self.alike_s = self.alike_s, None
        steady = self._steady()
        said = [behind for at, behind in self._said.values() if steady - at <= RECENT_S]
        if len(said) < ALIKE_SENSORS:
            return None
        middle = median(said)
        near = sum(abs(one - middle) <= ALIKE_S for one in said)
        if abs(middle) <= OFF_S or near < ALIKE_SHARE * len(said):
            return None
        # Held to until it is another: what is corrected by it must not tremble with it.
        self.alike_s = middle if before is None or abs(middle - before) > ALIKE_S else before
        way = "behind" if middle < 0.0 else "ahead of"
        return (f"the clocks of {near} of {len(said)} sensors are alike, and {abs(middle):.0f} s {way} this "
                "machine's: one of the two is wrong")  # fmt: skip
