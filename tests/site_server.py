"""A server of the built site that compresses what it sends, as a host on the network does."""

import functools
import gzip
import http.server
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")


@functools.lru_cache(256)
def compressed(file: Path, changed: float) -> bytes:
    """Return a file compressed, as it was when it last changed."""
    return gzip.compress(file.read_bytes())


class Handler(http.server.SimpleHTTPRequestHandler):
    """Sends files, those of text compressed, without a word on the console."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Send a file, compressed if it is text."""
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        kind = self.guess_type(str(file))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if kind.startswith(COMPRESSED):
            data = compressed(file, file.stat().st_mtime)
            self.send_header("Content-Encoding", "gzip")
        else:
            data = file.read_bytes()
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """A server that is not surprised when a browser leaves before all is sent."""

    def handle_error(self, request, client_address):
        """Report every error but a connection that the browser has closed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve(site: Path, handler: type[Handler] = Handler) -> Iterator[str]:
    """Serve a folder at an address of this machine."""
    of_site = functools.partial(handler, directory=str(site))
    with Server(("127.0.0.1", 0), of_site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
