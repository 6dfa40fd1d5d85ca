"""The sweep that lets go of what has been kept for as long as it may be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from socialkit.models import Kept, Retention, RetentionRule
from socialkit.publishing._audit import AuditSubject
from socialkit.publishing._cases import CaseRow
from socialkit.publishing._database import Database, Session
from socialkit.publishing._erasing import Tree, unsaid, without_raw, wordless
from socialkit.publishing._history import Author
from socialkit.publishing._letting_go import (
    Change,
    Kit,
    LetGo,
    LetGoItem,
    Stored,
    applied,
    case_change,
    delivery_change,
    is_over,
    kind_of,
)
from socialkit.publishing._rows import from_micros, to_micros

__all__ = ["LET_GO", "let_go"]

LET_GO: Final = "let go"
"""What the history calls it."""
ADDED: Final = "SELECT at, detail FROM case_events WHERE case_id = ? AND what = 'message added'"


def let_go(
    database: Database, brand: str, retention: Retention, *, now: datetime, actor: str | None, dry_run: bool
) -> LetGo:
    """Let go of what a brand has kept for as long as it may; or tell only what that would be."""
    sweep = _Sweep(brand, retention, now)
    return applied(database, Author(to_micros(now), actor), sweep, dry_run=dry_run)


class _Sweep:
    unreadable = "the journal was altered"

    def __init__(self, brand: str, retention: Retention, now: datetime) -> None:
        self.brand = brand
        self._retention = retention
        self._now = now

    def _concerns(self, platform: str) -> bool:
        return any(self._retention.rule_for(kind, platform=platform, brand=self.brand) for kind in Kept)

    def _over(self, kind: Kept, platform: str, since: datetime) -> RetentionRule | None:
        return self._retention.is_over(kind, platform=platform, brand=self.brand, since=since, now=self._now)

    def of_case(self, session: Session, row: CaseRow, _: list[str]) -> Change | None:
        """Return what has to go of a case."""
        body: Tree = json.loads(row.body)
        gone, platform = list(body.get("gone", ())), str(body["account"]["platform"])
        taken = _taken(session, row.id, _moment(body["opened_at"]))
        reasons: dict[Kept, str] = {}
        messages: list[Tree] = []
        for message in body["messages"]:
            since, kind = taken.get(message["id"], taken[""]), kind_of(message)
            rule = None if message["id"] in gone else self._over(kind, platform, since)
            messages.append(message if rule is None else unsaid(message, platform))
            if rule is not None:
                gone.append(message["id"])
                reasons[kind] = rule.because
        if not reasons:
            return None
        anew = body | {"messages": messages, "gone": gone} | wordless(body)
        item = _item(AuditSubject.CASE, row.id, row.account, reasons)
        # A private conversation may go by its author's id: what is said next in it opens a new case.
        whole = all(message["id"] in gone for message in messages)
        changes = {"conversation": None} if whole else {}
        return case_change(row, anew, item, LET_GO, changes, _detail(reasons))

    def of_delivery(self, stored: Stored, left: list[str]) -> Change | None:
        """Return what has to go of a delivery, or tell why it cannot go yet."""
        if not self._concerns(stored.row.platform):
            return None
        kit = Kit.of(stored)
        reasons: dict[Kept, str] = {}
        new = self._without_raw(self._without_message(kit, stored, reasons), stored, reasons)
        if not reasons:
            return None
        if not is_over(kit):
            row = kit.row
            left.append(f"delivery {row.id} is {row.state}: it is needed until nothing more is to come of it")
            return None
        item = _item(AuditSubject.DELIVERY, kit.row.id, kit.row.account, reasons)
        return delivery_change(kit, new, item, LET_GO, _detail(reasons))

    def _without_message(self, kit: Kit, stored: Stored, reasons: dict[Kept, str]) -> Kit:
        """Return a delivery without the words of the message that it answers, if their time is over."""
        body, platform = kit.body, kit.row.platform
        message = None if body is None else body.get("message")
        if body is None or message is None or (bare := unsaid(message, platform)) == message:
            return kit
        # Whoever answered had it by then, whatever time its author made their server say.
        written = min(_moment(message["created_at"]), from_micros(stored.planned))
        rule = self._over(kind_of(message), platform, written)
        if rule is None:
            return kit
        reasons[kind_of(message)] = rule.because
        return replace(kit, body=body | {"message": bare})

    def _without_raw(self, kit: Kit, stored: Stored, reasons: dict[Kept, str]) -> Kit:
        """Return a delivery without what platforms sent, if its time is over."""
        rule = self._over(Kept.RAW, kit.row.platform, from_micros(stored.since))
        if rule is None or (bare := _without_raw(kit)) == kit:
            return kit
        reasons[Kept.RAW] = rule.because
        return bare


def _taken(session: Session, case: str, opened: datetime) -> dict[str, datetime]:
    """Return when each message of a case came in; under an empty id, when the first one did."""
    added = {
        str(json.loads(detail).get("message")): from_micros(at) for at, detail in session.run(ADDED, case)
    }
    return {**added, "": opened}


def _without_raw(kit: Kit) -> Kit:
    steps = {
        name: (step, without_raw(attempt), without_raw(result))
        for name, (step, attempt, result) in kit.steps.items()
    }
    return Kit(kit.row, without_raw(kit.body), without_raw(kit.outcome), steps)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _item(subject: AuditSubject, name: str, account: str, reasons: Mapping[Kept, str]) -> LetGoItem:
    because = "; ".join(dict.fromkeys(reasons.values()))
    return LetGoItem(subject=subject, id=name, account=account, kinds=tuple(reasons), because=because)


def _detail(reasons: Mapping[Kept, str]) -> dict[str, Any]:
    kinds = [kind.value for kind in reasons]
    return {"because": "; ".join(dict.fromkeys(reasons.values())), "kinds": kinds}
