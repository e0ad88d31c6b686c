"""Combs and noises for the tests of listening, and the search run by hand as the Listener runs it."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tests.listen.waves import coloured

from forehear.constants import LISTENING_RATE_HZ as RATE_HZ
from forehear.listen import spectrum
from forehear.listen.families import Family, families
from forehear.listen.front import NEWS
from forehear.listen.listener import Listener
from forehear.listen.tones import Search
from forehear.records import Report, Source
from forehear.synthesise.noise import band_power

Samples = NDArray[np.float32]
BAND_HZ = (40.0, 2000.0)
decibel = 1.0


def times(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def level(db: float) -> float:
    """A level as a factor of amplitude."""
    return 10.0 ** (db / 20.0)


def comb(
    tone_hz: Callable[[NDArray[np.float64]], ArrayLike] | float,
    seconds: float,
    seed: int = 1,
    *,
    to_hz: float = 2000.0,
    lines: Callable[[int], float] = lambda k: 1.0,
) -> Samples:
    """Harmonics of a tone (of time) up to a frequency, amplitudes by order, phases by chance; rms 1."""
    time_s = times(seconds)
    tone = np.broadcast_to(np.asarray(tone_hz(time_s) if callable(tone_hz) else tone_hz, np.float64), time_s.shape)
    phase = 2.0 * np.pi * np.cumsum(tone) / RATE_HZ
    chance = np.random.default_rng(seed)
    out = np.zeros(len(time_s))
    for k in range(1, int(to_hz / tone.max()) + 1):
        out += lines(k) * np.sin(k * phase + chance.uniform(0.0, 2.0 * np.pi))
    return np.asarray(out / out.std(), np.float32)


def noise(seconds: float, seed: int = 2, power: float = 0.0) -> Samples:
    """Noise of rms 1, its power falling as frequency to the minus `power`: 0 white, 1 pink."""
    chance = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    if power == 0.0:
        return chance.standard_normal(n, np.float32)
    return np.asarray(coloured(n, chance, RATE_HZ, power)[:, 0], np.float32)


def mixed(signal: Samples, around: Samples, ratio_db: float, rms: float = 0.03) -> Samples:
    """Signal in noise at a ratio in 40 to 2,000 Hz; the noise has the rms given."""
    share = np.sqrt(band_power(around, RATE_HZ, BAND_HZ) / band_power(signal, RATE_HZ, BAND_HZ))
    return np.asarray(rms * (around + share * level(ratio_db) * signal), np.float32)


def seconds_of(samples: Samples) -> list[list[Family]]:
    """The families of every second."""
    halver, search = spectrum.Halver(), Search()
    low = np.zeros(4 * spectrum.HOP, np.float32)
    noise_now = None
    out = []
    for k, hop in enumerate(
        samples[: len(samples) // spectrum.HOP_IN * spectrum.HOP_IN].reshape(-1, spectrum.HOP_IN)
    ):
        low = np.concatenate([low[spectrum.HOP :], halver.take(hop).low])
        if k == 0:
            continue
        floor, ratio = spectrum.floor_and_ratio(spectrum.power_spectrum(low[-spectrum.FRAME :]))
        noise_now = floor if noise_now is None else (1.0 - NEWS) * noise_now + np.float32(NEWS) * floor
        search.step(ratio)
        if k % 4 == 3:
            out.append(families(search, low, noise_now))
    return out


def hear(samples: ArrayLike, pieces: int | None = None, at_s: float = 0.0, **options: object) -> list[Report]:
    """A Listener's reports of samples handed over in pieces of a length, or whole, and of their end."""
    x = np.asarray(samples)
    listener = Listener("K-07", **options)  # type: ignore[arg-type]
    out = []
    step = pieces or max(len(x), 1)
    for begin in range(0, len(x), step):
        out += listener.hear(x[begin : begin + step], at_s + begin / RATE_HZ)
    return out + listener.end()


def sources(reports: Sequence[Report]) -> list[Source]:
    return [s for r in reports for s in r.sources]


def most_piston(reports: Sequence[Report]) -> float:
    return max((s.kinds.piston for s in sources(reports) if s.kinds is not None), default=0.0)
