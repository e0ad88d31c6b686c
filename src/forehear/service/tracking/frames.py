"""What goes from the tracker's process to the service and on to the map: one frame a step."""

from typing import TYPE_CHECKING

from msgspec import Struct

from forehear.records import Alert, AlertGroup, HearingMap, Kinds, TargetKind, Track, TrackStatus

if TYPE_CHECKING:
    # The service's own process shows frames and loads no tracker.
    from forehear.track.lifecycle.view import View


class Shown(Struct, frozen=True, omit_defaults=True):
    """A track as the map draws it: short names, because 300 of them go to 200 browsers several times a second."""

    id: str
    status: TrackStatus
    lon: float
    lat: float
    height_m: float
    speed_mps: float
    course_deg: float
    kind: TargetKind
    kinds: Kinds
    sigma_m: float
    existence: float
    since_s: float
    # One-sigma ellipse: major, minor [m], axis [deg]; where the latest sound left, and when.
    ellipse: tuple[float, float, float] | None = None
    heard_from: tuple[float, float, float] | None = None
    heard_by: tuple[str, ...] = ()
    tone_hz: float | None = None
    corroborated: bool = False
    # For what leaves to other systems: the map draws none of these.
    climb_mps: float = 0.0
    velocity_sigma_mps: float = 0.0
    count: int = 1


# So large a share of a site's sensors gone is said at once, on the map and in /health.
GONE_SHARE = 0.28


class SiteState(Struct, frozen=True, omit_defaults=True):
    """A site as the map draws it."""

    site: str
    state: str
    since_s: float
    alert: str | None = None
    probability: float = 0.0
    earliest_s: float | None = None
    arrival_s: float | None = None
    latest_s: float | None = None
    tracks: tuple[str, ...] = ()
    kind: TargetKind = "other"
    groups: tuple[AlertGroup, ...] = ()
    # Whether a target would be heard here in time, from how many directions how surely (clockwise from north), and
    # the share of its sensors that reported before and do not now.
    covered: bool = True
    hears: tuple[float, ...] = ()
    gone: float = 0.0


class Frame(Struct, frozen=True):
    """One step. `block` is the last block of reports in it; `sites`, `corridors`, `hearing` come now and then."""

    time_s: float
    block: int
    tracks: tuple[Shown, ...]
    alerts: tuple[Alert, ...] = ()
    sites: tuple[SiteState, ...] | None = None
    corridors: dict[str, list[list[float]]] | None = None
    # How long the step took [s], reports in it, and what the tracker turned away so far, by reason.
    took_s: float = 0.0
    reports: int = 0
    turned_away: dict[str, int] | None = None
    # True while the worker goes through what was stored before it started.
    replayed: bool = False
    # True where only its alerts and counts are sent: nobody is shown what a moment long past looked like.
    silent: bool = False
    hearing: HearingMap | None = None


class Picture(Struct, frozen=True):
    """What the map showed at a moment, as it is kept for the time slider and for the next start."""

    time_s: float
    tracks: tuple[Shown, ...] = ()
    sites: tuple[SiteState, ...] = ()


def shown(track: Track, view: "View | None", since_s: float, corroborated: bool) -> Shown:
    """Make what the map draws of a track."""
    ellipse = heard_from = None
    if view is not None:
        ellipse = (view.major_m, view.minor_m, view.axis_deg)
        heard_from = (view.from_lon, view.from_lat, view.emitted_at_s)
    return Shown(
        track.track, track.status, track.lon, track.lat, track.height_m, track.speed_mps, track.course_deg,
        track.kind, track.kinds, track.position_sigma_m, track.existence, since_s, ellipse, heard_from,
        track.heard_by, track.tone_hz, corroborated, track.climb_mps, track.velocity_sigma_mps, track.count,
    )  # fmt: skip
