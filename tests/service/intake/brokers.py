"""Brokers for tests: mosquitto as Debian has it, started and stopped at will, with certificates made here."""

import datetime
import shutil
import socket
import subprocess
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


class Broker:
    """One mosquitto; `stop` and `start` as often as wanted. Its log is in `log`."""

    def __init__(self, folder: Path, port: int, *more: str) -> None:
        self.folder, self.port = folder, port
        self.log = folder / "broker.log"
        lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", "max_inflight_messages 1000", "user root",
                 "log_type all", "persistence true", f"persistence_location {folder}/", *more]  # fmt: skip
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self.start()

    def start(self) -> None:
        """Start, and wait until it listens."""
        words = [MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")]
        self.process = subprocess.Popen(words, stderr=open(self.log, "ab"))  # noqa: SIM115
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1.0).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"mosquitto does not listen: {self.log.read_text()[-500:]}")

    def stop(self) -> None:
        """End it, as an update of the system would."""
        self.process.terminate()
        self.process.wait()


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificates(folder: Path) -> None:
    """Write an authority (ca.pem), and certificates of it with their keys for a server and a client."""
    authority = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)

    def made(who: str, key: ec.EllipticCurvePrivateKey, ca: bool) -> x509.Certificate:
        build = x509.CertificateBuilder().subject_name(_name(who)).issuer_name(_name("authority"))
        build = build.public_key(key.public_key()).serial_number(x509.random_serial_number())
        build = build.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
            now + datetime.timedelta(days=30)
        )
        build = build.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if not ca:
            build = build.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
            build = build.add_extension(issuer, critical=False)
        else:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            build = build.add_extension(usage, critical=True)
            own = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
            build = build.add_extension(own, critical=False)
        return build.sign(authority, hashes.SHA256())

    (folder / "ca.pem").write_bytes(made("authority", authority, True).public_bytes(serialization.Encoding.PEM))
    for who in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        (folder / f"{who}.pem").write_bytes(made(who, key, False).public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        body = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        (folder / f"{who}.key").write_bytes(body)
