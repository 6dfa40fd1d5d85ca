"""Who works for whom: two clients of an agency, and the people who share a journal."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import socialkit as sk
from socialkit.models import Weekday

__all__ = ["FILES", "Office", "agency"]

OFFICE = ("09:00-18:00",)
FILES = Path(__file__).parent
"""The files of the clients lie beside this one."""


# --8<-- [start:agency]
def agency() -> sk.Workspace:
    """Return two brands with two accounts each; no secret stands here."""
    kettle = client("kettle", "Europe/Paris")
    loom = client("loom", "America/New_York")
    return sk.Workspace(kettle, loom)


def client(key: str, zone: str) -> sk.Brand:
    """Return a brand; what is promised for it counts in its own office hours."""
    days: tuple[Weekday, ...] = ("MO", "TU", "WE", "TH", "FR")
    hours = sk.BusinessHours(zone=zone, week=dict.fromkeys(days, OFFICE))
    return sk.Brand(key, *accounts_of(key), zone=zone, hours=hours)


def accounts_of(brand: str) -> tuple[sk.Account, sk.Account]:
    """Return a brand's accounts on two networks."""
    server = "https://mastodon.example"
    token = sk.SecretRef(f"env:{brand.upper()}_MASTODON")
    password = sk.SecretRef(f"env:{brand.upper()}_BLUESKY")
    return (
        sk.Account("mastodon", base_url=server, access_token=token),
        sk.Account("bluesky", identifier=f"{brand}.example", password=password),
    )


# --8<-- [end:agency]


class Office:
    """Three people and a worker, who share a journal and a table of authority.

    Args:
        workspace: The clients of the agency.
        journal: What is remembered when the process ends.
        folder: Where the readings of each week are kept.
    """

    def __init__(self, workspace: sk.Workspace, journal: sk.Journal, folder: Path) -> None:
        # --8<-- [start:office]
        table = sk.Authority.load(FILES / "authority.toml")
        rules = sk.Router.load(FILES / "rules.toml")
        publisher = partial(sk.Publisher, workspace, journal, authority=table)
        desk = partial(sk.Desk, workspace, journal, router=rules, authority=table)
        self.workspace, self.journal, self.folder = workspace, journal, folder
        self.maria = publisher(actor="maria")
        """Writes and plans."""
        self.robin = publisher(actor="robin")
        """Approves, and ends what was frozen."""
        self.worker = publisher(actor="worker")
        """Sends what is due; in real life it runs day and night."""
        self.desk = desk(actor="kim")
        """Kim reads the inboxes."""
        self.robins_desk = desk(actor="robin")
        # --8<-- [end:office]
