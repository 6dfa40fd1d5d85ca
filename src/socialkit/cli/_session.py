"""What all commands share: where the workspace and the journal are, who acts, and how to answer."""

from __future__ import annotations

import getpass
import inspect
import os
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from socialkit.errors import ConfigurationError

if TYPE_CHECKING:
    from socialkit.publishing import Journal, Publisher
    from socialkit.workspace import Workspace

__all__ = ["PARAMETERS", "Session", "workspace_file"]

JOURNAL: Final = "sqlite:///journal.db"
FILES: Final = ("agency.toml", "agency.yaml", "agency.yml", "agency.json")
"""Where a workspace is looked for, in the working directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One call of the command line."""

    command: str
    records: bool = False
    """Whether what it does is written down in the journal."""
    workspace: Path | None = None
    journal: str = JOURNAL
    actor: str | None = None
    authority: Path | None = None
    as_json: bool = False
    dry_run: bool = False
    yes: bool = False

    def file(self) -> Path:
        """Return the workspace's file.

        Raises:
            ConfigurationError: There is none.
        """
        found = workspace_file(self.workspace)
        if found is None:
            message = (
                f"there is no workspace here: looked for {', '.join(FILES)};"
                " say --workspace, or write one with 'socialkit init'"
            )
            raise ConfigurationError(message)
        return found

    def load(self) -> Workspace:
        """Return the workspace.

        Raises:
            ConfigurationError: There is none.
            InvalidDraftError: Its file holds what it may not.
        """
        from socialkit.workspace import Workspace

        return Workspace.load(self.file())

    @contextmanager
    def publisher(self, *, reads: bool = False) -> Generator[tuple[Workspace, Publisher]]:
        """Return the workspace and its publisher.

        Args:
            reads: Whether it only looks; then, as in a dry run, nothing is written down.

        Raises:
            ConfigurationError: The journal cannot be opened.
        """
        from socialkit.authority import Authority
        from socialkit.publishing import Publisher

        authority = None if self.authority is None else Authority.load(self.authority)
        with self.load() as workspace, self.remembering(reads=reads) as journal:
            yield workspace, Publisher(workspace, journal, actor=self.acts, authority=authority)

    @contextmanager
    def remembering(self, *, reads: bool = False) -> Generator[Journal]:
        """Return the journal; where nothing is to be written down, one that is as it was afterwards.

        Raises:
            ConfigurationError: It cannot be opened.
        """
        from socialkit.publishing import Journal
        from socialkit.publishing._database import UnusableError
        from socialkit.publishing._rehearsal import rehearsal

        with ExitStack() as stack:
            try:
                opened = rehearsal(self.journal) if reads or self.dry_run else Journal.open(self.journal)
                journal = stack.enter_context(opened)
            except UnusableError as error:
                raise ConfigurationError(error.message) from error
            yield journal

    @property
    def acts(self) -> str:
        """Who acts, for the history: as the user is called on this machine if nothing else is said."""
        if self.actor:
            return self.actor
        try:
            return getpass.getuser()
        except (KeyError, OSError, ImportError):  # a process without a user, as in some containers
            return f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"


def workspace_file(given: Path | None) -> Path | None:
    """Return the file that was named, or the one in the working directory."""
    if given is not None:
        return given
    return next((path for path in map(Path, FILES) if path.is_file()), None)


def _shared(name: str, kind: Any, default: object, option: Any) -> inspect.Parameter:
    annotation = Annotated[kind, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


PARAMETERS: Final[Mapping[str, inspect.Parameter]] = {
    one.name: one
    for one in (
        _shared(
            "workspace",
            Path | None,
            None,
            typer.Option(
                "--workspace",
                "-w",
                metavar="FILE",
                envvar="SOCIALKIT_WORKSPACE",
                show_default="agency.toml here",
                help="The file with the brands and their accounts.",
            ),
        ),
        _shared(
            "journal",
            str,
            JOURNAL,
            typer.Option(
                "--journal", metavar="ADDRESS", envvar="SOCIALKIT_JOURNAL", help="The journal's address."
            ),
        ),
        _shared(
            "actor",
            str | None,
            None,
            typer.Option(
                "--actor",
                metavar="NAME",
                envvar="SOCIALKIT_ACTOR",
                show_default="your name on this machine",
                help="Who acts, for the history.",
            ),
        ),
        _shared(
            "authority",
            Path | None,
            None,
            typer.Option(
                "--authority",
                metavar="FILE",
                envvar="SOCIALKIT_AUTHORITY",
                show_default="everybody everything",
                help="The file that says who may do what.",
            ),
        ),
        _shared(
            "dry_run", bool, False, typer.Option("--dry-run", help="Say what would happen, and do nothing.")
        ),
        _shared("yes", bool, False, typer.Option("--yes", "-y", help="Do not ask before anything public.")),
        _shared(
            "as_json",
            bool,
            False,
            typer.Option("--json", help="Write one JSON document, for programs."),
        ),
    )
}
"""The options that commands share, by the field of a session that each fills."""
