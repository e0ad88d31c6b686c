"""What a report says of a source, rounded to what means something: it costs its sensor's radio by the byte."""

import math

from forehear.listen.bearings import Bearing
from forehear.records import Kinds, Source


def source(
    level_db: float,
    heading: Bearing | None,
    kinds: Kinds,
    tone_hz: float | None = None,
    sigma_hz: float | None = None,
) -> Source:
    """Make a source of its level, direction, kinds, and tone with its sigma."""
    if tone_hz is not None and sigma_hz is not None:
        tone_hz, sigma_hz = round(tone_hz, 4), max(round(sigma_hz, 4), 1e-4)
    piston, jet = round(kinds.piston, 3), round(kinds.jet, 3)
    kinds = Kinds(piston=piston, jet=jet, other=round(1.0 - piston - jet, 3))
    if heading is None:
        return Source(round(level_db, 1), tone_hz=tone_hz, tone_sigma_hz=sigma_hz, kinds=kinds)
    azimuth, azimuth_sigma, elevation, elevation_sigma = (round(math.degrees(value), 2) for value in heading)
    # Nobody knows a direction to nothing.
    azimuth_sigma, elevation_sigma = max(azimuth_sigma, 0.01), max(elevation_sigma, 0.01)
    return Source(round(level_db, 1), tone_hz, sigma_hz, azimuth, azimuth_sigma, elevation, elevation_sigma, kinds)
