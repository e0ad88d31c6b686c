"""Readers survive every kind of line: what is bad is rejected with sensor and reason, what is valid is kept."""

import io
import json
import tracemalloc
from itertools import pairwise

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.io.strategies import reports

from forehear.io import ndjson
from forehear.io.ndjson import RecordWriter, Rejections, ReportParser, decode_lines, read_chunks, rounded
from forehear.records import Report, Source, Track, Truth

GOOD = (
    b'{"sensor":"S1","heard_at_s":1790000017.673,"received_at_s":1790000018.638,"noise_db":36.5,'
    b'"sources":[{"level_db":51.8,"tone_hz":112.93,"tone_sigma_hz":0.4,"azimuth_deg":271.0,'
    b'"azimuth_sigma_deg":4.0,"elevation_deg":6.0,"elevation_sigma_deg":6.0,'
    b'"kinds":{"piston":0.86,"jet":0.03,"other":0.11}}]}'
)


def parse(data: bytes, *cuts: int) -> tuple[list[Report], Rejections]:
    """Feed bytes cut at these places, to the end."""
    rejections = Rejections()
    parser = ReportParser(rejections)
    edges = [0, *sorted(cuts), len(data)]
    out = [r for a, b in pairwise(edges) for r in parser.feed(data[a:b])]
    return out + parser.finish(), rejections


def plain(records: list) -> list:
    """Records without their types: the reader's own strict type of a report equals no other type."""
    return [msgspec.to_builtins(r) for r in records]


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(GOOD) | fields).encode()


def source(**fields: object) -> bytes:
    report = json.loads(GOOD)
    report["sources"][0] |= fields
    return json.dumps(report).encode()


def test_the_documented_line_is_read_in_full() -> None:
    out, rejections = parse(GOOD + b"\n")
    assert len(out) == 1
    r = out[0]
    assert (r.sensor, r.heard_at_s, r.received_at_s, r.noise_db) == ("S1", 1790000017.673, 1790000018.638, 36.5)
    s = r.sources[0]
    assert (s.level_db, s.tone_hz, s.azimuth_deg, s.elevation_sigma_deg) == (51.8, 112.93, 271.0, 6.0)
    assert s.kinds is not None
    assert s.kinds.piston == 0.86
    assert (rejections.read, rejections.rejected) == (1, 0)


def test_an_empty_report_is_evidence_too() -> None:
    out, _ = parse(b'{"sensor":"S1","heard_at_s":1790000017.0,"sources":[]}\n')
    assert plain(out) == plain([Report("S1", 1790000017.0)])
    assert isinstance(out[0], Report)


def test_health_is_read_and_left_out_where_nothing_is_amiss() -> None:
    assert b"health" not in msgspec.json.encode(Report("S1", 1.0))
    out, rejections = parse(changed(health={"gap_s": 2.5, "uncalibrated": True}) + b"\n" + GOOD)
    assert [msgspec.to_builtins(r.health) for r in out] == [{"gap_s": 2.5, "uncalibrated": True}, None]
    assert not rejections.warnings


def test_a_newer_health_is_read_with_a_warning() -> None:
    out, rejections = parse(changed(health={"gap_s": 2.5, "battery_v": 3.1}))
    assert out[0].health is not None
    assert out[0].health.gap_s == 2.5
    assert rejections.warnings == {"unknown fields ignored": 1}


BAD = {
    "health beyond its share": (changed(health={"clipped_pct": 101.0}), "impossible field"),
    "health that is a word": (changed(health="fine"), "impossible field"),
    "truncated": (GOOD[:100], "not JSON"),
    "not JSON": (b"hello", "not JSON"),
    "a list": (b"[1, 2]", "impossible field"),
    "a number": (b"17", "impossible field"),
    "null": (b"null", "impossible field"),
    "NaN": (GOOD.replace(b"51.8", b"NaN"), "not JSON"),
    "Infinity": (GOOD.replace(b"51.8", b"Infinity"), "not JSON"),
    "minus infinity": (GOOD.replace(b"51.8", b"-Infinity"), "not JSON"),
    "beyond a float": (GOOD.replace(b"51.8", b"1e999"), None),
    "two objects": (GOOD + GOOD, "not JSON"),
    "not UTF-8": (GOOD.replace(b"S1", b"\xff\xfe"), "not JSON"),
    "half a surrogate": (GOOD.replace(b"S1", b"\\ud800"), "not JSON"),
    "a zero byte": (GOOD.replace(b"S1", b"S\x001"), "not JSON"),
    "nested deeply": (b'{"x":' + b"[" * 100_000, None),
    "nested deeply, closed": (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
    "nested in a field": (b'{"sensor":"S1","sources":' + b"[" * 100_000, "impossible field"),
    "no sensor": (b'{"heard_at_s":1790000017.0}', "impossible field"),
    "empty sensor": (changed(sensor=""), "impossible field"),
    "endless sensor": (changed(sensor="S" * 1000), "impossible field"),
    "sensor a list": (changed(sensor=["S1"]), "impossible field"),
    "sensor neither": (changed(sensor=True), "impossible field"),
    "no time": (b'{"sensor":"S1"}', "impossible field"),
    "time in words": (changed(heard_at_s="now"), "impossible field"),
    "time negative": (changed(heard_at_s=-1.0), "impossible field"),
    "time true": (changed(heard_at_s=True), "impossible field"),
    "time null": (changed(heard_at_s=None), "impossible field"),
    "time in nanoseconds": (changed(heard_at_s=1.79e18), "impossible field"),
    "sources an object": (changed(sources={"level_db": 1.0}), "impossible field"),
    "sources null": (changed(sources=None), "impossible field"),
    "a source null": (changed(sources=[None]), "impossible field"),
    "no level": (changed(sources=[{}]), "impossible field"),
    "level of a supernova": (source(level_db=500.0), "impossible field"),
    "tone zero": (source(tone_hz=0.0), "impossible field"),
    "tone negative": (source(tone_hz=-5.0), "impossible field"),
    "sigma zero": (source(tone_sigma_hz=0.0), "impossible field"),
    "sigma negative": (source(azimuth_sigma_deg=-4.0), "impossible field"),
    "azimuth 400": (source(azimuth_deg=400.0), "impossible field"),
    "elevation 91": (source(elevation_deg=91.0), "impossible field"),
    "kinds sum to 2": (source(kinds={"piston": 1.0, "jet": 1.0}), "impossible field"),
    "kinds sum to 0": (source(kinds={}), "impossible field"),
    "kinds a list": (source(kinds=[0.5, 0.5]), "impossible field"),
    "probability 1.2": (source(kinds={"piston": 1.2}), "impossible field"),
    "place off the earth": (changed(lon=31.0, lat=95.0), "impossible field"),
    "a thousand and one sources": (changed(sources=[{"level_db": 1.0}] * 1001), "impossible field"),
    "a giant line": (b'{"sensor":"S1","x":"' + b"y" * (ndjson.MAX_LINE_BYTES + 1) + b'"}', "line too long"),
    "a giant valid line": (GOOD + b" " * ndjson.MAX_LINE_BYTES, "line too long"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_rejected_alone_and_leaves_no_trace(name: str) -> None:
    line, reason = BAD[name]
    out, rejections = parse(GOOD + b"\n" + line + b"\n" + GOOD + b"\n")
    assert [r.sensor for r in out] == ["S1", "S1"]
    assert (rejections.read, rejections.rejected) == (3, 1)
    if reason is not None:
        assert dict(rejections.by_reason) == {reason: 1}
    else:
        assert set(rejections.by_reason) <= {"not JSON", "impossible field"}
    assert "1 rejected" in rejections.summary()
    # The same as the last line of a file that was cut off.
    out, rejections = parse(GOOD + b"\n" + line)
    assert (len(out), rejections.rejected) == (1, 1)


def test_all_faults_at_once() -> None:
    data = b"\n".join(line + b"\n" + GOOD for line, _ in BAD.values())
    out, rejections = parse(data)
    assert len(out) == len(BAD)
    assert (rejections.read, rejections.rejected) == (2 * len(BAD), len(BAD))
    assert all(len(shown) <= ndjson.EXAMPLES_PER_REASON for shown in rejections.examples.values())


def test_a_rejection_names_the_sensor_the_field_and_what_is_allowed() -> None:
    _, rejections = parse(source(level_db=500.0) + b"\n" + GOOD[:60])
    assert rejections.by_sensor == {"S1": 2}
    shown = rejections.examples["impossible field"][0]
    assert "'S1'" in shown
    assert "<= 220" in shown
    assert "level_db" in shown


def test_a_hundred_sources_keep_the_loudest() -> None:
    many = changed(sources=[{"level_db": 90.0 - k} for k in range(100)])
    out, rejections = parse(many + b"\n")
    assert [s.level_db for s in out[0].sources] == [90.0 - k for k in range(ndjson.MAX_SOURCES)]
    assert rejections.warnings == {"faintest sources cut": 1}
    assert rejections.rejected == 0


def test_unknown_fields_are_ignored_with_a_counted_warning() -> None:
    out, rejections = parse(changed(battery_v=3.7) + b"\n" + source(colour="red") + b"\n")
    assert len(out) == 2
    assert plain(out) == plain(parse(GOOD)[0]) * 2
    assert rejections.warnings == {"unknown fields ignored": 2}
    assert rejections.rejected == 0


def test_an_unknown_field_hides_no_fault() -> None:
    bad = json.loads(source(kinds={"piston": 1.0, "jet": 1.0})) | {"battery_v": 3.7}
    out, rejections = parse(json.dumps(bad).encode())
    assert (out, rejections.rejected) == ([], 1)


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b"  \n", b"\t\r\n"])
def test_blank_lines_and_carriage_returns_are_no_reports(blank: bytes) -> None:
    out, rejections = parse(blank + GOOD + b"\r\n" + blank + GOOD + blank)
    assert (len(out), rejections.read, rejections.rejected) == (2, 2, 0)


MIXED = (
    GOOD + b"\n" + b'{"sensor":"S2","heard_at_s":' + b"\n\n" + changed(sensor="\u0416") + b"\r\n" + b"nonsense\n"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, len(MIXED)), max_size=5))
def test_split_at_any_bytes_nothing_changes(cuts: list[int]) -> None:
    whole, pieces = parse(MIXED), parse(MIXED, *cuts)
    assert pieces[0] == whole[0]
    assert pieces[1].summary() == whole[1].summary()
    assert pieces[1].examples == whole[1].examples


def test_split_at_each_byte_nothing_changes() -> None:
    whole = parse(MIXED)
    for cut in range(len(MIXED) + 1):
        assert parse(MIXED, cut)[0] == whole[0]
    assert parse(MIXED, *range(len(MIXED)))[0] == whole[0]


@settings(max_examples=30, deadline=None)
@given(st.integers(-3, 3), st.lists(st.integers(0, 400), max_size=4))
def test_the_limit_of_a_line_does_not_depend_on_how_it_is_cut(over: int, cuts: list[int]) -> None:
    limit = 300
    old, ndjson.MAX_LINE_BYTES = ndjson.MAX_LINE_BYTES, limit
    try:
        short = b'{"sensor":"S1","heard_at_s":1.0}'
        line = short + b" " * (limit + over - len(short))
        data = line + b"\n" + short + b"\n"
        out, rejections = parse(data, *(min(c, len(data)) for c in cuts))
    finally:
        ndjson.MAX_LINE_BYTES = old
    assert len(out) == (2 if over <= 0 else 1)
    assert (rejections.read, rejections.rejected) == (2, int(over > 0))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
@example(b"\n" * 50)
@example(b'{"sensor":"\xed\xa0\x80","heard_at_s":1}')
def test_noise_never_raises_and_never_eats_the_next_line(noise: bytes) -> None:
    out, rejections = parse(noise + b"\n" + GOOD + b"\n")
    assert out[-1].sensor == "S1"
    assert rejections.read == len(out) + rejections.rejected


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_report_is_read_or_rejected_never_raised(data: st.DataObject) -> None:
    line = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        line[data.draw(st.integers(0, len(line) - 1))] = data.draw(st.integers(0, 255))
    out, rejections = parse(bytes(line) + b"\n" + GOOD)
    assert out[-1] == parse(GOOD)[0][0]
    assert rejections.read == len(out) + rejections.rejected


def test_an_endless_line_holds_no_memory() -> None:
    rejections = Rejections()
    parser = ReportParser(rejections)
    piece = b"x" * 1_000_000
    parser.feed(piece)
    tracemalloc.start()
    for _ in range(100):
        assert parser.feed(piece) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * ndjson.MAX_LINE_BYTES
    assert len(parser.feed(b"\n" + GOOD + b"\n")) == 1
    assert (rejections.read, rejections.rejected) == (2, 1)


def test_a_flood_of_invented_names_holds_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "MAX_COUNTED_SENSORS", 10)
    rejections = Rejections()
    for k in range(1000):
        rejections.reject("unknown sensor", f"X{k}")
    assert len(rejections.by_sensor) == 11
    assert rejections.by_sensor["(others)"] == 990
    assert rejections.rejected == 1000
    assert len(rejections.examples["unknown sensor"]) == ndjson.EXAMPLES_PER_REASON


def test_the_last_line_says_read_used_and_rejected_by_reason() -> None:
    _, rejections = parse(GOOD + b"\nnonsense\nnonsense\n" + source(level_db=999.0))
    rejections.used = 1
    shown = rejections.summary()
    assert shown == "4 reports read, 1 used, 3 rejected (not JSON: 2, impossible field: 1)"


@given(st.lists(reports, max_size=5))
def test_what_is_written_is_read_again(records: list[Report]) -> None:
    stream = io.BytesIO()
    writer = RecordWriter(stream)
    writer.write(records)
    writer.flush()
    out, rejections = parse(stream.getvalue())
    assert plain(out) == plain(records)
    assert rejections.rejected == 0
    assert list(decode_lines(io.BytesIO(stream.getvalue()), Report)) == records


def test_every_field_left_out_is_left_out_of_the_line() -> None:
    stream = io.BytesIO()
    RecordWriter(stream).write([Report("S1", 5.0, sources=(Source(40.0),))])
    assert stream.getvalue() == b'{"sensor":"S1","heard_at_s":5.0,"sources":[{"level_db":40.0}]}\n'


def test_a_strict_file_stops_at_its_first_bad_line_and_names_it() -> None:
    good = b'{"target":"a","time_s":1,"lon":0,"lat":0,"height_m":0,'
    good += b'"east_mps":0,"north_mps":0,"up_mps":0,"kind":"jet"}'
    stream = io.BytesIO(good + b"\n\n" + good.replace(b'"lat":0', b'"lat":100') + b"\n")
    lines = decode_lines(stream, Truth)
    assert next(lines).target == "a"
    with pytest.raises(msgspec.DecodeError, match=r"line 3: .*<= 90.*\$\.lat"):
        next(lines)


@pytest.mark.parametrize("bad", [b"\xff", b'{"target":"\xff"}', b"[" * 100_000, b'{"z":' + b"[" * 100_000])
def test_a_strict_file_tells_hostile_lines_alike(bad: bytes) -> None:
    with pytest.raises(msgspec.DecodeError, match="line 1: "):
        list(decode_lines(io.BytesIO(bad), Truth))


def test_a_pipe_is_read_as_it_comes() -> None:
    pieces = [b"a", b"bc", b""]

    class Pipe(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
            piece = pieces.pop(0)
            buffer[: len(piece)] = piece
            return len(piece)

    assert list(read_chunks(io.BufferedReader(Pipe()))) == [b"a", b"bc"]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_a_number_is_never_written(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        rounded(bad, 1)
    assert rounded(1.26, 1) == 1.3


def test_tracks_keep_to_the_contract() -> None:
    """The line that formats.md prints, field for field."""
    line = (
        b'{"time_s":1790000100.0,"track":"T7","status":"confirmed","lon":31.25,"lat":47.01,"height_m":350.0,'
        b'"speed_mps":50.2,"course_deg":81.0,"climb_mps":0.0,"position_sigma_m":62.0,"velocity_sigma_mps":1.4,'
        b'"existence":0.99,"count":1,"kind":"piston","kinds":{"piston":0.97,"jet":0.01,"other":0.02},'
        b'"tone_hz":112.4,"heard_by":["S00036","S00037"]}'
    )
    stream = io.BytesIO()
    RecordWriter(stream).write([msgspec.json.decode(line, type=Track)])
    assert stream.getvalue() == line + b"\n"
