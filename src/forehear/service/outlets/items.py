"""What an outlet is given: one alert with all that its words need, or the newest picture of everything."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from forehear.io.cap import Status
from forehear.io.cap_words import Words
from forehear.io.outlets.fix import TrackFix
from forehear.records import Alert, Sensor, Site
from forehear.service.tracking.frames import SiteState


class Outgoing(NamedTuple):
    """One alert on its way. `number` counts the store's alerts; 0 where it could not be stored."""

    number: int
    identifier: str
    alert: Alert
    site: Site


class TrackSeen(NamedTuple):
    """A track that leaves: where it is, since when it is known, and whether enough sensors hear it."""

    fix: TrackFix
    since_s: float
    corroborated: bool


class OutletPicture(NamedTuple):
    """Everything as of a moment, as far as an outlet may have it."""

    time_s: float
    tracks: tuple[TrackSeen, ...] = ()
    sites: tuple[tuple[Site, SiteState | None], ...] = ()
    sensors: tuple[tuple[Sensor, str], ...] = ()
    troubles: dict[str, str] = {}  # noqa: RUF012


class Undelivered(Exception):
    """It was not taken. `refused`: whoever is there said no, and may say it again."""

    def __init__(self, words: str, refused: bool = False) -> None:
        super().__init__(words)
        self.refused = refused


class Common(NamedTuple):
    """What every carrier needs to know of the service."""

    name: str
    title: str
    status: Status
    web: str
    clock: Callable[[], float]
    words: Callable[[Alert, Site], dict[str, Words]]


class Carrier(Protocol):
    """One way out: raises Undelivered, OSError or ValueError where something did not arrive."""

    async def alert(self, item: Outgoing) -> None:
        """Deliver one alert; returns when it has arrived, as far as the way can tell."""

    async def picture(self, picture: OutletPicture) -> None:
        """Deliver the newest picture."""

    async def trial(self) -> str:
        """Deliver a test message; says what was sent."""

    async def close(self) -> None:
        """Let go of what is open."""
