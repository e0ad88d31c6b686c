"""Wake every compiled loop once, before it is needed: on a machine's first start that is most of a minute.

A made-up flight over a made-up network, heard, tracked, forecast and shown; then thrown away.
"""

import math

from forehear.air.level import received_level_db
from forehear.air.retarded import doppler_ratio
from forehear.constants import STANDARD_SOUND_SPEED_MPS
from forehear.forecast import arrival, corridor, routes
from forehear.forecast.places import places_of
from forehear.geodesy import plane_at
from forehear.records import Kinds, Network, Report, Sensor, Site, Source
from forehear.track.tracker import Tracker

SPEED_MPS, HEIGHT_M, LEVEL_DB, TONE_HZ, ABSORPTION_DB_PER_M = 50.0, 300.0, 118.0, 110.0, 0.002
STEPS = 45
PIECE_M = 2500.0


def warm() -> bool:
    """Fly past; says whether the flight was tracked, which does not matter here."""
    plane = plane_at(31.0, 47.0)
    spots = [(PIECE_M * (i - 2), PIECE_M * (j - 1)) for i in range(5) for j in range(3)]
    sensors = []
    for k, (east, north) in enumerate(spots):
        lon, lat = plane.inverse(east, north)
        sensors.append(Sensor(f"W{k}", "array" if k % 4 == 0 else "microphone", float(lon), float(lat), 0.0))
    tracker = Tracker(Network(tuple(sensors)))
    places = places_of([Site("w", "w", "other", 31.05, 47.0)], plane)
    ways = routes.draw()
    tracked = False
    for step in range(STEPS):
        now = 1000.0 + step
        reports = [_heard(sensor.id, east, north, now, k % 4 == 0)
                   for k, (sensor, (east, north)) in enumerate(zip(sensors, spots, strict=True))]  # fmt: skip
        tracks = tracker.advance(now, reports)
        tracked = tracked or bool(tracks)
        arrival.arrivals(tracks, places, plane, ways)
        tracker.views(now)
        for track in tracks:
            corridor.corridor(track, corridor.shape(ways), plane)
    return tracked


def _heard(sensor: str, east: float, north: float, now_s: float, directed: bool) -> Report:
    """What a sensor hears of the flight: level and tone by distance and Doppler, a bearing where it knows one."""
    de, dn = -5000.0 + SPEED_MPS * (now_s - 1010.0) - east, 400.0 - north
    away = math.sqrt(de * de + dn * dn + HEIGHT_M**2)
    level = float(received_level_db(LEVEL_DB, away, ABSORPTION_DB_PER_M))
    flight = (de, dn, HEIGHT_M), (SPEED_MPS, 0.0, 0.0), (0.0, 0.0, 0.0)
    tone = TONE_HZ * float(doppler_ratio(*flight, STANDARD_SOUND_SPEED_MPS))
    if level < 38.0:
        return Report(sensor, now_s - 0.5, now_s, 35.0)
    kinds = Kinds(0.9, 0.05, 0.05)
    if not directed:
        return Report(sensor, now_s - 0.5, now_s, 35.0, (Source(level, tone, 0.4, kinds=kinds),))
    azimuth = math.degrees(math.atan2(de, dn))
    elevation = math.degrees(math.asin(HEIGHT_M / away))
    return Report(
        sensor, now_s - 0.5, now_s, 35.0, (Source(level, tone, 0.4, azimuth, 4.0, elevation, 6.0, kinds),)
    )
