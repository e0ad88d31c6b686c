"""All outlets of a service: made of the rule tables, run, stopped, asked how they do."""

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path

from forehear.io.cap_words import Words, words_in
from forehear.io.outlets.fix import TrackFix
from forehear.records import Alert, Sensor, Site, Track
from forehear.service.hub import Hub
from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets.browsers import BrowserCarrier, Subscriptions
from forehear.service.outlets.delivery import DeliveryLog
from forehear.service.outlets.feeds import Feed
from forehear.service.outlets.home import HomeCarrier
from forehear.service.outlets.hooks import NtfyCarrier, SmsCarrier, WebhookCarrier
from forehear.service.outlets.items import Carrier, Common, Outgoing, OutletPicture, TrackSeen
from forehear.service.outlets.machines import AsterixCarrier, CotCarrier, SapientCarrier
from forehear.service.outlets.mailing import MailCarrier
from forehear.service.outlets.outlet import Outlet
from forehear.service.outlets.progress import CameTo
from forehear.service.secret import secret
from forehear.service.show.sensor_states import NAMES
from forehear.service.store.store import StoredAlert
from forehear.service.tracking.frames import Shown

# A picture older than this is not sent on: what stands still would look alive [s].
STALE_S = 5.0
# After a restart so many of the store's alerts are looked through for those that did not arrive.
MOST_MISSED = 5000
# Metres in a degree of latitude, for what is near a place.
DEGREE_M = 111_195.0


class Outlets:
    """`start` and `stop`; `offer` is called with every alert that was stored."""

    def __init__(self, hub: Hub) -> None:
        settings = hub.settings
        self._hub = hub
        self._folder = settings.data_dir / "outlets"
        status = settings.config.service.status
        self.outlets: list[Outlet] = []
        self.feeds: dict[str, Feed] = {}
        self.browsers: BrowserCarrier | None = None
        self._tasks: list[asyncio.Task[None]] = []
        service = settings.config.service
        for table, secrets in zip(settings.config.outlet, settings.outlet_secrets, strict=True):
            common = Common(hub.name, service.name, status, service.public_url, hub.clock, self._words)
            held = status != "Actual" and not table.exercise
            if table.kind == "feed":
                self.feeds[table.name] = Feed(table, secrets.token, common, held)
                continue
            carrier = self._carrier(table, secrets, common, settings.folder)
            log = DeliveryLog(self._folder / f"{table.name}.ndjson")
            progress = CameTo(self._folder / f"{table.name}.json", status)
            if progress.is_new:
                progress.keep(hub.reader.last_alert(), {})
            self.outlets.append(Outlet(table, carrier, log, progress, hub.clock, self._picture, held))
        self._recall()

    async def start(self) -> None:
        """Run every outlet."""
        self._hub.kept = self.offer
        self._tasks = [asyncio.create_task(outlet.run()) for outlet in self.outlets]

    async def stop(self) -> None:
        """End: what did not arrive is found in the store at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def offer(self, stored: StoredAlert) -> None:
        """Give an alert to every outlet."""
        item = self._item(stored)
        if item is not None:
            for outlet in self.outlets:
                outlet.offer(item)
            for feed in self.feeds.values():
                feed.offer(item)

    def named(self, name: str) -> Outlet | None:
        """Give the outlet of a name."""
        return next((one for one in self.outlets if one.table.name == name), None)

    def trouble(self) -> tuple[str, str | None]:
        """Say which outlets do not work, for who watches the service."""
        return "outlets", "; ".join(words for one in self.outlets if (words := one.trouble())) or None

    def _recall(self) -> None:
        """Give each outlet what was decided since it was last there, and each feed what stands."""
        stored = list(reversed(self._hub.reader.alerts(MOST_MISSED)))
        items = [item for one in stored if (item := self._item(one)) is not None]
        for outlet in self.outlets:
            first = outlet.came_to
            outlet.catch_up(item for item in items if item.number > first)
        for feed in self.feeds.values():
            for item in items:
                feed.offer(item)

    def _item(self, stored: StoredAlert) -> Outgoing | None:
        alert = stored.alert
        site = self._hub.sites.get(alert.site)
        if site is None:
            return None
        # One that could not be stored has no name of its own, and yet must not be taken twice.
        unnamed = f"{self._hub.name}.{alert.alert}.{alert.site}.{alert.state}.{round(1000.0 * alert.issued_at_s)}"
        return Outgoing(stored.number, stored.identifier or unnamed, alert, site)

    def _first(self, item: Outgoing) -> str | None:
        """Give the identifier of an alert's first message."""
        all_of_it = self._hub.reader.alerts(1000, item.alert.alert, item.alert.site)
        return all_of_it[-1].identifier if all_of_it else None

    def _words(self, alert: Alert, site: Site) -> dict[str, Words]:
        issuer = self._hub.issuer
        return {
            "uk": words_in("uk", alert, site, issuer.zone, issuer.status),
            "en": words_in("en", alert, site, issuer.zone, issuer.status),
        }

    def _carrier(self, table: OutletTable, secrets: OutletSecrets, common: Common, folder: Path) -> Carrier:
        match table.kind:
            case "cot":
                return CotCarrier(table, common, folder)
            case "sapient":
                return SapientCarrier(table, common, folder, len(self._hub.sensor_states.ids))
            case "asterix":
                return AsterixCarrier(table, common, folder)
            case "homeassistant":
                return HomeCarrier(table, secrets, common, folder)
            case "webhook":
                return WebhookCarrier(table, secrets, common, folder)
            case "ntfy":
                return NtfyCarrier(table, secrets, common, folder)
            case "sms":
                return SmsCarrier(table, secrets, common, folder)
            case "email":
                return MailCarrier(table, secrets, common, folder, self._first)
            case "webpush":
                subscriptions = Subscriptions(self._folder / f"{table.name}.browsers.json", table.hosts)
                key = secret(self._hub.settings.data_dir / "push.secret", 32).encode()
                self.browsers = BrowserCarrier(table, common, folder, subscriptions, key)
                return self.browsers
            case "feed":
                raise ValueError(f"outlet {table.name!r}: a feed is asked, and sends nothing")

    def _picture(self, table: OutletTable) -> OutletPicture | None:
        """Give what an outlet may have of the newest picture; None where there is none, or it stands still."""
        show = self._hub.show
        if show.time_s == 0.0 or self._hub.clock() - show.time_s > STALE_S:
            return None
        chosen = [site for name, site in self._hub.sites.items() if not table.sites or name in table.sites]
        states = {state.site: state for state in show.site_states}
        tracks = tuple(self._seen(table, chosen)) if "tracks" in table.what else ()
        sensors: tuple[tuple[Sensor, str], ...] = ()
        if "sensors" in table.what:
            network = self._hub.settings.network.sensors
            codes = self._hub.sensor_states.codes
            sensors = tuple((one, NAMES[code]) for one, code in zip(network, codes, strict=True))
        sites = tuple((site, states.get(site.id)) for site in chosen)
        return OutletPicture(show.time_s, tracks, sites, sensors, self._hub.troubles())

    def _seen(self, table: OutletTable, chosen: list[Site]) -> Iterator[TrackSeen]:
        for one in self._hub.show.tracks:
            if one.status not in table.statuses or (table.corroborated and not one.corroborated):
                continue
            if not all(map(math.isfinite, (one.lon, one.lat, one.height_m, one.speed_mps, one.course_deg))):
                continue
            if table.sites and not any(_is_near(one, site, 1000.0 * table.within_km) for site in chosen):
                continue
            yield TrackSeen(fix_of(one, self._hub.show.time_s), one.since_s, one.corroborated)


def fix_of(one: Shown, time_s: float) -> TrackFix:
    """Give a track as the map has it in the form that outlets send."""
    track = Track(
        time_s, one.id, one.status, one.lon, one.lat, one.height_m, one.speed_mps, one.course_deg, one.climb_mps,
        one.sigma_m, one.velocity_sigma_mps, one.existence, one.count, one.kind, one.kinds, one.tone_hz,
        one.heard_by,
    )  # fmt: skip
    return TrackFix(track, one.ellipse)


def _is_near(one: Shown, site: Site, within_m: float) -> bool:
    """Say whether a track is within a distance of a place's edge, to some per cent."""
    dlon = (one.lon - site.lon + 180.0) % 360.0 - 180.0
    east = DEGREE_M * dlon * math.cos(math.radians(site.lat))
    return math.hypot(east, DEGREE_M * (one.lat - site.lat)) <= within_m + site.radius_m
