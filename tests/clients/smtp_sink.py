"""A real SMTP server that prints what happens to each mail as one line of JSON, the mail parsed by Python's email.

Usage: smtp_sink.py [starttls|implicit AUTHORITY]

With a kind of TLS, mail is only taken over TLS and from whom PASSWORDS knows; the certificate to trust is written into
the file AUTHORITY. The first line printed is the port it listens on. It stops when its standard input closes.

What happens depends on the recipient: mail to refused@ is refused for good, mail to greylisted@ the first time only,
mail to stalled@ waits the first time until the client gives up, and to dropped@ the first conversation ends amid the
message. All other mail is taken.
"""

import asyncio
import json
import logging
import ssl
import sys
import warnings
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

HEADERS = ("From", "To", "Reply-To", "Subject", "Message-ID", "X-SES-CONFIGURATION-SET")
PASSWORDS = {b"house@example.com": b"p/ss:w@rd"}


class Links(HTMLParser):
    """The links of an HTML text, each with its address and its words."""

    def __init__(self, html):
        super().__init__()
        self.found, self.is_open = [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found.append([dict(attributes)["href"], ""])
            self.is_open = True

    def handle_endtag(self, tag):
        self.is_open = self.is_open and tag != "a"

    def handle_data(self, data):
        if self.is_open:
            self.found[-1][1] += data


def tell(event, **members):
    """Prints what happened."""
    print(json.dumps({"event": event, **members}), flush=True)


def parsed(content):
    """What a mail says, as a mail program would understand it."""
    message = message_from_bytes(content, policy=default)
    assert not message.defects, message.defects
    parsedate_to_datetime(message["Date"])

    def alternative(kind):
        part = message.get_body(preferencelist=(kind,))
        return part and part.get_content()

    return {
        **{name: message[name] and str(message[name]) for name in HEADERS},
        "type": message.get_content_type(),
        "text": alternative("plain"),
        "html": alternative("html"),
        "links": Links(alternative("html") or "").found,
    }


class Postmaster:
    """Decides about mail."""

    def __init__(self):
        self.seen = set()

    def first_time(self, name, recipient):
        """Whether the recipient has this name before the @ and is seen for the first time."""
        is_first = recipient.startswith(f"{name}@") and recipient not in self.seen
        if is_first:
            self.seen.add(recipient)
        return is_first

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("refused@"):
            tell("refused", to=address)
            return "550 5.1.1 No such mailbox"
        if self.first_time("greylisted", address):
            tell("greylisted", to=address)
            return "451 4.7.1 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        if self.first_time("stalled", envelope.rcpt_tos[0]):
            tell("stalled", to=envelope.rcpt_tos[0])
            await asyncio.Event().wait()
        tell(
            "taken",
            mail_from=envelope.mail_from,
            rcpt_tos=envelope.rcpt_tos,
            encrypted=server.transport.get_extra_info("cipher") is not None,
            authenticated=session.authenticated,
            **parsed(envelope.content),
        )
        return "250 2.0.0 Ok"


class Conversation(SMTP):
    """A conversation that may break off amid a message."""

    async def smtp_DATA(self, arg):
        recipients = self.envelope.rcpt_tos
        if not recipients or not self.event_handler.first_time("dropped", recipients[0]):
            return await super().smtp_DATA(arg)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        await self._reader.readline()
        tell("dropped", to=recipients[0])
        self.transport.abort()


def authenticate(_server, _session, _envelope, _mechanism, data):
    """Lets in whose name and password are known."""
    return AuthResult(success=PASSWORDS.get(data.login) == data.password)


def certificate(authority):
    """TLS for the loopback address, by a new certificate authority that is written into a file."""
    issuer = trustme.CA()
    issuer.cert_pem.write_to_path(authority)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issuer.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def serve(kind=None, authority=None):
    """Listens on a free port until standard input closes."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    postmaster = Postmaster()
    context = authority and certificate(authority)
    settings = {"hostname": "localhost", "ident": "sink"}
    if context:
        settings |= {"auth_required": True, "authenticator": authenticate}
    if kind == "starttls":
        settings |= {"tls_context": context, "require_starttls": True}
    elif kind == "implicit":
        # aiosmtpd only knows of the TLS that it has begun itself, and warns.
        settings |= {"auth_require_tls": False}
        warnings.simplefilter("ignore", UserWarning)
    loop = asyncio.get_running_loop()
    implicit = context if kind == "implicit" else None
    server = await loop.create_server(lambda: Conversation(postmaster, **settings), "127.0.0.1", 0, ssl=implicit)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
