"""Run in the peers' environment `receivers`: a mail server, or a reader of signed webhooks; what they took, as
JSON.

python receivers.py mail COUNT        the first line out is {"port": ...}; then one for each message python
receivers.py webhook SECRET    lines of {"headers": ..., "body": ...} on stdin
"""

import email
import json
import socket
import sys
import threading
from email.policy import default


def mail(count: int) -> None:
    from aiosmtpd.controller import Controller

    done = threading.Semaphore(0)

    class Handler:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
            message = email.message_from_bytes(envelope.content, policy=default)
            shown = {
                "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": message["Subject"],
                "id": message["Message-ID"], "references": message["References"], "text": message.get_content(),
            }  # fmt: skip
            print(json.dumps(shown), flush=True)
            done.release()
            return "250 taken"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    print(json.dumps({"port": port}), flush=True)
    for _ in range(count):
        done.acquire(timeout=60.0)
    controller.stop()


def webhook(secret: str) -> None:
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError

    reader = Webhook(secret)
    for line in sys.stdin:
        one = json.loads(line)
        try:
            taken = reader.verify(one["body"], one["headers"])
        except WebhookVerificationError as error:
            print(json.dumps({"refused": str(error)}))
        else:
            print(json.dumps({"taken": taken["type"]}))


if __name__ == "__main__":
    if sys.argv[1] == "mail":
        mail(int(sys.argv[2]))
    else:
        webhook(sys.argv[2])
