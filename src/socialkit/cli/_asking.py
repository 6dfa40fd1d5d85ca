"""Asking the person at the terminal, if there is one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

import typer

from socialkit.cli._answers import say
from socialkit.cli._session import Session
from socialkit.errors import SocialKitError

__all__ = ["DeclinedError", "ask", "at_terminal"]


class DeclinedError(SocialKitError):
    """Nobody agreed; nothing was done."""


def at_terminal() -> bool:
    """Return whether somebody can be asked."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def ask(session: Session, public: Iterable[tuple[str, Sequence[str]]], question: str) -> None:
    """Show what would become public, each a heading and the lines below it, and ask.

    Raises:
        DeclinedError: The answer was no, or there is nobody to ask.
    """
    if session.yes:
        return
    if not at_terminal():
        message = "nobody is there to be asked: say --yes to do it, or --dry-run to see what it would do"
        raise DeclinedError(message)
    for heading, lines in public:
        say(f"{heading}:")
        for line in lines:
            say(f"  {line}")
    _forget_typed()
    try:
        answer = typer.confirm(question, err=True)
    except typer.Abort:
        answer = False
    if not answer:
        message = "not confirmed: nothing was done"
        raise DeclinedError(message)


def _forget_typed() -> None:
    """Let go of what was typed before anybody could read the question: it is no answer to it."""
    with suppress(ImportError, OSError, ValueError):  # where terminals work in another way
        import termios

        with suppress(termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
