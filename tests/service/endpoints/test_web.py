"""The endpoints: what the public sees and what it does not, ingest over HTTP, headers, limits, OpenAPI.

They answer in a process of its own (cli.serve, service.run): service.endpoints.alerts, service.endpoints.answers,
service.endpoints.metrics, service.endpoints.operator, service.endpoints.reports.
"""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.service.stand import SEEDS, TOKEN, Served, line, serve, write_config

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    one = serve(write_config(folder, ingest={"max_body_mb": 1.0, "reports_per_s": 1000.0, "burst": 100000.0}))
    one.until_ready()
    yield one
    assert one.stop() == 0, (folder / "log.txt").read_text()


COUNTER = iter(range(10**6, 10**9))


def fresh(sensor: str = "S0", **more: float) -> bytes:
    return line(sensor, next(COUNTER), **more)


def test_single_batch_gzip_and_stream_all_come_in(served: Served) -> None:
    post = served.client.post
    one = post("/v1/reports", content=fresh()).json()
    assert (one["accepted"], one["refused"]) == (1, {})
    assert one["block"] >= 1
    batch = b"\n".join(fresh(f"S{k}") for k in range(12))
    assert post("/v1/reports", content=batch).json()["accepted"] == 12
    packed = gzip.compress(b"\n".join(fresh() for _ in range(50)))
    answer = post("/v1/reports", content=packed, headers={"content-encoding": "gzip"})
    assert (answer.json()["accepted"], answer.json()["refused"]) == (50, {})

    def stream() -> Iterator[bytes]:
        for _ in range(30):
            one = fresh() + b"\n"
            yield one[:20]
            yield one[20:]

    assert post("/v1/reports", content=stream()).json()["accepted"] == 30


def test_refusals_carry_their_reason_and_status(served: Served) -> None:
    post = served.client.post
    good = fresh()
    assert post("/v1/reports", content=good).status_code == 200
    again = post("/v1/reports", content=good)
    assert (again.status_code, again.json()["refused"]) == (409, {"replayed": 1})
    forged = good[:-2] + b" }"
    assert post("/v1/reports", content=forged).status_code in (403, 409, 422)
    unsigned = good.split(b" ", 3)[3]
    assert post("/v1/reports", content=unsigned).status_code == 403
    assert post("/v1/reports", content=b"hello").status_code == 422
    mixed = post("/v1/reports", content=b"hello\n" + fresh())
    assert (mixed.status_code, mixed.json()["accepted"]) == (200, 1)
    assert mixed.json()["refused"] == {"not a report line": 1}
    assert post("/v1/reports", content=b"").json() == {"accepted": 0, "refused": {}, "block": 0}


def test_bodies_and_bombs_are_limited(served: Served) -> None:
    post = served.client.post
    assert post("/v1/reports", content=b"\n" * 1_100_000).status_code == 413
    bomb = gzip.compress(b"\n" * 50_000_000)
    assert len(bomb) < 100_000
    assert post("/v1/reports", content=bomb, headers={"content-encoding": "gzip"}).status_code == 413
    assert post("/v1/reports", content=b"x", headers={"content-encoding": "gzip"}).status_code == 400
    assert post("/v1/reports", content=b"x", headers={"content-encoding": "br"}).status_code == 415
    assert post("/v1/reports", content=b"x" * 100_000).status_code == 413


def test_the_public_learns_nothing_of_sensors(served: Served) -> None:
    get = served.client.get
    for path in ("/sensors.geojson", "/metrics", "/history/range", "/history/frame?time_s=1"):
        assert get(path).status_code == 401, path
        assert get(path, headers=served.operator).status_code in (200, 404), path
    for path in ("/sites.geojson", "/alerts", "/alerts.atom", "/health", "/tracks.geojson"):
        assert get(path).status_code == 200, path
    assert get("/alerts", headers={"Authorization": "Bearer wrong"}).status_code == 401
    text = get("/sites.geojson").text + get("/tracks.geojson").text + get("/alerts").text
    assert not any(f'"{name}"' in text for name in SEEDS)
    with served.client.stream("GET", "/live") as events:
        seen = ""
        for chunk in events.iter_text():
            seen += chunk
            if "event: alerts" in seen:
                break
    assert "sensor" not in seen
    assert "heard_by" not in seen


def test_live_events_begin_with_the_whole_picture(served: Served) -> None:
    names: list[str] = []
    with served.client.stream("GET", "/live", headers=served.operator) as events:
        for row in events.iter_lines():
            if row.startswith("event: "):
                names.append(row.removeprefix("event: "))
            if len(names) > 10:
                break
    # Where one hears comes every few seconds: a newcomer may be before the first.
    shown = [name for name in names if name != "hearing"]
    assert shown[:7] == ["hello", "frame", "sites", "alerts", "sensors", "corridors", "status"]


def test_every_answer_carries_the_security_headers(served: Served) -> None:
    for path in ("/", "/map/main.js", "/nothing", "/alerts", "/sensors.geojson"):
        headers = served.client.get(path, headers={"Origin": "https://elsewhere.example"}).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers, path
        assert "server" not in headers, path


def test_files_of_the_map_stay_in_the_map(served: Served) -> None:
    for path in ("/map/../web.py", "/map/%2e%2e/web.py", "/map/..%2fweb.py", "/map//etc/passwd"):
        assert served.client.get(path).status_code in (400, 403, 404), path
    assert (
        served.client.get("/map/vendor/maplibre-gl-worker.mjs")
        .headers["content-type"]
        .startswith("text/javascript")
    )


def test_enrolment_and_revocation_take_effect_and_last(served: Served) -> None:
    from forehear.io.signing import key_from_seed, sign, write_public_key

    client, operator = served.client, served.operator
    key = key_from_seed(b"k" * 32)
    body = {"public_key": write_public_key(key)}
    assert client.post("/sensors/S11/key", json=body).status_code == 401
    assert client.post("/sensors/nobody/key", json=body, headers=operator).status_code == 404
    assert client.post("/sensors/S11/key", json={"public_key": "A" * 44}, headers=operator).status_code == 422
    assert client.post("/sensors/S11/key", json=body, headers=operator).status_code == 200
    assert client.post("/v1/reports", content=fresh("S11")).status_code == 403
    payload = fresh("S11").split(b" ", 3)[3]
    assert client.post("/v1/reports", content=sign(payload, 1, key)).status_code == 200
    assert client.delete("/sensors/S11/key", headers=operator).status_code == 200
    refused = client.post("/v1/reports", content=sign(payload, 2, key))
    assert (refused.status_code, refused.json()["refused"]) == (403, {"revoked": 1})


def test_metrics_are_in_prometheus_form_and_count(served: Served) -> None:
    served.client.post("/v1/reports", content=b"hello")
    text = served.client.get("/metrics", headers=served.operator).text
    values = dict(row.rsplit(" ", 1) for row in text.splitlines() if not row.startswith("#"))
    assert float(values["forehear_reports_accepted_total"]) > 0
    assert float(values['forehear_reports_refused_total{reason="not a report line"}']) >= 1
    assert float(values["forehear_ready"]) == 1
    names = {row.split()[2] for row in text.splitlines() if row.startswith("# TYPE")}
    assert {key.split("{")[0] for key in values} <= names


def test_sensors_are_told_by_what_they_send(served: Served) -> None:
    served.client.post("/v1/reports", content=fresh("S1", level=60.0) + b"\n" + fresh("S2"))
    time.sleep(0.3)
    features = served.client.get("/sensors.geojson", headers=served.operator).json()["features"]
    states = {f["id"]: f["properties"]["state"] for f in features}
    assert (states["S1"], states["S2"]) == (3, 2)
    assert features[0]["properties"]["enrolled"]


def test_faults_have_one_form(served: Served) -> None:
    for path, status in (
        ("/nothing", 404),
        ("/alerts?limit=0", 400),
        ("/cap/none.xml", 404),
        ("/alerts?limit=x", 400),
    ):
        answer = served.client.get(path)
        assert answer.status_code == status, path
        assert set(answer.json()) == {"status_code", "detail"}, path


@pytest.mark.peer
@pytest.mark.slow
def test_schemathesis_passes_the_openapi_document(served: Served) -> None:
    """Another program reads our OpenAPI document and tries to break what it promises."""
    address = f"http://127.0.0.1:{served.port}/schema/openapi.json"
    document = served.client.get("/schema/openapi.json").json()
    assert document["openapi"].startswith("3.")
    checks = ["not_a_server_error", "status_code_conformance", "content_type_conformance"]
    checks.append("response_schema_conformance")
    words = [str(Path(sys.executable).with_name("st")), "run", address, "-H", f"Authorization: Bearer {TOKEN}"]
    words += ["--exclude-path", "/live", "--checks", ",".join(checks), "--max-examples", "15", "--seed", "1"]
    words += ["--workers", "1", "--no-color"]
    environment = {**os.environ, "NO_PROXY": "*"}
    found = subprocess.run(words, capture_output=True, timeout=150, check=False, env=environment)
    assert found.returncode == 0, found.stdout.decode()[-4000:] + found.stderr.decode()[-2000:]


def test_the_schema_names_every_door(served: Served) -> None:
    paths = set(json.loads(served.client.get("/schema/openapi.json").text)["paths"])
    assert {
        "/v1/reports",
        "/tracks.geojson",
        "/alerts",
        "/sensors.geojson",
        "/live",
        "/health",
        "/metrics",
    } <= paths


@pytest.mark.slow
def test_the_service_refuses_a_port_in_use(served: Served, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("second")
    second = serve(write_config(folder), served.port)
    assert second.process.wait(20.0) == 1
    assert "Address already in use" in (folder / "log.txt").read_text()
    assert httpx.get(f"http://127.0.0.1:{served.port}/health", trust_env=False).status_code == 200


def test_one_sensor_is_asked_for_by_the_operator_alone(served: Served) -> None:
    served.client.post("/v1/reports", content=fresh("S3", level=61.0))
    assert served.client.get("/sensors/S3").status_code == 401
    shown = served.client.get("/sensors/S3", headers=served.operator).json()
    assert (shown["sensor"], shown["state"], shown["level_db"], shown["noise_db"]) == ("S3", 3, 61.0, 35.0)
    assert shown["last_s"] == shown["heard_s"]
    assert served.client.get("/sensors/nobody", headers=served.operator).status_code == 404


def test_acknowledging_has_a_log_for_operators_and_names_are_no_markup_of_ours(served: Served) -> None:
    for method, path in (("POST", "/alerts/1/acknowledge"), ("DELETE", "/alerts/1/acknowledge"),
                         ("GET", "/acknowledgements")):  # fmt: skip
        assert served.client.request(method, path).status_code == 401
    at = {"headers": served.operator}
    assert served.client.get("/acknowledgements", **at).json() == []
    assert served.client.post("/alerts/999/acknowledge?by=Taras", **at).status_code == 404
    assert served.client.delete("/alerts/999/acknowledge", **at).status_code == 404
    for name in ("", "a" * 61, "line%0Abreak"):
        assert served.client.post(f"/alerts/1/acknowledge?by={name}", **at).status_code == 400, name
