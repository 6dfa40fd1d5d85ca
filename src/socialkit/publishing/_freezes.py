"""Freezes: from the moment one stands, no write begins in its scope, in any process."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Literal

from socialkit.errors import JournalError
from socialkit.models import AccountRef
from socialkit.publishing._database import Database, Session, Value
from socialkit.publishing._history import FROZEN, THAWED, WIDENED, Author, move, note, remark
from socialkit.publishing._lease import HELD_BACK, Hold, Mine, frozen, hold_back
from socialkit.publishing._models import DeliveryState, Freeze, Scope
from socialkit.publishing._planning import with_reason
from socialkit.publishing._rows import COLUMNS, Columns, Row, from_micros
from socialkit.publishing._scopes import require_campaign, require_covering

__all__ = ["Backlog", "Freezer", "Native", "made"]

Backlog = Literal["hold", "reschedule", "cancel"]
"""What becomes of what a freeze held back: it stays held, leaves as soon as it may, or never."""

Native = Literal["leave", "unschedule"]
"""What becomes of what waits on a platform: it stays there, or is deleted there."""

STAND: Final = """
INSERT INTO freezes (id, brand, platform, account, campaign, answers, reason, actor, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
STANDS: Final = "SELECT 1 FROM freezes WHERE id = ? AND thawed_at IS NULL LIMIT 1"
BATCH: Final = 500
"""Deliveries that are held back in one transaction."""
WIDEN: Final = "UPDATE freezes SET answers = ? WHERE id = ?"
STANDING: Final = """
SELECT id, brand, platform, account, campaign, answers, reason, actor, at FROM freezes
WHERE thawed_at IS NULL AND {whose} ORDER BY at, id
"""
END: Final = "UPDATE freezes SET thawed_at = ? WHERE id = ? AND thawed_at IS NULL AND {whose} RETURNING brand"
MADE: Final = """
SELECT id, brand, platform, account, campaign, answers, reason, actor, at, thawed_at FROM freezes
ORDER BY at, id, brand
"""
NOBODY_ASKED: Final[Mapping[str | None, str]] = {}
HOLDABLE: Final = (DeliveryState.PLANNED, DeliveryState.DUE, DeliveryState.INCOMPLETE)
WAITS: Final = "ready_at IS NOT NULL"
"""What leaves by itself; what is half out may wait for a person instead."""
BEGUN: Final = """
EXISTS (SELECT 1 FROM steps WHERE steps.delivery = deliveries.id AND steps.fence = deliveries.fence
AND steps.writes AND steps.state <> 'over')
"""
"""Whoever has it began a write of it, and it is not known that nothing came of that."""
HELD_BY: Final = f"""
SELECT {COLUMNS} FROM deliveries WHERE held_by = ? AND state IN (?, ?) AND {{whose}}
ORDER BY due_at, id{{lock}}
"""


class Freezer:
    """Freezes and thaws.

    Args:
        database: The journal's.
        mine: Whose deliveries it may touch.
        actor: Who does it.
        rulings: What allows it, by the brands' keys.
    """

    def __init__(
        self,
        database: Database,
        mine: Mine,
        actor: str | None,
        rulings: Mapping[str | None, str] = NOBODY_ASKED,
    ) -> None:
        self._database = database
        self._mine = mine
        self._actor = actor
        self._rulings = rulings

    def freeze(self, scope: Scope, reason: str, now: int) -> Freeze:
        """Hold back all that a scope covers, and tell what was leaving already."""
        freeze = Freeze(
            id=uuid.uuid4().hex, scope=scope, reason=reason, actor=self._actor, at=from_micros(now)
        )
        # Alone: what began before is seen here, and what begins after sees the freeze.
        with self._database.alone() as session:
            places = self._places(freeze)
            session.many(STAND, [(*one.values(), reason, self._actor, now) for one in places])
            for one in places:
                self._remark(session, FROZEN, {**one, "reason": reason}, now)
            leaving = self._rows(session, scope, DeliveryState.SENDING, only=BEGUN)
            ahead = self._rows(session, scope, DeliveryState.CONFIRMED, later_than=now)
        waiting = [row for row in ahead if row.waits]  # others are only looked at again
        freeze = freeze.model_copy(update={"native": tuple(row.id for row in waiting)})
        return self._with(freeze, leaving, now)

    def standing(self) -> tuple[Freeze, ...]:
        """Return the freezes that stand, oldest first."""
        whose, mine = self._mine.clause()
        with self._database.reading() as session:
            rows = session.run(STANDING.format(whose=whose), *mine)
        return tuple(_freeze(list(same)) for _, same in groupby(rows, key=itemgetter(0)))

    def widen(self, freeze: Freeze, now: int) -> Freeze:
        """Hold back answers too."""
        wide = freeze.model_copy(update={"scope": freeze.scope.model_copy(update={"replies": True})})
        with self._database.alone() as session:
            session.run(WIDEN, True, freeze.id)
            for one in self._places(wide):
                self._remark(session, WIDENED, {"freeze": freeze.id, "brand": one["brand"]}, now)
            leaving = self._rows(session, wide.scope, DeliveryState.SENDING, only=BEGUN)
        return self._with(wide, leaving, now)

    def _with(self, freeze: Freeze, leaving: list[Row], now: int) -> Freeze:
        """Return a freeze that stands with what it holds, and what was leaving already."""
        held = [*freeze.held, *(row.id for row in self._held(freeze, now))]
        in_flight = [*freeze.in_flight, *(row.id for row in leaving)]
        return freeze.model_copy(
            update={"held": tuple(dict.fromkeys(held)), "in_flight": tuple(dict.fromkeys(in_flight))}
        )

    def _held(self, freeze: Freeze, now: int) -> list[Row]:
        """Hold back what waits, some at a time: others go on meanwhile, and hold back what they come upon."""
        held: list[Row] = []
        with suppress(JournalError):  # the freeze stands all the same, and has to be known to be ended
            while batch := self._batch(freeze, now):
                held += batch
        return held

    def _batch(self, freeze: Freeze, now: int) -> list[Row]:
        lock = f" LIMIT {BATCH}{self._database.dialect.for_update}"
        with self._database.writing() as session:
            if not session.run(STANDS, freeze.id):  # somebody thawed it just now
                return []
            rows = self._rows(session, freeze.scope, *HOLDABLE, only=WAITS, end=lock)
            hold = Hold(freeze.reason, freeze.id)
            for row in rows:
                hold_back(session, row, Author(now, self._actor), hold, with_reason(row, hold.reason))
            return rows

    def thaw(self, freeze: Freeze, backlog: Backlog, now: int) -> list[Row]:
        """Let a scope go, and return what was held back as it stands then."""
        by = Author(now, self._actor)
        with self._database.alone() as session:
            whose, mine = self._mine.clause()
            ended = session.run(END.format(whose=whose), now, freeze.id, *mine)
            if not ended:
                message = f"the freeze {freeze.id} does not stand (any more), or not for these accounts"
                raise JournalError(message)
            for (brand,) in sorted(ended, key=str):
                detail = {"freeze": freeze.id, "brand": brand, "backlog": backlog}
                self._remark(session, THAWED, detail, now)
            sql = HELD_BY.format(whose=whose, lock=self._database.dialect.for_update)
            found = session.run(sql, freeze.id, DeliveryState.HELD, DeliveryState.INCOMPLETE, *mine)
            rows = [Row(*one) for one in found]
            if backlog == "hold":  # nobody's from now on: a person decides on each
                return [note(session, row, by, "left held", {}, held_by=None) for row in rows]
            free = [row for row in rows if not self._handed_on(session, row, by)]
            return [self._let_go(session, row, backlog, now) for row in free]

    @staticmethod
    def _handed_on(session: Session, row: Row, by: Author) -> bool:
        """Leave a delivery to another freeze that covers it, and return whether there is one."""
        other = frozen(session, row)
        if other is not None:
            note(session, row, by, HELD_BACK, {"because": other.reason}, held_by=other.freeze)
        return other is not None

    def _remark(self, session: Session, what: str, detail: Mapping[str, Any], now: int) -> None:
        """Write down what becomes of a freeze, under the name of the brand or account that it concerns."""
        places = self._mine.places
        own = f"brand {detail['brand']}"
        place = own if own in places else places[0]
        ruling = self._rulings.get(detail["brand"])
        remark(session, place, Author(now, self._actor, ruling), what, detail)

    def require_known(self, scope: Scope, accounts: Iterable[AccountRef]) -> None:
        """Raise if a scope names what is not there: such a freeze would hold back nothing.

        Args:
            scope: What is to be held back.
            accounts: All accounts of the publisher.

        Raises:
            ConfigurationError: It does.
        """
        require_covering(scope, self._mine.brands, accounts)
        require_campaign(self._database, self._mine, scope)

    def _places(self, freeze: Freeze) -> list[dict[str, str | bool | None]]:
        """Return what a freeze covers: of each brand for itself, and never others' deliveries."""
        scope, mine = freeze.scope, self._mine
        brands = (scope.brand,) if scope.brand is not None else mine.brands or (None,)
        account = scope.account if mine.account is None else mine.account
        return [
            {
                "freeze": freeze.id,
                "brand": brand,
                "platform": scope.platform,
                "account": account,
                "campaign": scope.campaign,
                "answers": scope.replies,
            }
            for brand in brands
        ]

    def _let_go(self, session: Session, row: Row, backlog: Backlog, now: int) -> Row:
        by = Author(now, self._actor)
        if backlog == "cancel":
            because = "its freeze ended, and what it held was cancelled"
            outcome = with_reason(row, because)
            gone = DeliveryState.CANCELLED
            return move(session, row, by, gone, because=because, outcome=outcome, held_by=None)
        due = max(row.due_at, now)
        late = row.expires_at - row.due_at
        times = Columns(due_at=due, ready_at=due, expires_at=due + late, held_by=None)
        if row.state == DeliveryState.INCOMPLETE:
            return note(session, row, by, "thawed", {}, **times)
        return move(session, row, by, DeliveryState.PLANNED, **times)

    def _rows(
        self,
        session: Session,
        scope: Scope,
        *states: DeliveryState,
        later_than: int | None = None,
        only: str = "",
        end: str = "",
    ) -> list[Row]:
        whose, mine = self._mine.clause()
        given = {"brand": scope.brand, "platform": scope.platform, "account": scope.account}
        given["campaign"] = scope.campaign
        named = {name: value for name, value in given.items() if value is not None}
        conditions = [whose, f"state IN ({', '.join('?' * len(states))})", *(f"{one} = ?" for one in named)]
        values: list[Value] = [*mine, *states, *named.values()]
        if not scope.replies:
            conditions.append("NOT answer")
        if only:
            conditions.append(only)
        if later_than is not None:
            conditions.append("ready_at > ?")
            values.append(later_than)
        sql = f"SELECT {COLUMNS} FROM deliveries WHERE {' AND '.join(conditions)} ORDER BY due_at, id{end}"
        return [Row(*one) for one in session.run(sql, *values)]


def made(session: Session) -> list[Freeze]:
    """Return every freeze that ever stood, oldest first; one of several brands once for each."""
    return [
        _freeze([row]).model_copy(update={"ended_at": None if ended is None else from_micros(ended)})
        for *row, ended in session.run(MADE)
    ]


def _freeze(rows: Sequence[Sequence[Any]]) -> Freeze:
    """Return a freeze from its rows: one for each brand."""
    key, brand, platform, account, campaign, answers, reason, actor, at = rows[0]
    scope = Scope(
        brand=brand if len(rows) == 1 else None,
        platform=platform,
        account=account,
        campaign=campaign,
        replies=bool(answers),
    )
    return Freeze(id=key, scope=scope, reason=reason, actor=actor, at=from_micros(at))
