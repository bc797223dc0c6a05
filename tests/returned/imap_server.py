"""A small IMAP server on loopback: what imaplib says to it, and the ways in which servers fail."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PASSWORD = "geheim/woord"
USER = "klanten@waterkant.example"


@dataclass
class Mailbox:
    """The mails of one folder by UID, what was done with them, and how the server behaves.

    ``hangs_at`` and ``drops_at`` name a command (LOGIN, SELECT, SEARCH, FETCH, STORE), or
    "greeting".
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    validity: int = 7
    folder: str = "INBOX"
    hangs_at: str = ""
    drops_at: str = ""
    login_answer: str = ""
    port: int = 0
    commands: list[str] = field(default_factory=list)
    sent_bytes: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def add(self, *raws: bytes) -> None:
        for raw in raws:
            self.mails[max(self.mails, default=0) + 1] = raw

    def fetched(self) -> list[int]:
        found = (re.match(r"UID FETCH (\d+)", one) for one in self.commands)
        return [int(one[1]) for one in found if one]


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    timeout = 30
    mailbox: Mailbox
    tls: ssl.SSLContext | None

    def handle(self) -> None:
        try:
            if self.tls is not None:
                self.request = self.tls.wrap_socket(self.request, server_side=True)
                self.rfile = self.request.makefile("rb")
                self.wfile = self.request.makefile("wb", buffering=0)
            if self._fails("greeting"):
                return
            self._say("* OK ready")
            while line := self.rfile.readline():
                if not self._command(line.decode("utf-8", "replace").strip()):
                    return
        except (OSError, ssl.SSLError):
            return  # the client went away, which is its right

    def _fails(self, step: str) -> bool:
        if self.mailbox.hangs_at == step:
            self.mailbox.ended.wait(30)
            return True
        return self.mailbox.drops_at == step

    def _command(self, line: str) -> bool:
        tag, _space, command = line.partition(" ")
        self.mailbox.commands.append(command)
        words = command.split()
        verb = words[1].upper() if words[0].upper() == "UID" else words[0].upper()
        if self._fails(verb):
            return False
        answer = getattr(self, f"_{verb.lower()}")(command)
        self._say(f"{tag} {answer or 'OK done'}")
        return verb != "LOGOUT"

    def _capability(self, command: str) -> None:
        self._say("* CAPABILITY IMAP4rev1")

    def _login(self, command: str) -> str:
        if self.mailbox.login_answer:
            return self.mailbox.login_answer
        wanted = f'LOGIN "{USER}" "{PASSWORD}"'
        return "OK in" if command == wanted else "NO [AUTHENTICATIONFAILED] wrong"

    def _select(self, command: str) -> str:
        if command.split()[1].strip('"') != self.mailbox.folder:
            return "NO [NONEXISTENT] no such folder"
        self._say(f"* {len(self.mailbox.mails)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.mailbox.validity}] valid")
        return "OK [READ-WRITE] done"

    def _search(self, command: str) -> None:
        found = sorted(self.mailbox.mails)
        if match := re.search(r"UID SEARCH UID (\d+):\*", command):
            first = int(match[1])
            # RFC 3501: "n:*" always names the last mail, even when n lies beyond it.
            found = [uid for uid in found if uid >= first] or found[-1:]
        self._say("* SEARCH" + "".join(f" {uid}" for uid in found))

    def _fetch(self, command: str) -> None:
        match = re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command)
        assert match, command
        uid, most = int(match[1]), int(match[2])
        raw = self.mailbox.mails[uid][:most]
        self.mailbox.sent_bytes += len(raw)
        self._say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}")
        self.wfile.write(raw + b")\r\n")

    def _store(self, command: str) -> None:
        match = re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \((.*)\)", command)
        assert match, command
        self.mailbox.flags.setdefault(int(match[1]), set()).add(match[2])

    def _logout(self, command: str) -> None:
        self._say("* BYE")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def imap_server(*, tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Run a server; yields its mailbox, to be filled."""
    mailbox = Mailbox()
    session = type("Session", (Session,), {"mailbox": mailbox, "tls": tls})
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), session)
    server.daemon_threads = True
    server.block_on_close = False
    mailbox.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield mailbox
    finally:
        mailbox.ended.set()
        server.shutdown()
        server.server_close()
