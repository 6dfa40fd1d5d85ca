"""Endpoints: what happened to an account, and reports to moderators."""

from datetime import datetime

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _actors as actors
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import invalid
from socialkit.sandbox.bluesky._index import owner_of, parent_of
from socialkit.sandbox.bluesky._records import Json, Notice
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._schema import string, thing, union
from socialkit.sandbox.bluesky._text import when


def _wanted(call: Call, reasons: list[str]) -> list[Notice]:
    index, account = call.state.index, call.user
    return [
        one
        for one in index.notices
        if one.did == account.did
        and (not reasons or one.reason in reasons)
        and (one.subject is None or one.subject in index.records)  # gone with what it was about
        and call.state.sees(account.did, one.source.record.did)
        and one.source.record.did not in account.muted
        and (parent_of(one.source.value, "root") or one.subject) not in account.muted_threads
        and not _hidden(call, one)
    ]


def _hidden(call: Call, one: Notice) -> bool:
    """Whether the account hides a reply in its own thread."""
    root = parent_of(one.source.value, "root")
    own = one.reason == "reply" and root is not None and owner_of(root) == one.did
    return own and one.source.uri in call.state.index.hidden(str(root))


def list_notifications(call: Call) -> SimResponse:
    """What happened to the account, the newest first."""
    found = _wanted(call, call.query["reasons"])
    if call.query["seenAt"] is not None:
        message = "The seenAt parameter is unsupported"
        raise invalid(message)
    chosen, cursor = call.page(found, lambda one: (one.source.sorted_at, one.number), full=True)
    seen = call.user.seen_at
    if seen is None and chosen and call.query["cursor"] is None:
        seen = chosen[0].source.sorted_at  # who never looked finds only the newest unread
    return call.answer(
        notifications=[_shown(call, one, seen) for one in chosen],
        cursor=cursor,
        priority=bool(call.query["priority"]),
        seenAt=when(seen) if seen else None,
    )


def _shown(call: Call, one: Notice, seen: datetime | None) -> Json:
    source = one.source
    return {
        "uri": source.uri,
        "cid": source.record.cid,
        "author": actors.profile(call.state, source.record.did, call.did, call.base_url),
        "reason": one.reason,
        **({"reasonSubject": one.subject} if one.subject else {}),
        "record": source.value,
        "isRead": seen is None or seen > source.sorted_at,
        "indexedAt": when(source.sorted_at),
        "labels": actors.self_labels(source),
    }


def get_unread_count(call: Call) -> SimResponse:
    """How much happened since the account looked."""
    seen = call.user.seen_at
    return call.answer(count=sum(seen is None or seen <= one.source.sorted_at for one in _wanted(call, [])))


def update_seen(call: Call) -> SimResponse:
    """Say until when the account has looked."""
    call.user.seen_at = datetime.fromisoformat(call.body["seenAt"])
    return SimResponse(200)


def create_report(call: Call) -> SimResponse:
    """Report an account or a record to moderators."""
    report: Json = {
        "id": call.state.number(),
        **{key: call.body[key] for key in ("reasonType", "reason", "subject") if key in call.body},
        "reportedBy": call.user.did,
        "createdAt": when(call.state.now),
    }
    call.state.reports.append(report)
    return SimResponse.json(report)


_NOTICES = "app.bsky.notification."
_SUBJECT = union(
    {
        "com.atproto.admin.defs#repoRef": thing({"did": string("did")}),
        "com.atproto.repo.strongRef": thing({"uri": string("at-uri"), "cid": string("cid")}),
    }
)
ROUTES = (
    Route(
        f"{_NOTICES}listNotifications",
        "GET",
        list_notifications,
        "view",
        query.paged(reasons=query.texts(), priority=query.flag(), seenAt=query.text("datetime")),
    ),
    Route(f"{_NOTICES}getUnreadCount", "GET", get_unread_count, "view", {"priority": query.flag()}),
    Route(f"{_NOTICES}updateSeen", "POST", update_seen, "view", body=thing({"seenAt": string("datetime")})),
    Route(
        "com.atproto.moderation.createReport",
        "POST",
        create_report,
        "access",
        body=thing(
            {"reasonType": string(), "subject": _SUBJECT}, {"reason": string(size=20_000, graphemes=2_000)}
        ),
    ),
)
