"""How the service is doing, as Prometheus reads it (text format 0.0.4)."""

import resource
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from forehear.service.hub import Hub
from forehear.service.outlets.outlets import Outlets
from forehear.service.show.live import FACES
from forehear.service.watch import Watch

PREFIX = "forehear_"
SITE_STATES = ("clear", "watch", "warning", "cancelled", "not_covered")


def exposition(hub: Hub, watch: Watch, outlets: Outlets | None = None) -> str:
    """Write all metrics."""
    more = () if outlets is None else _of_outlets(outlets)
    return "".join((*_lines(hub, watch), *_of_aircraft(hub), *more))


def _metric(name: str, kind: str, about: str, *samples: tuple[str, float]) -> str:
    head = f"# HELP {PREFIX}{name} {about}\n# TYPE {PREFIX}{name} {kind}\n"
    return head + "".join(f"{PREFIX}{name}{labels} {value:.10g}\n" for labels, value in samples)


def _of_aircraft(hub: Hub) -> Iterator[str]:
    """Write what is known of aircraft, where there is a feed."""
    feed = hub.aircraft
    if feed is None:
        return
    yield _metric("aircraft", "gauge", "Known aircraft now.", ("", float(len(feed.known(hub.clock())))))
    works = ("", float(feed.trouble()[1] is None))
    yield _metric("aircraft_feed_works", "gauge", "1 while the feed is read, and is not late.", works)
    used = ("", float(feed.rejections.used))
    yield _metric("aircraft_reports_total", "counter", "Reports of aircraft used.", used)
    why = [(f'{{reason="{r}"}}', float(n)) for r, n in sorted(feed.rejections.by_reason.items())]
    yield _metric("aircraft_reports_refused_total", "counter", "Reports of aircraft refused, by reason.", *why)


def _of_outlets(outlets: Outlets) -> Iterator[str]:
    """Write what became of what left: by outlet, and by what."""

    def one(name: str, kind: str, about: str, samples: list[tuple[str, float]]) -> str:
        head = f"# HELP {PREFIX}{name} {about}\n# TYPE {PREFIX}{name} {kind}\n"
        return head + "".join(f"{PREFIX}{name}{{{labels}}} {value:.10g}\n" for labels, value in samples)

    named = [(f'outlet="{o.table.name}",kind="{o.table.kind}"', o) for o in outlets.outlets]
    yield one("outlet_works", "gauge", "1 unless its last attempt failed.", [(n, o.why is None) for n, o in named])
    held = [(n, float(o.held)) for n, o in named]
    yield one("outlet_held", "gauge", "1 while an exercise does not reach it.", held)
    waiting = [(n, float(len(o.queue))) for n, o in named]
    yield one("outlet_waiting", "gauge", "Alerts that wait for it.", waiting)
    events = []
    for name, outlet in named:
        counts = {**outlet.log.counts, "superseded": outlet.queue.superseded}
        events += [(f'{name},event="{event}"', float(count)) for event, count in sorted(counts.items())]
    about = (
        "What became of what it was given: alerts and pictures delivered, failures, refused, superseded, expired."
    )
    yield one("outlet_events_total", "counter", about, events)
    delays = [(n, statistics.median(o.log.delays_s)) for n, o in named if o.log.delays_s]
    yield one("outlet_delay_seconds", "gauge", "Median time from an alert's issue to its arrival.", delays)
    served = [(f'outlet="{name}",kind="feed"', float(feed.served)) for name, feed in outlets.feeds.items()]
    yield one("outlet_served_total", "counter", "Answers that a feed gave.", served)


def _lines(hub: Hub, watch: Watch) -> Iterator[str]:
    one = _metric
    status = hub.status()
    yield one("reports_accepted_total", "counter", "Reports taken in.", ("", hub.gate.accepted))
    refused = [(f'{{reason="{r}"}}', float(n)) for r, n in sorted(hub.gate.refused.items())]
    yield one("reports_refused_total", "counter", "Reports refused at the gate, by reason.", *refused)
    turned = [(f'{{reason="{r}"}}', float(n)) for r, n in sorted(hub.turned_away.items())]
    yield one("reports_turned_away_total", "counter", "Reports that the tracker could not use.", *turned)
    yield one("commits_total", "counter", "Transactions of reports.", ("", hub.intake.commits))
    yield one(
        "reports_unstored_total", "counter", "Reports tracked but not stored: no room.", ("", hub.intake.unstored)
    )
    yield one("steps_total", "counter", "Steps of the tracker.", ("", hub.steps))
    restarts = ("", float(hub.tracking.restarts))
    yield one("tracker_restarts_total", "counter", "Times the tracker's process was started again.", restarts)
    yield one("step_seconds", "gauge", "Median time of a step.", ("", status["step_s"]))
    yield one("behind_seconds", "gauge", "How far the map is behind the clock.", ("", hub.behind_s))
    yield one("ready", "gauge", "1 when the tracker has caught up.", ("", float(hub.ready.is_set())))
    yield one("store_full", "gauge", "1 while reports are refused for want of room.", ("", float(hub.intake.full)))
    yield one("store_bytes", "gauge", "Size of the store in use.", ("", 1e6 * hub.reader.size_mb()))
    faces = [(f'{{face="{f}"}}', float(hub.show.live.watchers(f))) for f in FACES]
    healthy = ("", float(watch.status == "ok"))
    yield one("healthy", "gauge", "1 while nothing is wrong and the tracker has caught up.", healthy)
    troubles = [(f'{{what="{name}"}}', 1.0) for name in sorted(watch.troubles)]
    yield one("trouble", "gauge", "What is wrong at the moment.", *troubles)
    age = ("", time.monotonic() - hub.framed_at)
    yield one("frame_age_seconds", "gauge", "How long ago the tracker's last frame came.", age)
    yield one("clock_leaps_total", "counter", "Times this machine's clock leapt.", ("", float(hub.clock.leaps)))
    yield one("stores_set_aside_total", "counter", "Damaged stores set aside.", ("", float(hub.keeping.set_aside)))
    if hub.mqtt is not None:
        mqtt = {name: float(value) for name, value in hub.mqtt.counts().items()}
        yield one("mqtt_connected", "gauge", "1 while reports come by MQTT.", ("", mqtt["connected"]))
        yield one("mqtt_messages_total", "counter", "Messages that came by MQTT.", ("", mqtt["messages"]))
        yield one("mqtt_too_large_total", "counter", "Messages too large to be reports.", ("", mqtt["too_large"]))
        yield one("mqtt_left", "gauge", "Messages of this session left to the broker.", ("", mqtt["left"]))
    yield one("watchers", "gauge", "Browsers that watch.", *faces)
    yield one("watcher_resets_total", "counter", "Watchers that fell behind.", ("", hub.show.live.resets))
    sensors = [(f'{{state="{s}"}}', float(n)) for s, n in hub.sensor_states.counts().items()]
    yield one("sensors", "gauge", "Sensors by state.", *sensors)
    statuses = [t.status for t in hub.show.tracks]
    tracks = [(f'{{status="{s}"}}', float(statuses.count(s))) for s in ("tentative", "confirmed", "coasting")]
    yield one("tracks", "gauge", "Live tracks.", *tracks)
    sites = hub.show.site_states
    states = [s.state for s in sites]
    by_state = [(f'{{state="{s}"}}', float(states.count(s))) for s in SITE_STATES]
    yield one("sites", "gauge", "Sites by state.", *by_state)
    blind = float(sum(not s.covered for s in sites))
    yield one("sites_not_covered", "gauge", "Sites at which a drone would not be heard in time.", ("", blind))
    shares = [(f'{{site="{label(s.site)}"}}', sum(s.hears) / len(s.hears)) for s in sites if s.hears]
    yield one("site_coverage", "gauge", "Mean odds over all directions that a drone is heard in time.", *shares)
    gone = [(f'{{site="{label(s.site)}"}}', s.gone) for s in sites]
    yield one("site_sensors_gone", "gauge", "Share of a site's sensors that no longer report.", *gone)
    yield one("resident_bytes", "gauge", "Memory of the service's process.", ("", float(resident_bytes())))


def label(text: str) -> str:
    """Write a label's value as the text format wants it."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def resident_bytes(pid: str = "self") -> int:
    """Memory that a process holds [bytes]; the most it ever held where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
