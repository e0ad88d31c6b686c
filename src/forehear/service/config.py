"""The configuration: forehear.toml to one record, with every fault found at once."""

import tomllib
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from forehear.errors import ConfigurationError
from forehear.io.geojson import read_network, read_sites
from forehear.io.signing import read_public_key
from forehear.records import Network, Site
from forehear.service.aircraft_table import AircraftTable, aircraft_faults
from forehear.service.outlet_table import OutletSecrets, OutletTable, outlet_faults, secrets_of
from forehear.warn.limits import Policy, policy_faults

# A token shorter than this can be guessed.
LEAST_TOKEN_CHARACTERS = 24


class ServiceTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[service]: who we are and where we stand."""

    name: str = "forehear"
    data_dir: str = "forehear-data"
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = "http://127.0.0.1:8080"
    time_zone: str = "Europe/Kyiv"
    # What the alerts are, in CAP's word. Exercise until somebody decides otherwise.
    status: Literal["Actual", "Exercise", "System", "Test"] = "Exercise"
    sender: str = "forehear@localhost"
    # How often the tracker steps [s].
    tick_s: float = 0.1


class IngestTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[ingest]: what is taken in."""

    unsigned: bool = False
    reports_per_s: float = 4.0
    burst: float = 240.0
    max_body_mb: float = 8.0


class MqttTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[mqtt]: a broker to take reports from."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = 1883
    topic: str = "forehear/reports/#"
    username: str | None = None
    password_file: str | None = None
    tls: bool = False
    # A certificate authority of one's own, and a certificate to show with its key (PEM).
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None


class StoreTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[store]: how much is kept."""

    keep_hours: float = 72.0
    max_mb: float = 20_000.0


class OperatorTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[operator]: the face with the token."""

    token_file: str | None = None


class PublicTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[public]: what anybody may see beside sites and alerts."""

    # Tracks tell an attacker what is heard and what is not: off unless decided otherwise.
    tracks: bool = False


class MapTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[map]: a server of raster tiles, if any; the built-in base map needs none."""

    tiles: str | None = None
    attribution: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """forehear.toml."""

    network: str
    sites: str | None = None
    service: ServiceTable = ServiceTable()
    ingest: IngestTable = IngestTable()
    mqtt: MqttTable = MqttTable()
    store: StoreTable = StoreTable()
    operator: OperatorTable = OperatorTable()
    public: PublicTable = PublicTable()
    map: MapTable = MapTable()
    warn: Policy = Policy()
    outlet: tuple[OutletTable, ...] = ()
    aircraft: AircraftTable = AircraftTable()


class Settings(msgspec.Struct, frozen=True):
    """A checked configuration with what it names read in."""

    config: Config
    folder: Path
    network: Network
    sites: tuple[Site, ...]
    token: str | None
    mqtt_password: str | None
    outlet_secrets: tuple[OutletSecrets, ...] = ()

    @property
    def data_dir(self) -> Path:
        """Where the store is."""
        return self.folder / self.config.service.data_dir

    @property
    def zone(self) -> ZoneInfo:
        """The zone that people's clocks show."""
        return ZoneInfo(self.config.service.time_zone)


def load(path: str | Path) -> Settings:
    """Read and check forehear.toml; paths in it are relative to it. Raises ConfigurationError with every fault."""
    where = str(path)
    try:
        data = tomllib.loads(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(where, [f"cannot be read: {error.strerror or error}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(where, [f"is not TOML: {error}"]) from None
    faults: list[str] = []
    fields: dict[str, object] = {}
    # Table by table, so that a fault in one does not hide those in the others.
    kinds = {f.name: f for f in msgspec.structs.fields(Config)}
    for key, value in data.items():
        field = kinds.get(key)
        if field is None:
            faults.append(f"{key}: is not known; allowed: {', '.join(kinds)}")
            continue
        fields[key] = _outlets(value, faults) if key == "outlet" else _table(key, value, field.type, faults)
    if "network" not in data:
        faults.append("network: is missing: the path of network.geojson")
    config = Config(**{"network": "", **{k: v for k, v in fields.items() if v is not None}})  # type: ignore[arg-type]
    folder = Path(path).resolve().parent
    settings = _read(config, folder, faults)
    given = [set(one) for one in data.get("outlet", ()) if isinstance(one, dict)]
    if len(given) == len(config.outlet):
        faults += outlet_faults(config.outlet, given, settings.sites)
    if faults:
        raise ConfigurationError(where, faults)
    return settings


def _table(key: str, value: object, kind: type, faults: list[str]) -> object:
    """Convert one table key by key, noting every fault."""
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            faults.append(f"{key}={value!r}: {error}")
            return None
    if not isinstance(value, dict):
        faults.append(f"{key}={value!r}: must be a table")
        return None
    allowed = {f.name: f for f in msgspec.structs.fields(kind)}
    good = {}
    for name, item in value.items():
        if name not in allowed:
            faults.append(f"{key}.{name}: is not known; allowed: {', '.join(allowed)}")
            continue
        try:
            good[name] = msgspec.convert(item, allowed[name].type)
        except msgspec.ValidationError as error:
            faults.append(f"{key}.{name}={item!r}: {error}")
    try:
        return kind(**good)
    except TypeError:
        # A key that it cannot be without has a fault, which was noted.
        return None


def _outlets(value: object, faults: list[str]) -> tuple[OutletTable, ...] | None:
    """Convert every [[outlet]], noting every fault of each."""
    if not isinstance(value, list):
        faults.append("outlet: is a list of tables: [[outlet]]")
        return None
    out = []
    for number, one in enumerate(value, 1):
        name = f"outlet {one.get('name', number)!r}" if isinstance(one, dict) else f"outlet {number}"
        missing = [key for key in ("name", "kind") if not isinstance(one, dict) or key not in one]
        faults += [f"{name}: {key}: is missing" for key in missing]
        made = None if missing else _table(name, one, OutletTable, faults)
        if isinstance(made, OutletTable):
            out.append(made)
    return tuple(out)


def _read(config: Config, folder: Path, faults: list[str]) -> Settings:
    network = Network(())
    sites: tuple[Site, ...] = ()
    if config.network:
        try:
            network = read_network(folder / config.network)
        except ConfigurationError as error:
            faults += [f"{config.network}: {fault}" for fault in error.faults]
    if config.sites is not None:
        try:
            sites = read_sites(folder / config.sites)
        except ConfigurationError as error:
            faults += [f"{config.sites}: {fault}" for fault in error.faults]
    for sensor in network.sensors:
        if sensor.public_key is not None:
            try:
                read_public_key(sensor.public_key)
            except ValueError as error:
                faults.append(f"{config.network}: sensor {sensor.id!r}: {error}")
    faults += _number_faults(config) + policy_faults(config.warn) + aircraft_faults(config.aircraft)
    token = _secret("operator.token_file", config.operator.token_file, folder, faults, LEAST_TOKEN_CHARACTERS)
    password = _secret("mqtt.password_file", config.mqtt.password_file, folder, faults, 1)
    faults += _tls_faults(config.mqtt, folder)
    if config.service.host not in ("127.0.0.1", "::1", "localhost") and token is None:
        faults.append(
            f"service.host={config.service.host!r} can be reached from elsewhere, and operator.token_file is not "
            "set: anybody could enrol sensors and read where they stand"
        )
    outlets = tuple(secrets_of(table, folder, faults) for table in config.outlet)
    return Settings(config, folder, network, sites, token, password, outlets)


def _tls_faults(mqtt: MqttTable, folder: Path) -> list[str]:
    """What is wrong with the files of MQTT's certificates: better said now than when the broker is called."""
    faults = []
    files = {name: getattr(mqtt, name) for name in ("ca_file", "cert_file", "key_file")}
    for name, file in files.items():
        if file is None:
            continue
        if not mqtt.tls:
            faults.append(f"mqtt.{name}={file!r}: is not used without mqtt.tls = true")
        try:
            (folder / file).read_bytes()
        except OSError as error:
            faults.append(f"mqtt.{name}={file!r}: cannot be read: {error.strerror or error}")
    if mqtt.key_file is not None and mqtt.cert_file is None:
        faults.append(f"mqtt.key_file={mqtt.key_file!r}: is not used without mqtt.cert_file")
    return faults


def _number_faults(config: Config) -> list[str]:
    faults = []
    s = config.service
    for name, value, low, high in (
        ("service.port", s.port, 0, 65_535),
        ("service.tick_s", s.tick_s, 0.05, 1.0),
        ("mqtt.port", config.mqtt.port, 1, 65_535),
        ("ingest.reports_per_s", config.ingest.reports_per_s, 0.1, 1000.0),
        ("ingest.burst", config.ingest.burst, 1.0, 1e6),
        ("ingest.max_body_mb", config.ingest.max_body_mb, 0.1, 256.0),
        ("store.keep_hours", config.store.keep_hours, 0.1, 24.0 * 3660.0),
        ("store.max_mb", config.store.max_mb, 10.0, 1e7),
    ):
        if not low <= value <= high:
            faults.append(f"{name}={value}: allowed: {low} to {high}")
    try:
        ZoneInfo(s.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(f"service.time_zone={s.time_zone!r} is not a time zone; such as Europe/Kyiv")
    if urlsplit(s.public_url).scheme not in ("http", "https"):
        faults.append(f"service.public_url={s.public_url!r}: must begin with http:// or https://")
    if any(c in s.sender for c in " ,<&") or not s.sender:
        faults.append(f"service.sender={s.sender!r}: CAP allows no spaces, commas, < or &")
    return faults


def _secret(name: str, file: str | None, folder: Path, faults: list[str], least: int) -> str | None:
    if file is None:
        return None
    try:
        text = (folder / file).read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{name}={file!r}: cannot be read: {error}")
        return None
    if len(text) < least:
        faults.append(f"{name}={file!r}: holds {len(text)} characters; at least {least}")
        return None
    return text
