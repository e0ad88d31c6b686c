"""Records that hypothesis makes: anything that formats.md allows."""

from hypothesis import strategies as st

from forehear.records import Atmosphere, Health, Kinds, Network, Report, Sensor, Site, Source

names = st.text(min_size=1, max_size=20)
lon, lat = st.floats(-180.0, 180.0), st.floats(-90.0, 90.0)
times = st.floats(0.0, 1e11)
levels = st.floats(-60.0, 220.0)


@st.composite
def kinds(draw: st.DrawFn) -> Kinds:
    piston = draw(st.floats(0.0, 1.0))
    jet = draw(st.floats(0.0, 1.0 - piston))
    return Kinds(piston, jet, max(0.0, 1.0 - piston - jet))


def maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


sources = st.builds(
    Source,
    level_db=levels,
    tone_hz=maybe(st.floats(0.001, 20_000.0)),
    tone_sigma_hz=maybe(st.floats(0.001, 20_000.0)),
    azimuth_deg=maybe(st.floats(-360.0, 360.0)),
    azimuth_sigma_deg=maybe(st.floats(0.001, 360.0)),
    elevation_deg=maybe(st.floats(-90.0, 90.0)),
    elevation_sigma_deg=maybe(st.floats(0.001, 360.0)),
    kinds=maybe(kinds()),
)
shares = st.floats(0.0, 100.0)
healths = st.builds(
    Health,
    clipped_pct=shares,
    silent_pct=shares,
    overloaded_pct=shares,
    gap_s=st.floats(0.0, 1e9),
    rate_changes=st.integers(0, 1000),
    resampled_from_hz=maybe(st.floats(1.0, 1e9)),
    uncalibrated=st.booleans(),
)
reports = st.builds(
    Report,
    sensor=names,
    heard_at_s=times,
    received_at_s=maybe(times),
    noise_db=maybe(levels),
    sources=st.lists(sources, max_size=4).map(tuple),
    lon=maybe(lon),
    lat=maybe(lat),
    health=maybe(healths),
)
sensors = st.builds(
    Sensor,
    id=names,
    kind=st.sampled_from(["microphone", "array", "observer"]),
    lon=lon,
    lat=lat,
    height_m=st.floats(-430.0, 30_000.0),
    public_key=maybe(st.text(max_size=10)),
    name=maybe(st.text(max_size=10)),
)
atmospheres = st.builds(
    Atmosphere,
    temperature_c=st.floats(-60.0, 60.0),
    relative_humidity_pct=st.floats(0.0, 100.0),
    pressure_hpa=st.floats(500.0, 1100.0),
    wind_mps=st.floats(0.0, 60.0),
    wind_from_deg=st.floats(-360.0, 360.0),
)
networks = st.builds(
    Network,
    sensors=st.lists(sensors, min_size=1, max_size=6, unique_by=lambda s: s.id).map(tuple),
    atmosphere=atmospheres,
)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    polygon = None
    place = draw(lon), draw(lat)
    if draw(st.booleans()):
        corners = draw(st.lists(st.tuples(lon, lat), min_size=3, max_size=6))
        polygon = (*corners, corners[0])
    kind = draw(st.sampled_from(["settlement", "energy", "hospital", "other"]))
    radius = 3000.0 if polygon else draw(st.floats(1.0, 500_000.0))
    return Site(draw(names), draw(st.text(max_size=10)), kind, *place, radius, polygon)
