"""A gateway that answers as a test says, and remembers what was sent to it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Push:
    def __init__(self, path, headers, body):
        self.path = path
        self.headers = headers
        self.body = body.decode("utf-8")


class StubGateway:
    """
    :param answers: called with the Push; returns (status, text), or None to hang until the test is over.
    """

    def __init__(self, answers=lambda push: (200, ""), tls=None):
        self.pushes = []
        self.arrived = threading.Event()
        self._over = threading.Event()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                push = Push(self.path, self.headers, body)
                stub.pushes.append(push)
                stub.arrived.set()
                answer = answers(push)
                if answer is None:
                    stub._over.wait(60)
                    return
                status, text = answer
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", text)
                    text = ""
                data = text.encode()
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        scheme = "http"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
