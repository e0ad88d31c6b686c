"""What synthetic drones are drawn from: three fleets, each another idea of what real ones are like.

None is right: set to what recordings show (most engines turn 85 to 110 times a second with two blades; other
orders lie far below the blades'; some lines have skirts; there is little between their lines; some have lost all
but the lows), each leaves other gaps. What trees tell that have learned from them: docs/decisions/0011-ear.md.
"""

from typing import NamedTuple

Range = tuple[float, float]


class Fleet(NamedTuple):
    """Ranges that drones, and how they are heard, are drawn from."""

    share: float  # of all drones
    first: int  # the number of its first: others of its numbers are other drones
    usual: float  # so many have two blades and turn about so fast [Hz], with this spread (of the logarithm)
    usual_hz: float
    usual_spread: float
    others_hz: Range  # the others' tones
    halved: float  # of those with two blades so many fire at half their turns
    faint_db: Range  # so far the other orders lie below the blades' [dB]
    knee_hz: Range  # from there on lines fall by so much [dB an octave], and scatter [dB]
    fall_db: Range
    spread_db: Range
    noise_db: Range  # so far an engine's noise lies below its lines [dB]
    pulsed: float  # how much cylinders swell all of it at most
    skirted: float  # so many have skirts beside their lines, so wide [Hz] and strong
    skirt_hz: Range
    skirt: Range
    around_db: Range  # ratio to what is around, of 40-2,000 Hz [dB]
    clear_db: Range  # the same of one that is laid under a bed
    bed_db: Range  # and its ratio to the bed
    busy: float  # how often voices, insects and horns are around
    bedded: bool  # whether recorded beds are around, too
    dull: float = 0.0  # so many have lost all but the lows: far off, behind something, in a pocket


FLEETS = (
    Fleet(
        200.0, 1000, 0.7, 96.0, 0.15, (40.0, 170.0), 0.1, (7.0, 28.0), (150.0, 1000.0), (4.0, 13.0), (2.0, 8.0),
        (2.0, 30.0), 0.25, 0.5, (2.0, 40.0), (0.1, 1.0), (0.0, 40.0), (8.0, 36.0), (-15.0, 6.0), 0.4, True,
    ),
    Fleet(
        300.0, 0, 0.78, 97.0, 0.14, (45.0, 175.0), 0.06, (7.0, 28.0), (150.0, 1200.0), (3.5, 13.0), (2.0, 9.0),
        (0.0, 28.0), 0.25, 0.4, (1.0, 40.0), (0.05, 0.6), (-2.0, 30.0), (6.0, 30.0), (-15.0, 6.0), 0.6, True,
    ),
    Fleet(
        420.0, 2000, 0.6, 96.0, 0.18, (42.0, 185.0), 0.06, (7.0, 30.0), (150.0, 1400.0), (3.0, 13.0), (2.0, 9.0),
        (0.0, 30.0), 0.25, 0.6, (2.0, 30.0), (0.1, 0.9), (4.0, 40.0), (6.0, 40.0), (-15.0, 6.0), 0.15, True, 0.3,
    ),
)  # fmt: skip
