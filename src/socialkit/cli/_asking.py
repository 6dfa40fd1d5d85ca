"""Asking the person at the terminal, if there is one."""

from __future__ import annotations

import sys

import typer

from socialkit.cli._session import Session
from socialkit.errors import SocialKitError

__all__ = ["DeclinedError", "agreed", "at_terminal"]


class DeclinedError(SocialKitError):
    """Nobody agreed; nothing was done."""


def at_terminal() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(session: Session, question: str) -> None:
    """Ask before anything public.

    Raises:
        DeclinedError: The answer was no, or there is nobody to ask.
    """
    if session.yes:
        return
    if not at_terminal():
        message = "nobody is there to be asked: say --yes to do it, or --dry-run to see what it would do"
        raise DeclinedError(message)
    try:
        answer = typer.confirm(question, err=True)
    except typer.Abort:
        answer = False
    if not answer:
        message = "not confirmed: nothing was done"
        raise DeclinedError(message)
