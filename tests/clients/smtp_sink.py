"""An SMTP server that accepts every message and prints it as one line of JSON.

The first line printed is the port it listens on. It stops when its standard input closes.
"""

import asyncio
import json
import sys
from email import message_from_bytes
from email.policy import default

from aiosmtpd.smtp import SMTP


class Printer:
    """Prints what arrives."""

    async def handle_DATA(self, _server, _session, envelope):
        message = message_from_bytes(envelope.content, policy=default)
        body = message.get_body(preferencelist=("html", "plain"))
        printed = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": message["Subject"],
            "type": body.get_content_type(),
            "body": body.get_content(),
        }
        print(json.dumps(printed), flush=True)
        return "250 accepted"


async def serve():
    """Listens on a free port until standard input closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Printer(), hostname="localhost"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
