"""Run in the peers' environment `push`: a browser and its push service, by other people's programs.

The first line out is {"p256dh", "auth", "private"}; then a message a line on stdin, {"headers", "body" in
base64}, is decrypted by http_ece as a browser does, and its signature checked by py_vapid as a push service
does.
"""

import base64
import json
import os
import sys

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02


def urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


key = ec.generate_private_key(ec.SECP256R1())
auth = os.urandom(16)
public = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
print(json.dumps({"p256dh": urlsafe(public), "auth": urlsafe(auth)}), flush=True)
for line in sys.stdin:
    one = json.loads(line)
    try:
        text = http_ece.decrypt(
            base64.b64decode(one["body"]), private_key=key, auth_secret=auth, version="aes128gcm"
        )  # fmt: skip
    except Exception as error:
        print(json.dumps({"fault": repr(error)}), flush=True)
        continue
    signed = Vapid02.verify(one["headers"]["Authorization"])
    print(json.dumps({"text": text.decode(), "signed": bool(signed)}), flush=True)
