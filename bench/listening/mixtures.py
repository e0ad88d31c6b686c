"""Real drones in real noise at a stated ratio: what each mixture is, and its sound when it is asked for.

The ratio is that of the powers within 40-2,000 Hz over the excerpt of the drone, as `sound_noise.band_power`
counts. The drones' recordings have noise of their own: what is asked of a listener is a little harder than the
ratio says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.listening.recordings import RATE_HZ, Clip, Samples, looped, windows
from forehear.synthesise import noise as sound_noise

RATIOS_DB = (0.0, -5.0, -10.0)
# Each noise and the classes it is taken from.
NOISES = {"rain": ("rain",), "wind": ("wind",), "insects": ("insects", "crickets")}
# Noise alone before the drone [s], where the mixture is warm.
LEAD_S = 10.0
# The drone's sound comes on within this time: a step would be a click that no drone makes [s].
ONSET_S = 0.02
# Samples below SILENT for SILENCE_S are padding, not noise; what sounds for less than SHORTEST_S is not used [s].
SILENT, SILENCE_S, SHORTEST_S = 1e-4, 0.25, 1.0
# The loudest sample of a mixture: below full scale, or it would be clipped.
PEAK = 0.9
# How long a drone is heard in a mixture, from the stream's first sample [s]; excerpts of each recording at most,
# and clips of each noise for each of them.
EXCERPT_S, MOST_EXCERPTS, EACH = 3.5, 2, 2


@dataclass(frozen=True)
class Mixture:
    """One excerpt of a drone in a noise: `drone` names its recording, `noise` its kind, `name` all of it."""

    drone: str
    noise: str
    name: str
    excerpt: Samples
    around: Samples

    def sound(self, ratio_db: float, lead_s: float) -> Samples:
        """Mix them, with `lead_s` of the noise alone before."""
        return mix(self.excerpt, self.around, ratio_db, lead_s)


def mix(drone: Samples, noise: Samples, ratio_db: float, lead_s: float) -> Samples:
    """Add noise (looped) to a drone (n,), after `lead_s` of the noise alone; a ratio within 40-2,000 Hz.

    Raises ValueError if either is silent there.
    """
    lead = round(lead_s * RATE_HZ)
    around = looped(noise, lead + len(drone))
    onset = np.minimum(np.arange(len(drone)) / (ONSET_S * RATE_HZ), 1.0)
    pieces = drone * onset, around[lead:]
    powers = [sound_noise.band_power(x, RATE_HZ, sound_noise.BAND_HZ) for x in pieces]
    if not min(powers) > 0.0:
        raise ValueError(f"no power in {sound_noise.BAND_HZ} Hz: {powers[0]:g} of drone, {powers[1]:g} of noise")
    out = around * np.sqrt(powers[0] / powers[1] / 10.0 ** (ratio_db / 10.0))
    out[lead:] += pieces[0]
    return np.asarray(out * min(PEAK / max(float(np.abs(out).max()), 1e-9), 1.0), np.float32)


def sounding(samples: Samples) -> Samples:
    """Leave out stretches of silence, as clips are padded with: a noise's power is that of where it sounds."""
    quiet = np.abs(samples) < SILENT
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    keep = np.ones(len(samples), bool)
    for first, last in edges.reshape(-1, 2):
        if last - first >= SILENCE_S * RATE_HZ:
            keep[first:last] = False
    return samples[keep]


def mixtures(
    drones: Sequence[Clip], negatives: Sequence[Clip], each: int = EACH, quick: bool = False, seed: int = 7
) -> list[Mixture]:
    """Pair some excerpts of every propeller with `each` clips of every noise; quick: one excerpt a recording."""
    rng = np.random.default_rng(seed)
    pools: dict[str, list[tuple[str, Samples]]] = {}
    for noise, classes in NOISES.items():
        cut = [(c.name, sounding(c.samples)) for c in negatives if c.group in classes]
        pools[noise] = [(name, samples) for name, samples in cut if len(samples) >= SHORTEST_S * RATE_HZ]
    out = []
    for clip in drones:
        if clip.label != "piston":
            continue
        excerpts = windows(clip, EXCERPT_S, EXCERPT_S)
        most = min(MOST_EXCERPTS, len(excerpts))
        evenly = [k * len(excerpts) // most for k in range(most)]
        for k in [len(excerpts) // 2] if quick else evenly:
            for noise, pool in pools.items():
                for i in rng.choice(len(pool), min(each, len(pool)), replace=False):
                    name = f"{clip.name}#{k} in {pool[i][0]}"
                    out.append(Mixture(clip.name, noise, name, excerpts[k], pool[i][1]))
    return out
