"""A webhook for SMS: POST takes a message whose signature is right, GET lists what was taken.

Usage: sms_sink.py SECRET

The first line printed is the port it listens on. It stops when its standard input closes. A message to REFUSED is
answered 500 the first time, and taken when it comes again.
"""

import hashlib
import hmac
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REFUSED = "+15555550199"

taken, refused = [], []


class Webhook(BaseHTTPRequestHandler):
    """Takes and lists messages."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.is_genuine(body):
            self.answer(403)
            return
        message = json.loads(body)
        if message["to"] == REFUSED and message["id"] not in refused:
            refused.append(message["id"])
            self.answer(500)
        else:
            taken.append(message)
            self.answer(204)

    def do_GET(self):
        self.answer(200, json.dumps(taken).encode())

    def is_genuine(self, body):
        """Whether who knows the secret has signed the body, and just now."""
        timestamp = self.headers.get("X-Poolhouse-Timestamp", "0")
        expected = hmac.new(self.server.secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        signature = self.headers.get("X-Poolhouse-Signature", "")
        return hmac.compare_digest(f"sha256={expected}", signature) and abs(time.time() - int(timestamp)) < 300

    def answer(self, status, body=b""):
        """Answers with a status and a body."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    server.secret = sys.argv[1].encode()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
