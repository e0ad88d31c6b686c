"""Names that nothing in the program reads, and why they stay. Reviewed: what is not here and unused is deleted.

    vulture src bench training design scripts docs tests/layers/vulture_allowed.py

The tests are not handed in on purpose: what only a test calls is dead too. A key is the reason, its names follow.
"""

from collections.abc import Callable
from typing import Any

_ALLOWED: dict[str, Callable[[Any], object]] = {
    # Somebody else's program calls or reads it.
    "argparse reads it": lambda _: _.formatter_class,
    "files as io and libsndfile ask for them": lambda _: (_.readable, _.seekable, _.readinto),
    "sqlite3 reads it": lambda _: _.isolation_level,
    "uvicorn reads it": lambda _: _.should_exit,
    "numba reads it": lambda _: _._cache,
    "Stone Soup calls it, with arguments of its own": lambda _: (_._function, _.kwargs),
    "the command line finds its verbs by name": lambda _: _.raids,
    # Keys of records that are written whole: formats.md names each.
    "health of a report": lambda _: (_.clipped_pct, _.silent_pct, _.overloaded_pct, _.opposed_channels),
    "answer of forehear score": lambda _: _.first_audible_s,
    "answer of /health": lambda _: (_.store_full, _.sites_not_covered),
    "answer of /outlets": lambda _: _.works,
    "known aircraft, for the tracker": lambda _: (_.read_aircraft, _.accuracy_m, _.category),
    "a map of hearing, drawn by the browser": lambda _: (_.south_deg, _.west_deg, _.step_lat_deg, _.step_lon_deg),
    "a column of the table of days": lambda _: _.shahed,
    # Names that make a list of numbers or columns complete.
    "columns of the tracker's arrays": lambda _: (_.LEVEL, _.M_LEVEL, _.M_TONE, _.M_AZIMUTH, _.M_ELEVATION),
    "motion models of the tracker": lambda _: (_.CRUISE, _.MANOEUVRE),
    "faults of simulated sensors": lambda _: (_.FINE, _.WELL),
    "traits, taken in their order": lambda _: (_.log_evidence, _.explained, _.centroid_hz, _.best_lines),
    "a direction's fields, taken in their order": lambda _: (
        _.azimuth_rad, _.elevation_rad, _.elevation_sigma_rad,
    ),
    # A test holds a page, or somebody else's figures, to it.
    "the states' picture in docs/warnings.md": lambda _: _.mermaid,
    "the files that docs/schemas must hold": lambda _: _.FILES,
    "the closed form that the fit is held to": lambda _: _.received_tone_hz,
    "power of a line of known amplitude": lambda _: _.LINE_POWER,
    "clips of the tones' bench": lambda _: _.make_clip,
    "a member's date, written by tarfile": lambda _: _.mtime,
    "a column of the log, given to the operator": lambda _: _.taken_back,
    "why a sensor is set aside, for who reads the file": lambda _: (
        _.clock_off_s, _.level_off_db, _.claims_nats, _.clear_trials,
    ),
    # For whoever uses the package from Python, or asks a running service.
    "docs/simulation.md names it": lambda _: _.mix_at_snr,
    "counted by the service, and asked in tests": lambda _: (_.reports_in_steps,),
    "written as JSON, in the duty log": lambda _: _.taken_back,
}  # fmt: skip
