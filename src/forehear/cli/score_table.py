"""A score as tables for the eye."""

from rich.console import Console
from rich.table import Table

from forehear.score.records import KNOWN_BELOW_M, Score, TargetScore
from forehear.score.warnings import NEAR_M, SiteWarnings, WarningScore

# More rows than this are no longer read; the worst are shown, and --json has all.
ROWS_SHOWN = 15
# Of the tables in a file [characters].
WIDTH = 120


def _number(value: float | None, unit: str = "", digits: int = 0) -> str:
    return "–" if value is None else f"{value:,.{digits}f}{unit}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100.0 * value:.1f} %"


def _console() -> Console:
    console = Console(highlight=False)
    # A pipe or a file has no width of its own: nothing is cut there.
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def print_score(score: Score) -> None:
    """Print the summary, the targets that fare worst, and the kinds."""
    console = _console()
    console.print(_summary(score))
    if score.by_target:
        console.print(_targets(score))
    if sum(sum(row.values()) for row in score.kind_confusion.values()):
        console.print(_kinds(score))


def _summary(s: Score) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(style="dim")
    rows = [
        ("GOSPA", _number(s.gospa_m, " m"), f"root mean over {s.seconds:,} s, cut-off {s.cutoff_m:,.0f} m"),
        ("  localisation", _number(s.gospa_localisation_m, " m"), ""),
        ("  missed", _number(s.gospa_missed_m, " m"), ""),
        ("  false", _number(s.gospa_false_m, " m"), ""),
        ("missed", _percent(s.missed_share), f"of {s.target_seconds:,} audible target-seconds"),
        ("false", _percent(s.false_share), f"of {s.track_seconds:,} confirmed track-seconds"),
        ("ghost tracks", _number(s.ghost_tracks), f"of {s.confirmed_tracks:,} confirmed: never near any target"),
        (
            "horizontal error",
            _number(s.error_median_m, " m"),
            f"median; 90 % below {_number(s.error_p90_m, ' m')}, 95 % below {_number(s.error_p95_m, ' m')}",
        ),
        ("error over sigma", _number(s.consistency, "", 2), "root mean square; 1 is honest"),
        (
            "speed error",
            _number(s.speed_error_median_mps, " m/s", 1),
            f"median; 90 % below {_number(s.speed_error_p90_mps, ' m/s', 1)}",
        ),
        (
            "course error",
            _number(s.course_error_median_deg, "°", 1),
            f"median; 90 % below {_number(s.course_error_p90_deg, '°', 1)}",
        ),
        (
            "audible to confirmed",
            _number(s.confirm_wait_median_s, " s"),
            f"median; 90 % within {_number(s.confirm_wait_p90_s, ' s')}; "
            f"{s.never_confirmed} of {s.audible_targets} targets never",
        ),
        ("changes of name", _number(s.switches), f"and {s.gaps} gaps"),
        ("kind right", _percent(s.kind_right_share), ""),
    ]
    if s.error_over_bound is not None:
        rows += [
            ("Cramer-Rao bound", _number(s.bound_median_m, " m"), "median over the same target-seconds"),
            ("error over bound", _number(s.error_over_bound, "", 2), "medians"),
            (
                "bound to confirmed",
                _number(s.bound_wait_median_s, " s"),
                f"from the moment it falls under {KNOWN_BELOW_M:,.0f} m; "
                f"90 % within {_number(s.bound_wait_p90_s, ' s')}",
            ),
        ]
    for row in rows:
        table.add_row(*row)
    return table


def _worth_seeing(target: TargetScore) -> tuple[float, float]:
    missed = 1.0 - target.tracked_s / target.audible_s if target.audible_s else -1.0
    return -missed, -(target.error_median_m or 0.0)


def _targets(s: Score) -> Table:
    shown = sorted(s.by_target, key=_worth_seeing)[:ROWS_SHOWN]
    all_shown = len(shown) == len(s.by_target)
    title = "targets, the worst first" + ("" if all_shown else f" ({len(shown)} of {len(s.by_target)})")
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in ("target", "kind"):
        table.add_column(name)
    limit = ("bound",) if s.error_over_bound is not None else ()
    for name in ("audible", "missed", "waited", "median", "90 %", "names", "gaps", "kind right", *limit):
        table.add_column(name, justify="right")
    for t in shown:
        missed = 1.0 - t.tracked_s / t.audible_s if t.audible_s else None
        table.add_row(
            t.target,
            t.kind,
            _number(t.audible_s, " s"),
            _percent(missed),
            _number(t.confirm_wait_s, " s"),
            _number(t.error_median_m, " m"),
            _number(t.error_p90_m, " m"),
            str(t.switches),
            str(t.gaps),
            _percent(t.kind_right_share),
            *((_number(t.bound_median_m, " m"),) if limit else ()),
        )
    return table


def _kinds(s: Score) -> Table:
    table = Table(
        title="kinds, target-seconds", title_justify="left", box=None, pad_edge=False, header_style="bold"
    )
    table.add_column("truth")
    for kind in s.kind_confusion:
        table.add_column(f"said {kind}", justify="right")
    for kind, row in s.kind_confusion.items():
        if sum(row.values()):
            table.add_row(kind, *(f"{n:,}" for n in row.values()))
    return table


def print_warnings(score: WarningScore) -> None:
    """Print the summary of a score of alerts, and the sites that fare worst."""
    console = _console()
    console.print(_warning_summary(score))
    if score.by_site:
        console.print(_sites(score))


def _warning_summary(s: WarningScore) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(style="dim")
    near = f"{NEAR_M / 1000.0:.0f} km"
    rows = [
        ("arrivals", _number(s.arrivals), f"at {s.sites:,} places, over {s.seconds:,} s"),
        (
            "  not warned of",
            _number(s.missed),
            f"{_percent(s.missed_share)}; {s.unwatched:,} without even a watch",
        ),
        (
            "lead time",
            _number(s.lead_median_s, " s"),
            f"median; nine of ten longer than {_number(s.lead_p10_s, ' s')}",
        ),
        ("  of the watch", _number(s.watch_lead_median_s, " s"), "median, watch or warning"),
        (
            "warnings",
            _number(s.warnings),
            f"{s.in_vain:,} in vain: nothing came within {near} ({_percent(s.in_vain_share)})",
        ),
        (
            "places warned",
            _number(s.warned_places),
            f"{s.warned_places_in_vain:,} of them in vain ({_percent(s.warned_places_in_vain_share)})",
        ),
        ("changes of state", _number(s.changes_per_place_hour, "", 1), "a place and hour"),
        (
            "other messages",
            _number(s.updates_per_place_hour, "", 1),
            f"a place and hour; at most {s.most_updates_in_an_hour} in one",
        ),
        ("named too many", _number(s.named_too_many), f"of {s.alerts:,} alerts: more of a kind than there are"),
        ("least probability", _percent(s.least_warning_probability), "that a warning told of"),
        ("not covered", _number(s.not_covered_s, " s"), "sum over the places"),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def _sites(s: WarningScore) -> Table:
    def worst(row: SiteWarnings) -> tuple[int, int, int]:
        return -row.missed, -row.in_vain, -row.updates

    shown = sorted(s.by_site, key=worst)[:ROWS_SHOWN]
    title = "places, the worst first" + (
        "" if len(shown) == len(s.by_site) else f" ({len(shown)} of {len(s.by_site)})"
    )
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("place")
    for name in ("arrivals", "not warned", "lead", "warnings", "in vain", "changes", "other"):
        table.add_column(name, justify="right")
    for r in shown:
        table.add_row(
            r.site,
            str(r.arrivals),
            str(r.missed),
            _number(r.lead_median_s, " s"),
            str(r.warnings),
            str(r.in_vain),
            str(r.changes),
            str(r.updates),
        )
    return table
