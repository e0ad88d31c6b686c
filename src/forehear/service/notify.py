"""A word to systemd, where it runs us (sd_notify(3)): ready, alive, ending. Nothing else is needed for it."""

import os
import socket


def notify(words: str) -> bool:
    """Say something to whoever supervises this process; says whether anybody was told."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    # An abstract socket is named with an @ for the zero that it begins with.
    where = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as one:
            one.setblocking(False)
            one.sendto(words.encode(), where)
    except OSError:
        return False
    return True
