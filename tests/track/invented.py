"""Flights that are heard, or only claimed, by some of a few microphones: told second by second as reports.

A forward model of its own: the delay by repetition, spherical spreading and a decibel a kilometre; nothing of
forehear's physics is used.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from forehear.records import Kinds, Network, Report, Sensor, Source

START_S = 1_790_000_000.0
METRES_PER_DEGREE = 111_195.0
SOUND_MPS, DECIBEL_PER_M = 340.3, 0.001
DRONE = Kinds(0.8, 0.05, 0.15)
NOISE_DB = 36.0
Array = NDArray[np.float64]


def network_at(places_m: Sequence[tuple[float, float]]) -> Network:
    """Microphones at places (east, north) [m] around the equator's first degree, on the ground."""
    return Network(
        tuple(
            Sensor(f"S{i}", "microphone", e / METRES_PER_DEGREE, n / METRES_PER_DEGREE, 4.0)
            for i, (e, n) in enumerate(places_m)
        )
    )


class Flight:
    """A straight flight: where it is at second 0, its velocity [m/s], height [m], level at 1 m [dB], tone [Hz]."""

    def __init__(
        self, at_m: tuple[float, float], velocity: tuple[float, float], height_m: float = 350.0,
        loud_db: float = 117.0, tone_hz: float = 110.0,
    ) -> None:  # fmt: skip
        self.at, self.velocity = np.array([*at_m, height_m]), np.array([*velocity, 0.0])
        self.loud_db, self.tone_hz = loud_db, tone_hz

    def source(self, place_m: tuple[float, float], second: float, rng: np.random.Generator) -> Source:
        """What a microphone there measures then."""
        ear = np.array([*place_m, 4.0])
        delay = 0.0
        for _ in range(30):
            way = self.at + self.velocity * (second - delay) - ear
            delay = float(np.linalg.norm(way)) / SOUND_MPS
        far = delay * SOUND_MPS
        level = self.loud_db - 20.0 * math.log10(far) - DECIBEL_PER_M * far + 3.0 * rng.standard_normal()
        tone = self.tone_hz / (1.0 + float(self.velocity @ way) / far / SOUND_MPS)
        return Source(round(level, 2), round(tone + 0.3 * rng.standard_normal(), 3), 0.4, kinds=DRONE)


def seconds_of(
    places_m: Sequence[tuple[float, float]],
    claims: Iterable[tuple[int, Flight]],
    seconds: int,
    rng: np.random.Generator,
    least_db: float = NOISE_DB + 3.0,
) -> Iterable[tuple[float, list[Report]]]:
    """Second by second, what all microphones report: `claims` says who claims to hear which flight."""
    told = [[f for i, f in claims if i == s] for s in range(len(places_m))]
    for second in range(seconds):
        reports = []
        for s, place in enumerate(places_m):
            heard = [f.source(place, second + 0.1 * s / len(places_m), rng) for f in told[s]]
            heard = [h for h in heard if h.level_db > least_db]
            at = START_S + second + 0.1 * s / len(places_m)
            reports.append(Report(f"S{s}", at, at + 0.9, NOISE_DB, tuple(heard)))
        yield START_S + second + 1.5, reports
