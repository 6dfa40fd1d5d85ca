"""The code blocks of the README and the pages, and running them as a reader would."""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import socialkit as sk
from socialkit.sandbox import SimRequest
from tests.support import ROOT

DOCS: Final = ROOT / "docs"
BLOCK: Final = re.compile(
    r"^(?P<indent>[ ]*)```(?P<language>\w*)(?P<info>[^\n]*)\n(?P<code>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
RUN: Final = re.compile(r"\s*<!-- run: (?P<code>[^\n]+) -->")
"""What the test does after a block in the place of a reader, such as calling the function it defines."""
NOT_RUN: Final = re.compile(r"<!-- not run: (?P<reason>[^\n]+) -->\s*$")
AUTHORIZE: Final = re.compile(r"https://\S+/oauth/authorize\?\S+")
INCLUDED: Final = re.compile(r"--8<--\n(?P<path>[^:\n]+):(?P<section>[\w-]+)\n--8<--\n")
"""A block that shows a part of a file."""
CODE: Final = re.compile(r"<code>(.+?)</code>")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page."""

    page: Path
    line: int
    language: str
    code: str
    info: str = ""
    expected: str | None = None
    """What it prints, as the `text` block right below it says; `...` stands for anything."""
    then: str = ""
    reason: str | None = None
    """Why it is not run, if it is not."""
    source: str | None = None
    """The file that it is a part of, which is run where it stands."""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"

    def prints(self, printed: str) -> bool:
        """Return whether this is what the page shows."""
        shown = re.escape((self.expected or "").strip()).replace(re.escape("..."), ".*")
        return re.fullmatch(shown, printed.strip(), re.DOTALL) is not None


def pages() -> list[Path]:
    """Return every page that readers see."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def blocks(page: Path, text: str | None = None) -> list[Block]:
    """Return the blocks of a page, in order; a `text` block with an output belongs to the one above."""
    source = page.read_text("utf-8") if text is None else text
    found: list[Block] = []
    end = -1
    for match in BLOCK.finditer(source):
        code = textwrap.dedent(match["code"])
        shown = INCLUDED.fullmatch(code)
        if shown is not None:
            code = section(ROOT / shown["path"], shown["section"])
        between = source[end : match.start()]
        end = match.end()
        if match["language"] == "text" and found and found[-1].language == "python" and not between.strip():
            found[-1] = _with_output(found[-1], code)
            continue
        then, reason = RUN.match(source, match.end()), NOT_RUN.search(source, 0, match.start())
        found.append(
            Block(
                page,
                source.count("\n", 0, match.start()) + 1,
                match["language"],
                code,
                match["info"].strip(),
                then=then["code"] if then else "",
                reason=reason["reason"] if reason else None,
                source=shown["path"] if shown else None,
            )
        )
    return found


def section(file: Path, name: str) -> str:
    """Return the part of a file that stands between the marks of a section, as a page shows it."""
    _, start, rest = file.read_text("utf-8").partition(f"# --8<-- [start:{name}]\n")
    code, end, _ = rest.partition(f"# --8<-- [end:{name}]\n")
    assert start, f"{file} has no section {name!r}"
    assert end, f"the section {name!r} of {file} has no end"
    return textwrap.dedent(code.rstrip(" ")).rstrip() + "\n"


def _with_output(block: Block, output: str) -> Block:
    return Block(
        block.page, block.line, block.language, block.code, block.info, output, block.then, block.reason
    )


def run(listed: list[Block], world: sk.Sandbox) -> Iterator[tuple[Block, str]]:
    """Run the Python blocks of a page in one namespace; give each with what it printed."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in listed:
        printed = io.StringIO()
        namespace |= {"input": _Reader(world, printed), "person": _Person(world)}
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * block.line + block.code, str(block.page), "exec"), namespace)
            exec(compile(block.then, f"{block} (then)", "exec"), namespace)
        yield block, printed.getvalue()


class _Person:
    """Somebody who opens the address of a login, agrees, and is sent back."""

    def __init__(self, world: sk.Sandbox) -> None:
        self._world = world

    def __call__(self, url: str) -> str:
        parts = urlsplit(url)
        simulator = self._world.simulator("mastodon")
        answer = simulator.handle(SimRequest.of("GET", f"{parts.path}?{parts.query}"))
        back = answer.headers.get("location")
        if back is not None:
            return back
        shown = CODE.search(answer.body.decode())
        assert shown is not None, f"nobody can log in here: {answer.status}"
        return shown[1]


class Browser:
    """What opens when a program opens the browser: somebody agrees and goes where they are sent."""

    def __init__(self, world: sk.Sandbox) -> None:
        self._person = _Person(world)

    def __call__(self, url: str) -> bool:
        back = urlsplit(self._person(url))
        line = http.client.HTTPConnection(back.netloc)
        line.request("GET", f"{back.path}?{back.query}")
        opened = line.getresponse().status == 200
        line.close()
        return opened


class _Reader:
    """Somebody in front of a terminal, who does what was printed and types the answer."""

    def __init__(self, world: sk.Sandbox, printed: io.StringIO) -> None:
        self._person = _Person(world)
        self._printed = printed

    def __call__(self, prompt: str = "") -> str:
        address = AUTHORIZE.search(self._printed.getvalue())
        assert address is not None, "a reader is asked for something and was told nothing"
        return self._person(address[0])
