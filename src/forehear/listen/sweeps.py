"""Reports of a sensor, second by second, joined to sweeps: the tones of one source as it comes and goes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from forehear.records import Report, Source

# --- numbers that decide -----------------------------------------------------------------------------
# A sweep that was not heard for this long [s] is over: a gust may cover a pass for some seconds.
SILENCE_S = 6.0
# How fast the logarithm of a tone may change [1/s]: 70 m/s at 100 m is 0.14; a throttle moves it as much.
CHANGE_PER_S = 0.16
# And how far the next tone may lie off beside that, in its sigmas.
SIGMAS = 4.0
# Without a stated sigma [share]: a tone that nobody vouches for.
UNSTATED_SHARE = 0.01
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sweep:
    """The tones of one source at one sensor, each (n,): times, tones, sigmas, levels; in order of time."""

    sensor: str
    heard_at_s: list[float] = field(default_factory=list)
    tone_hz: list[float] = field(default_factory=list)
    tone_sigma_hz: list[float] = field(default_factory=list)
    level_db: list[float] = field(default_factory=list)
    piston: list[float] = field(default_factory=list)  # probability of its kind, 0 where not stated


def _apart(sweep: Sweep, at_s: float, tone_hz: float, sigma_hz: float) -> float:
    """Give how far a tone is from continuing a sweep [ln], octaves aside; infinity where it cannot."""
    since = at_s - sweep.heard_at_s[-1]
    if not 0.0 < since <= SILENCE_S:
        return math.inf
    off = math.log(tone_hz / sweep.tone_hz[-1])
    octave = math.log(2.0)
    folded = min((abs(off - k * octave) + (0.02 if k else 0.0) for k in (-1, 0, 1)), default=math.inf)
    share = SIGMAS * math.hypot(sigma_hz / tone_hz, sweep.tone_sigma_hz[-1] / sweep.tone_hz[-1])
    return folded if folded < CHANGE_PER_S * max(since, 0.5) + share else math.inf


def sweeps(reports: Iterable[Report]) -> list[Sweep]:
    """Join the tones of reports to sweeps, each tone to the sweep that it continues best.

    Reports may be of several sensors and in any order; sweeps come in order of sensor and first tone.
    """
    done: list[Sweep] = []
    going: dict[str, list[Sweep]] = {}
    for report in sorted(reports, key=lambda r: (r.sensor, r.heard_at_s)):
        at = report.heard_at_s
        running = going.setdefault(report.sensor, [])
        done += [s for s in running if at - s.heard_at_s[-1] > SILENCE_S]
        running[:] = [s for s in running if at - s.heard_at_s[-1] <= SILENCE_S]
        free = list(running)
        tones = [s for s in report.sources if s.tone_hz is not None]
        given = [(s, s.tone_hz or 0.0, s.tone_sigma_hz or UNSTATED_SHARE * (s.tone_hz or 0.0)) for s in tones]
        # Nearest pairs first, so that two sweeps side by side do not swap.
        while given:
            pairs = [(_apart(s, at, g[1], g[2]), i, j) for i, s in enumerate(free) for j, g in enumerate(given)]
            near, i, j = min(pairs, default=(math.inf, 0, 0))
            if math.isinf(near):
                break
            _extend(free.pop(i), report, *given.pop(j))
        for rest in given:
            running.append(Sweep(report.sensor))
            _extend(running[-1], report, *rest)
    done += [s for running in going.values() for s in running]
    return sorted(done, key=lambda s: (s.sensor, s.heard_at_s[0]))


def _extend(sweep: Sweep, report: Report, source: Source, tone_hz: float, sigma_hz: float) -> None:
    sweep.heard_at_s.append(report.heard_at_s)
    sweep.tone_hz.append(tone_hz)
    sweep.tone_sigma_hz.append(sigma_hz)
    sweep.level_db.append(source.level_db)
    sweep.piston.append(source.kinds.piston if source.kinds is not None else 0.0)
