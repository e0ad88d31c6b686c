"""The sound at given microphones of given flights, in pascals, block by block.

Theory of operation. For each flight, microphone and way (straight, and by the ground) the time at which each
sample left is solved (`ways`); Doppler and delay are then nothing but reading the engine's voice
(`voice`) at these times. Level, absorption and the ground's coefficient follow from the way. Noise of the
surroundings is added (`noise`). Nothing is kept from block to block: every sample is a function of its
number, so that blocks of any length give the same sound.

Ignores: refraction and shadow, the convective change of level, directivity, shielding by the craft, and terrain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.constants import REFERENCE_PRESSURE_PA
from forehear.records import Atmosphere
from forehear.synthesise import travel
from forehear.synthesise.engines import Engine
from forehear.synthesise.noise import Noise, surroundings
from forehear.synthesise.turbulence import Shake, Turbulence, shakes
from forehear.synthesise.voice import Course, Voice, voice
from forehear.synthesise.ways import FRAME, HOP, Ground, Medium, air_of, lines_heard, noise_heard, way

Array = NDArray[np.float64]
RATE_HZ = 16000.0
# An engine comes on and goes off within this time of emission [s].
SWITCH_S = 0.05
STANDARD = Atmosphere()


@dataclass(frozen=True)
class Flight:
    """Something that moves (or stands) and sounds from `start_s` to `end_s` of emission, by its course if any."""

    motion: travel.Motion
    engine: Engine
    start_s: float = -inf
    end_s: float = inf
    course: Course | None = None


@dataclass(frozen=True)
class Environment:
    """What sound meets on its way. Without `ground` there is no reflection, without `turbulence` the air is calm,
    without `noise` nothing but the flights is heard."""

    atmosphere: Atmosphere = STANDARD
    ground: Ground | None = None
    turbulence: Turbulence | None = None
    noise: Noise | None = None


# Standard air, and nothing else.
CALM = Environment()


@dataclass(frozen=True)
class _Samples:
    """So many samples at a rate, from number `first` on; number 0 is taken at `start_s`."""

    start_s: float
    rate_hz: float
    first: int
    count: int


def _on(flight: Flight, emitted_s: Array) -> Array:
    """Give the factor (n,) of the engine's pressure at times of emission (n,) [s]: on and off, and its course."""
    rising = np.clip((emitted_s - flight.start_s) / SWITCH_S, 0.0, 1.0)
    on = np.asarray(rising * np.clip((flight.end_s - emitted_s) / SWITCH_S, 0.0, 1.0), np.float64)
    return on if flight.course is None else on * flight.course.gain_at(emitted_s, flight.engine)


def _heard(
    flight: Flight, sounding: Voice, microphone: Array, air: Medium, ground: Ground | None,
    shake: Shake | None, samples: _Samples,
) -> Array:  # fmt: skip
    """Give what one microphone (3,) [m] hears of one flight (count,) [Pa]. Raises NoSolution as `travel.arrival`.

    Reference: our own, straight way and image in the ground added as pressures; docs/simulation.md, "Sound".
    """
    # Cells and frames stand at multiples of HOP whatever the block is; noise needs a frame more to each side.
    first, count, rate_hz = samples.first, samples.count, samples.rate_hz
    begin = first // HOP * HOP - FRAME
    length = -(-(first + count) // HOP) * HOP + FRAME - begin
    ways: list[tuple[travel.Motion, Ground | None]] = [(flight.motion, None)]
    if ground is not None:
        ways.append((travel.mirrored(flight.motion, ground.height_m), ground))
    out = np.zeros(length - 2 * FRAME)
    for motion, by in ways:
        path = way(motion, microphone, air, by, samples.start_s + begin / rate_hz, length, rate_hz, shake)
        path = replace(path, spreading=path.spreading * _on(flight, path.emitted_s))
        for series in sounding.series:
            out += lines_heard(path, series)[FRAME:-FRAME]
        if sounding.noise_taps is not None:
            out += noise_heard(path, sounding, sounding.noise_taps)
    return out[first - begin - FRAME :][:count]


def _reach_s(flight: Flight, microphones: Array, air: Medium, start_s: float, end_s: float) -> tuple[float, float]:
    """Give the span of emission times [s] that the microphones (m, 3) [m] hear between, and a second more."""
    edges = np.array([start_s - 1.0, end_s + 1.0])
    spans = [travel.arrival(flight.motion, edges, m, air.wind_mps, air.sound_mps).emitted_s for m in microphones]
    # By way of the ground it is later by up to the height of the microphone: the margin holds it.
    return min(float(s[0]) for s in spans) - 1.0, max(float(s[1]) for s in spans) + 1.0


def _sounds(flight: Flight, microphones: Array, air: Medium, from_s: float, to_s: float) -> bool:
    """Say whether anything of a flight is heard between two moments [s]: what is silent need not be worked out."""
    if flight.start_s == -inf and flight.end_s == inf:
        return True
    earliest_s, latest_s = _reach_s(flight, microphones, air, from_s, to_s)
    return latest_s > flight.start_s and earliest_s < flight.end_s


def sound_blocks(
    microphones_m: ArrayLike,
    flights: Sequence[Flight],
    seconds: float,
    rng: np.random.Generator,
    *,
    environment: Environment = CALM,
    start_s: float = 0.0,
    rate_hz: float = RATE_HZ,
    block_s: float = 1.0,
) -> Iterator[NDArray[np.float32]]:
    """Give the sound at microphones (m, 3) east-north-up [m], in blocks (n, m) [Pa].

    Times are seconds from a zero of the caller's own (below 1e6, so that phases keep their digits), the same for
    the flights' motions and for `start_s`, the time of the first sample. Microphones of an array share the
    flights' sound and turbulence, not the noise. The same state of `rng` gives the same sound, whatever
    `block_s`.
    Raises NoSolution as `travel.arrival`, ValueError for places that are none. Ignores: what the head names.
    Reference: docs/simulation.md, "Sound"; held against marched wavefronts in tests/synthesise/test_sound.py.
    """
    microphones = np.asarray(microphones_m, np.float64)
    if microphones.ndim != 2 or microphones.shape[1] != 3 or not np.all(np.isfinite(microphones)):
        raise ValueError(f"microphones_m: {microphones.shape}; (m, 3) finite places east-north-up are needed")
    air, turbulence, noise = air_of(environment.atmosphere), environment.turbulence, environment.noise
    surround = surroundings(noise, rate_hz) if noise is not None else None
    # Noise first: another flight does not change it.
    keys = rng.integers(1 << 62, size=(len(microphones), 3))
    seeds = rng.integers(1 << 62, size=len(flights))
    total = round(seconds * rate_hz)
    voices = []
    shaken: list[Sequence[Shake | None]] = []
    for flight, seed in zip(flights, seeds, strict=True):
        own = np.random.default_rng(seed)
        reach = _reach_s(flight, microphones, air, start_s, start_s + seconds)
        voices.append(voice(flight.engine, own, *reach, rate_hz, flight.course))
        still: Sequence[Shake | None] = [None] * len(microphones)
        shaken.append(still if turbulence is None else shakes(turbulence, microphones, air.sound_mps, own))
    block = max(round(block_s * rate_hz), 1)
    for first in range(0, total, block):
        count = min(block, total - first)
        samples = _Samples(start_s, rate_hz, first, count)
        out = np.zeros((count, len(microphones)))
        span = start_s + first / rate_hz, start_s + (first + count) / rate_hz
        sounds = [_sounds(flight, microphones, air, *span) for flight in flights]
        for m, microphone in enumerate(microphones):
            for on, flight, sounding, shake in zip(sounds, flights, voices, shaken, strict=True):
                if on:
                    out[:, m] += _heard(flight, sounding, microphone, air, environment.ground, shake[m], samples)
            if surround is not None:
                out[:, m] += surround(keys[m], first, count)
        yield out.astype(np.float32)


def sound_at(
    microphones_m: ArrayLike,
    flights: Sequence[Flight],
    seconds: float,
    rng: np.random.Generator,
    *,
    environment: Environment = CALM,
    start_s: float = 0.0,
    rate_hz: float = RATE_HZ,
) -> NDArray[np.float32]:
    """Give the whole sound at once (n, m) [Pa]: `sound_blocks` put together; parameters and refusals as there.

    Reference: docs/simulation.md, "Sound".
    """
    blocks = sound_blocks(
        microphones_m, flights, seconds, rng, environment=environment, start_s=start_s, rate_hz=rate_hz
    )
    return np.concatenate(list(blocks))


def full_scale(pressure_pa: ArrayLike, calibration_db: float = 94.0) -> NDArray[np.float32]:
    """Give what a microphone of a calibration records of a pressure [Pa], in its shape: full scale is 1.

    A full-scale sine reads `calibration_db` re 20 uPa; its peak is sqrt(2) of its root mean square. What is
    louder is above 1, and left so. Reference: ISO 1683 (20 uPa); docs/microphone.md, "Recordings".
    """
    full_pa = np.sqrt(2.0) * REFERENCE_PRESSURE_PA * 10.0 ** (calibration_db / 20.0)
    return np.asarray(np.asarray(pressure_pa) / full_pa, np.float32)
