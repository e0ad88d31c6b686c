"""The sounds that kinds are learned from: made by physics and by chance, and recordings that anybody may use.

Drones fly past in surroundings of all sorts; what is no drone stands in the same. Each goes through a recording
chain of its own: tilt, cuts, a codec, compression, clipping, another speed. Under half of them lie real recordings
that the caller gives (CC0), else noise that is drawn. A drone comes with what the same chain makes of it alone, so
that whoever learns from it knows which of the families heard are its.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from forehear.synthesise.noise import BAND_HZ, band_power
from forehear.synthesise.sound import RATE_HZ
from training import engines, voices
from training.chance import Array, Chance, log_uniform, noises
from training.engines import Maker
from training.fleets import FLEETS, Fleet

Samples = NDArray[np.float32]
DRONE_S, OTHER_S = 6.0, 5.0
# Each drone lies under so many beds.
UNDER_BEDS = 3
# So often a sound is coded not at all, once, twice; what lies so far under a band's loudest is lost [dB].
CODINGS, CODED_DB = (0.15, 0.45, 0.4), (2.5, 13.0)
# What is no drone, and its share.
OTHERS: tuple[tuple[str, float, Maker], ...] = (
    ("ground engine", 4.0, engines.ground_engine),
    ("helicopter", 2.0, engines.helicopter),
    ("aircraft", 1.5, engines.aircraft),
    ("multirotor", 2.0, engines.multirotor),
    ("jet", 0.7, engines.jet),
    ("voice", 3.0, voices.voices),
    ("horn", 1.2, voices.horns),
    ("bell", 1.0, voices.bells),
    ("siren", 1.2, voices.sirens),
    ("insect", 1.2, voices.insects),
    ("machine", 1.5, voices.machines),
    ("hum", 1.0, voices.hum),
    ("music", 1.2, voices.music),
    ("noise", 1.5, noises),
)


class LabelledSound(NamedTuple):
    """A sound (n,) in full scale, what it is of, and the drone in it alone (n,): None where there is none."""

    samples: Samples
    what: str
    alone: Samples | None


def drones(chance: Chance, beds: Sequence[Samples] = (), fleet: Fleet = FLEETS[-1]) -> list[LabelledSound]:
    """Draw a drone of a fleet in its surroundings, seldom two; as recorded, and under so many beds (n,) each."""
    alone = engines.drone(chance, DRONE_S, fleet)
    if chance.random() < 0.08:
        alone = mixed(alone, engines.drone(chance, DRONE_S, fleet), chance.uniform(0.0, 8.0))
    around = surroundings(chance, DRONE_S, beds if fleet.bedded else (), fleet.busy)
    through = recorder(chance, fleet.dull)
    together = through(mixed(alone, around, chance.uniform(*fleet.around_db)))
    heard = (0.1 * through(alone)).astype(np.float32)
    out = [LabelledSound(_played(chance, together), "drone", heard)]
    # Under a bed goes a recording that is not much of a bed itself.
    clear = through(mixed(alone, around, chance.uniform(*fleet.clear_db)))
    for _ in range(UNDER_BEDS if len(beds) else 0):
        bed = bed_of(chance, beds, len(clear))
        ratio_db = chance.uniform(*fleet.bed_db)
        out.append(LabelledSound(_played(chance, mixed(clear, bed, ratio_db)), "drone", heard))
    return out


def bed_of(chance: Chance, beds: Sequence[Samples], count: int) -> Array:
    """Draw a recorded bed (count,), at another speed, now and then with another in it."""
    out = _looped(chance, beds[int(chance.integers(len(beds)))], count)
    if chance.random() < 0.25:
        out = mixed(out, _looped(chance, beds[int(chance.integers(len(beds)))], count), chance.uniform(0.0, 12.0))
    return out


def _looped(chance: Chance, clip: Samples, count: int) -> Array:
    """Play a clip round and round at another speed (count,), from anywhere on."""
    speed = float(np.exp(chance.normal(0.0, 0.1)))
    x = np.interp(np.arange(0.0, len(clip) - 1, speed), np.arange(len(clip)), clip)
    x = np.roll(x, -int(chance.integers(len(x))))
    return np.asarray(np.resize(x, count), np.float64)


def other(chance: Chance, real: Sequence[Samples] = ()) -> LabelledSound:
    """Draw what is no drone, in its surroundings."""
    share = np.array([of[1] for of in OTHERS])
    what, _, make = OTHERS[int(chance.choice(len(OTHERS), p=share / share.sum()))]
    x = mixed(make(chance, OTHER_S), surroundings(chance, OTHER_S, real), chance.uniform(-5.0, 40.0))
    return LabelledSound(_played(chance, recorder(chance)(x)), what, None)


def recorded(chance: Chance, what: str, clip: Samples, beds: Sequence[Samples] = ()) -> LabelledSound:
    """Draw a recording that is no drone's, as another device, at another speed, elsewhere had made it."""
    x = np.asarray(clip, np.float64)
    speed = float(np.exp(chance.normal(0.0, 0.12)))
    x = np.interp(np.arange(0.0, len(x) - 1, speed), np.arange(len(x)), x)
    n = round(OTHER_S * RATE_HZ)
    first = int(chance.integers(max(len(x) - n, 0) + 1))
    x = x[first : first + n]
    if chance.random() < 0.4:
        bed = bed_of(chance, beds, len(x)) if len(beds) else noises(chance, len(x) / RATE_HZ)
        x = mixed(x, bed, chance.uniform(-6.0, 25.0))
    if chance.random() < 0.6:
        x = recorder(chance)(x)
    return LabelledSound(_played(chance, x / (x.std() + 1e-9)), what, None)


def surroundings(chance: Chance, seconds: float, real: Sequence[Samples], busy: float = 1.0) -> Array:
    """Draw what sounds around: noise or real surroundings; as often as it is busy a voice, an insect or a horn."""
    out = noises(chance, seconds)
    if len(real) and chance.random() < 0.5:
        clip = real[int(chance.integers(len(real)))]
        if clip.std() > 0.0:
            out = np.resize(clip, len(out)).astype(np.float64)
    for beside, often in ((voices.voices, 0.3), (voices.insects, 0.12), (voices.horns, 0.08)):
        if chance.random() < busy * often:
            out = mixed(out, beside(chance, seconds), chance.uniform(-5.0, 15.0))
    return out


def mixed(sound: Array, other: Array, ratio_db: float) -> Array:
    """Add another sound at a ratio of powers in 40-2,000 Hz."""
    powers = [band_power(x, RATE_HZ, BAND_HZ) + 1e-30 for x in (sound, other)]
    return np.asarray(
        sound / np.sqrt(powers[0]) + other / np.sqrt(powers[1]) * 10.0 ** (-ratio_db / 20.0), np.float64
    )


def coded(x: Array, coarse_db: float, key: int, frame: int = 512) -> Array:
    """Keep of each band of each moment what is within so much of its loudest, coarsely: as codecs of videos do."""
    _, _, z = signal.stft(x, nperseg=frame)
    for band in np.array_split(np.arange(len(z)), 24):
        step = np.abs(z[band]).max(axis=0) * 10.0 ** (-coarse_db / 20.0) + 1e-12
        shift = np.random.default_rng(key).uniform(-0.25, 0.25, (len(band), 1))
        level = np.abs(z[band]) / step
        z[band] *= np.maximum(np.round(level + shift * (level > 0.3)), 0.0) / np.maximum(level, 1e-9)
    return np.asarray(np.resize(signal.istft(z, nperseg=frame)[1], len(x)), np.float64)


def recorder(chance: Chance, dull: float = 0.0) -> Callable[[Array], Array]:
    """Draw a recording chain: what it does to one sound it does to another. So many have lost all but the lows."""
    tilt, speed = chance.uniform(-0.6, 0.6), chance.uniform(0.85, 1.18)
    filters = []
    if dull and chance.random() < dull:
        filters.append(signal.butter(int(chance.integers(1, 5)), log_uniform(chance, 350.0, 1500.0), fs=RATE_HZ))
    if chance.random() < 0.75:
        filters.append(signal.butter(4, log_uniform(chance, 1500.0, 7600.0), fs=RATE_HZ))
    if chance.random() < 0.75:
        filters.append(signal.butter(int(chance.integers(1, 5)), chance.uniform(30.0, 240.0), "high", fs=RATE_HZ))
    # Most videos were coded twice: by the telephone and by who shows them.
    codings = [
        (chance.uniform(*CODED_DB), int(chance.integers(1 << 30)), int(chance.choice([512, 1024, 2048])))
        for _ in range(int(chance.choice([0, 1, 2], p=CODINGS)))
    ]
    squeezed = chance.random() < 0.4
    drive = log_uniform(chance, 0.3, 3.0) if chance.random() < 0.25 else None

    def through(x: Array) -> Array:
        x = np.interp(np.arange(0.0, len(x) - 1, speed), np.arange(len(x)), x)
        x = signal.lfilter([1.0, -tilt], [1.0], x)
        for b, a in filters:
            x = signal.lfilter(b, a, x)
        if squeezed:
            x = x / (signal.lfilter([1e-4], [1.0, 1e-4 - 1.0], x**2) + 1e-3 * np.mean(x**2) + 1e-30) ** 0.3
        x = x / (x.std() + 1e-12)
        for coding in codings:
            x = coded(x, *coding)
        return np.asarray(x if drive is None else np.tanh(drive * x) / drive, np.float64)

    return through


def _played(chance: Chance, x: Array) -> Samples:
    """Set a level, and keep it to 16 bits."""
    x = np.clip(x * log_uniform(chance, 0.003, 0.3), -1.0, 1.0)
    return (np.round(x * 32767.0) / 32767.0).astype(np.float32)
