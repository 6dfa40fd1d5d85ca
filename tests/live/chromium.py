"""A real browser, driven through its own protocol (https://chromedevtools.github.io/devtools-protocol/)."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

from tests.live.servers.process import running, wait_for

__all__ = ["Browser", "chromium"]

PATIENCE: Final = 60.0
"""Seconds until a page must show what a test waits for."""
FLAGS: Final = (
    "--headless",
    "--no-sandbox",  # it runs as root in a container, and opens nothing but this machine's own pages
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--window-size=800,600",
)


class Browser:
    """One tab of it."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._count = 0
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.tell("Page.enable")

    def open(self, url: str) -> None:
        """Go to an address, as if somebody had typed it."""
        self.tell("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """Return what a script gives in the page."""
        answer = self.tell("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    def wait(self, script: str) -> Any:
        """Return what a script gives in the page, as soon as it gives something."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if found := self.run(script):
                    return found
            except KeyError:
                pass  # between two pages
            time.sleep(0.05)
        raise AssertionError(f"{script} gave nothing at {self.run('location.href')}: {self.text()}")

    def press(self, words: str) -> None:
        """Press the button that says so, once it is there."""
        buttons = "[...document.querySelectorAll('button')]"
        self.wait(f"{buttons}.some(one => one.innerText === {json.dumps(words)} && (one.click(), true))")

    def write(self, field: str, text: str) -> None:
        """Type a text into a field, once it is there."""
        self.wait(f"(one => one && (one.focus(), true))(document.querySelector({json.dumps(field)}))")
        self.tell("Input.insertText", text=text)

    def text(self) -> str:
        """Return what somebody reads in the page."""
        return str(self.run("document.body.innerText"))

    def spoken(self) -> list[tuple[str, str]]:
        """Return what a screen reader finds: roles and names."""
        nodes = self.tell("Accessibility.getFullAXTree")["nodes"]
        named = ((node.get("role", {}).get("value"), node.get("name", {}).get("value")) for node in nodes)
        return [(str(role), str(name)) for role, name in named if role in {"RootWebArea", "main", "heading"}]

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """Give the tab an order, and return its answer."""
        return self._ask(method, self._session, **params)

    def _ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._count += 1
        order: dict[str, Any] = {"id": self._count, "method": method, "params": params}
        self._line.send(json.dumps(order | ({} if session is None else {"sessionId": session})))
        while True:
            answer: dict[str, Any] = json.loads(self._line.recv(PATIENCE))
            if answer.get("id") == self._count:
                result: dict[str, Any] = answer["result"]
                return result


@contextmanager
def chromium(data: Path) -> Generator[Browser]:
    """Run a new browser without a screen."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("chromium is missing: .ci/run installs it")
    profile, log = data / "chromium", data / "chromium.log"
    told = profile / "DevToolsActivePort"
    with running((program, *FLAGS, f"--user-data-dir={profile}", "about:blank"), log) as process:
        wait_for(process, log, lambda: told.is_file() and len(told.read_text().splitlines()) == 2)
        port, path = told.read_text().splitlines()
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None) as line:
            yield Browser(line)
