"""A mailbox for tests: as much of IMAP as looking up a Message-ID needs, over a real socket."""

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Archive:
    """What the mailbox holds (Message-IDs), and how it behaves."""

    holds: set[str] = field(default_factory=set)
    password: str = "geheim & 1"
    look: Callable[[str], bool] | None = None  # asked instead of ``holds``
    head: str = ""  # the header lines that are fetched of any mail
    is_broken: bool = False  # hangs up when it is searched
    searched: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"imap://archief%40waterkant.example:geheim%20%26%201@127.0.0.1:{self.port}/Kopie%C3%ABn"

    def has(self, message_id: str) -> bool:
        return self.look(message_id) if self.look else message_id in self.holds

    def told(self, command: str) -> str | None:
        """The answer to UID SEARCH and UID FETCH; None hangs up."""
        if self.is_broken:
            return None
        if command.upper().startswith("UID FETCH"):
            head = f"{self.head}\r\n\r\n"
            return f"* 1 FETCH (UID 7 BODY[] {{{len(head)}}}\r\n{head})\r\nTAG OK done\r\n"
        (message_id,) = re.findall(r'Message-ID "(.*)"$', command)
        self.searched.append(message_id)
        found = " 7" if self.has(message_id) else ""
        return f"* SEARCH{found}\r\nTAG OK done\r\n"


@contextmanager
def archive_mailbox() -> Iterator[Archive]:
    archive = Archive()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline().decode():
                tag, _space, command = line.strip().partition(" ")
                archive.commands.append(command)
                reply = answer(command)
                if reply is None:
                    return
                self.wfile.write(reply.replace("TAG", tag).encode())

    def answer(command: str) -> str | None:
        verb = command.upper().split()[0]
        if verb == "CAPABILITY":
            return "* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
        if verb == "LOGIN":
            is_known = command.endswith(f'"{archive.password}"')
            return "TAG OK in\r\n" if is_known else "TAG NO wrong\r\n"
        if verb == "UID":
            return archive.told(command)
        if verb == "LOGOUT":
            return "* BYE\r\nTAG OK done\r\n"
        return "* 3 EXISTS\r\nTAG OK done\r\n"

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
    server.daemon_threads = True
    archive.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield archive
    finally:
        server.shutdown()
        server.server_close()
