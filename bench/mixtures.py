"""Real drones in real noise at a stated ratio: what each mixture is, and its sound when it is asked for.

The ratio is that of the powers within 40-2,000 Hz over the excerpt of the drone, as `sound_noise.mix_at_snr` counts.
The drones' recordings have noise of their own: what is asked of a listener is a little harder than the ratio says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.recordings import RATE_HZ, Clip, Samples, looped, windows
from forehear.simulate import sound_noise

RATIOS_DB = (0.0, -5.0, -10.0)
NOISES = ("rain", "wind", "insects", "crickets", "svanstrom/background")
# Noise alone before the drone [s], where the mixture is warm.
LEAD_S = 5.0
# The drone's sound comes on within this time: a step would be a click that no drone makes [s].
ONSET_S = 0.02
# A clip that is this much silence is no noise to hide in: two of ESC-50's are padded so.
MOST_SILENT, SILENT = 0.25, 1e-4
# Clips of a stream go over into one another within this time [s].
FADE_S = 1.0
# The loudest sample of a mixture: below full scale, or it would be clipped.
PEAK = 0.9


@dataclass(frozen=True)
class Mixture:
    """One excerpt of a drone in one noise: `drone` names its recording, `noise` its class."""

    drone: str
    noise: str
    excerpt: Samples
    around: Samples

    def sound(self, ratio_db: float, warm: bool) -> Samples:
        """Mix them; warm, with LEAD_S of the noise alone before."""
        return mix(self.excerpt, self.around, ratio_db, LEAD_S if warm else 0.0)


def mix(drone: Samples, noise: Samples, ratio_db: float, lead_s: float) -> Samples:
    """Add noise (looped) to a drone (n,), after `lead_s` of the noise alone; a ratio within 40-2,000 Hz.

    Raises ValueError if either is silent there.
    """
    lead = round(lead_s * RATE_HZ)
    around = looped(noise, lead + len(drone))
    under = around[lead:]
    powers = [sound_noise.band_power(x, RATE_HZ, sound_noise.BAND_HZ) for x in (drone, under)]
    if not min(powers) > 0.0:
        raise ValueError(f"no power in {sound_noise.BAND_HZ} Hz: {powers[0]:g} of drone, {powers[1]:g} of noise")
    gain = np.sqrt(powers[0] / powers[1] / 10.0 ** (ratio_db / 10.0))
    onset = np.minimum(np.arange(len(drone)) / (ONSET_S * RATE_HZ), 1.0)
    out = around * gain
    out[lead:] += drone * onset
    return np.asarray(out * min(PEAK / max(float(np.abs(out).max()), 1e-9), 1.0), np.float32)


def usable(clip: Clip) -> bool:
    """Say whether a clip is noise throughout, not mostly silence."""
    return float(np.mean(np.abs(clip.samples) < SILENT)) <= MOST_SILENT


def mixtures(drones: Sequence[Clip], noises: Sequence[Clip], each: int, quick: bool, seed: int = 7) -> list[Mixture]:
    """Pair every excerpt of every propeller with `each` clips of every noise; quick: one excerpt a recording."""
    rng = np.random.default_rng(seed)
    of_class = {name: [c for c in noises if c.group == name and usable(c)] for name in NOISES}
    out = []
    for clip in drones:
        if clip.label != "piston":
            continue
        cut = windows(clip)
        for excerpt in cut[len(cut) // 2 :][:1] if quick else cut:
            for name, clips in of_class.items():
                for i in rng.choice(len(clips), min(each, len(clips)), replace=False):
                    out.append(Mixture(clip.name, name, excerpt, clips[i].samples))
    return out


def quiet_stream(clips: Sequence[Clip], number: int, seconds: float = 60.0) -> Samples:
    """Make a long stream of quiet surroundings: clips one after another, and others beneath them, softer.

    Clips are used again in other streams and pairs: hours made so show how noises add up and follow one another,
    not more kinds of noise.
    """
    rng = np.random.default_rng((number, 8))
    count = round(seconds * RATE_HZ)
    layers = []
    for loudest_db in (0.0, -20.0):
        picked: list[Samples] = []
        for i in rng.permutation(len(clips)):
            picked.append(clips[i].samples)
            if sum(map(len, picked)) - len(picked) * FADE_S * RATE_HZ > count:
                break
        layer = _faded(picked)[:count]
        layers.append(layer * np.float32(10.0 ** (float(rng.uniform(loudest_db, 0.0)) / 20.0)))
    length = min(map(len, layers))
    out = layers[0][:length] + layers[1][:length]
    return np.asarray(out * min(PEAK / max(float(np.abs(out).max()), 1e-9), 1.0), np.float32)


def _faded(pieces: Sequence[Samples]) -> Samples:
    fade = round(FADE_S * RATE_HZ)
    rise = np.sin(np.linspace(0.0, 0.5 * np.pi, fade, dtype=np.float32))
    starts = np.cumsum([0, *(len(p) - fade for p in pieces)])
    out = np.zeros(starts[-1] + fade, np.float32)
    for k, (start, piece) in enumerate(zip(starts, pieces, strict=False)):
        shaped = piece.copy()
        if k > 0:
            shaped[:fade] *= rise
        if k + 1 < len(pieces):
            shaped[-fade:] *= rise[::-1]
        out[start : start + len(piece)] += shaped
    return out
