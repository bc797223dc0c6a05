"""``manage.py serve`` as a child process of the demo: exactly what an installation runs."""

import os
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Self

from ambassadors.demo.home import BASE_DIR

_READY_WITHIN = 60.0
_STOPPED_WITHIN = 90.0


class ServerError(Exception):
    """The server did not start or did not stop as it should."""


class Server:
    """The running pages; a context that stops them at its end, whatever happened."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "manage.py", "serve", "--port", str(self._port)],
            cwd=BASE_DIR,
            env=os.environ,
            stdout=subprocess.DEVNULL,
        )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def wait(self) -> int:
        """Wait until the server ends by itself or by Ctrl-C, which reaches it too."""
        assert self._process is not None
        return self._process.wait()

    def stop(self) -> int:
        """End it warmly; return its exit code. Kills it when it does not listen."""
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            process.terminate()
        try:
            return process.wait(_STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ServerError(f"manage.py serve ended with exit code {process.returncode}")
            if _is_healthy(self._port):
                return
            time.sleep(0.1)
        raise ServerError(f"manage.py serve did not answer within {_READY_WITHIN:.0f} seconds")


def _is_healthy(port: int) -> bool:
    connection = HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
