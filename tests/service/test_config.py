"""Every fault of a configuration is shown at once."""

from pathlib import Path

import pytest
from tests.service.stand import write_config

from forehear.cli.main import main
from forehear.errors import ConfigurationError
from forehear.service.config import load
from forehear.service.outlet_table import OutletTable


def test_a_good_configuration_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_config(tmp_path)
    settings = load(path)
    assert len(settings.network.sensors) == 12
    assert settings.token is not None
    assert main(["check", str(path)]) == 0
    assert "12 sensors (12 with a key), 1 sites" in capsys.readouterr().err


def test_the_example_is_good_once_its_files_are_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(tmp_path)
    assert main(["serve", "--example"]) == 0
    (tmp_path / "example.toml").write_text(capsys.readouterr().out, "utf-8")
    load(tmp_path / "example.toml")
    # And with every default uncommented: the comments tell the truth about names and types.
    bare = [row.removeprefix("# ") for row in (tmp_path / "example.toml").read_text("utf-8").splitlines()]
    kept = [row for row in bare if ("=" in row and not row.startswith("forehear")) or row.startswith("[")]
    secrets = ("password", "token_file", "tiles", "username", "attribution", "ca_file", "cert_file", "key_file",
               "sbs", "aircraft.json")  # fmt: skip
    # Outlets have no default: their examples are read by themselves, with the files and the place that they name.
    first, end = kept.index("[[outlet]]"), next(k for k, row in enumerate(kept) if row.startswith("[warn]"))
    outlets, kept = kept[first:end], kept[:first] + kept[end:]
    kept = [row for row in kept if not any(word in row for word in secrets)]
    (tmp_path / "bare.toml").write_text("\n".join(kept), "utf-8")
    assert load(tmp_path / "bare.toml").config == load(tmp_path / "example.toml").config
    (tmp_path / "hook.secret").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    named = "\n".join(kept + outlets).replace("odesa", "town")
    (tmp_path / "outlets.toml").write_text(named, "utf-8")
    read = load(tmp_path / "outlets.toml").config.outlet
    assert [one.kind for one in read] == ["cot", "webhook", "feed"]
    assert read[0] == OutletTable("tak", "cot", "tcp://127.0.0.1:8087", ("tracks", "alerts")), "at its defaults"


def test_all_faults_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(tmp_path)
    (tmp_path / "short").write_text("abc")
    (tmp_path / "forehear.toml").write_text(
        """
network = "nowhere.geojson"
sites = "sites.geojson"
extra = 1
[service]
port = 99999
host = "0.0.0.0"
time_zone = "Mars/Olympus"
colour = "red"
sender = "a b"
tick_s = "fast"
[warn]
sensors = 1
watch_probability = 0.9
[operator]
token_file = "short"
[mqtt]
port = 0
password_file = "missing"
""",
        "utf-8",
    )
    assert main(["check", str(tmp_path / "forehear.toml")]) == 2
    shown = capsys.readouterr().err
    for fault in (
        "nowhere.geojson: cannot be read", "extra: is not known", "service.port=99999", "Mars/Olympus",
        "service.colour: is not known", "service.sender", "service.tick_s='fast'", "warn.sensors=1",
        "warn.watch_probability", "at least 24", "mqtt.port=0", "mqtt.password_file", "0.0.0.0",
    ):  # fmt: skip
        assert fault in shown, fault
    assert "13 faults" in shown or "14 faults" in shown


def test_a_bad_key_is_named_with_its_sensor(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    network = (tmp_path / "network.geojson").read_text("utf-8")
    start = network.index('"public_key":"') + 14
    (tmp_path / "network.geojson").write_text(network[:start] + "AAAA" + network[start + 44 :], "utf-8")
    with pytest.raises(ConfigurationError, match=r"sensor 'S0': public_key has 3 bytes"):
        load(path)
