"""What a report's sources say, as numbers: bounded, and what they leave out filled in."""

import math
from collections import Counter

import msgspec
import numpy as np
from numpy.typing import NDArray

from forehear.records import Report

Array = NDArray[np.float64]

MANY_SOURCES, TOO_LOUD = "more sources than can be told apart", "louder than anything heard from afar"

# --- numbers that decide -----------------------------------------------------------------------------
# Sources of a report at most, the loudest first, and how loud one may be [dB]: what flies past at ten metres is
# at 120.
MOST_SOURCES, LOUDEST_DB = 16, 130.0
# Sigmas that reports leave out, and the least that is believed.
DEFAULT_TONE_SIGMA_HZ, LEAST_TONE_SIGMA_HZ = 0.5, 0.05
DEFAULT_AZIMUTH_SIGMA_DEG, LEAST_AZIMUTH_SIGMA_DEG = 5.0, 1.0
DEFAULT_ELEVATION_SIGMA_DEG = 10.0
# -----------------------------------------------------------------------------------------------------


def bounded(report: Report, turned_away: Counter[tuple[str, str]]) -> Report:
    """Give a report with no more sources than can be told apart, and none impossibly loud; both counted."""
    sources = report.sources
    if len(sources) > MOST_SOURCES:
        turned_away[MANY_SOURCES, report.sensor] += len(sources) - MOST_SOURCES
        sources = tuple(sorted(sources, key=lambda s: -s.level_db)[:MOST_SOURCES])
    if sources and max(s.level_db for s in sources) > LOUDEST_DB:
        quiet = tuple(s for s in sources if s.level_db <= LOUDEST_DB)
        turned_away[TOO_LOUD, report.sensor] += len(sources) - len(quiet)
        sources = quiet
    return report if sources is report.sources else msgspec.structs.replace(report, sources=sources)


def table_of(known: list[Report]) -> Array:
    """Give the numbers of all sources (S, 10); what a source leaves out becomes not-a-number."""
    nan = math.nan
    values = [
        (
            s.level_db,
            nan if s.tone_hz is None else s.tone_hz,
            DEFAULT_TONE_SIGMA_HZ if s.tone_sigma_hz is None else s.tone_sigma_hz,
            nan if s.azimuth_deg is None else s.azimuth_deg,
            DEFAULT_AZIMUTH_SIGMA_DEG if s.azimuth_sigma_deg is None else s.azimuth_sigma_deg,
            nan if s.elevation_deg is None else s.elevation_deg,
            DEFAULT_ELEVATION_SIGMA_DEG if s.elevation_sigma_deg is None else s.elevation_sigma_deg,
        )
        + (_EVEN if s.kinds is None else (s.kinds.piston, s.kinds.jet, s.kinds.other))
        for report in known
        if report.sources
        for s in report.sources
    ]
    return np.array(values, np.float64).reshape(len(values), 10)


_EVEN = (1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0)
