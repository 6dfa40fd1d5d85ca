"""`health`: one line an account, and an end that cron notices."""

from __future__ import annotations

from pathlib import Path

import socialkit as sk
from socialkit.cli._exits import Exit
from tests.cli.conftest import Shop


def test_health_ends_with_another_status_where_somebody_has_to_act(shop: Shop) -> None:
    well = shop.run("health", "--json")
    shop.world.fail("mastodon", "me", sk.Fault.SERVER_ERROR, times=99)
    ill = shop.run("health", "--json", "--dry-run", "--ical", "days.ics")

    assert (well.exit, {item["state"] for item in well.items}) == (Exit.DONE, {"valid"})
    assert (ill.exit, ill.items[0]["state"]) == (Exit.FAILED, "unreachable")
    assert not Path("days.ics").exists()
