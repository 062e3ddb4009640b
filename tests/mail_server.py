"""A mail server that keeps what it is given, and refuses what a test wants refused."""

import re
import socketserver
from threading import Thread
from typing import Self, cast


class _Conversation(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as sending a mail takes."""

    def handle(self) -> None:
        server = cast(_Server, self.server).of
        recipient = ""
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                self._say("550 nobody of that name" if recipient in server.refuses else "250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                self._take(server, recipient)
            else:
                self._say("250 ok")

    def _take(self, server: "MailServer", recipient: str) -> None:
        content = ""
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            content += line
        server.message_ids += re.findall(r"^Message-ID: *(\S+)", content, re.MULTILINE)
        if server.refuses_content:
            self._say("451 come back later")
            return
        server.recipients.append(recipient)
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, of: "MailServer") -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.of = of


class MailServer:
    """Listens on a free port of this machine while its context lasts."""

    def __init__(self) -> None:
        self.refuses: set[str] = set()
        """Addresses that nobody has here."""
        self.refuses_content = False
        """Whether it has a bad hour, after it has read a mail."""
        self.recipients: list[str] = []
        self.message_ids: list[str] = []
        """Of each mail it read, taken or not."""

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
