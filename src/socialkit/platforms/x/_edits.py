"""Changing a post. X makes a new one of it, with a new id. See https://docs.x.com/x-api/fundamentals/edit-posts."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import NotSupportedError
from socialkit.models import Attempt, Draft, Found, Model, Post
from socialkit.operations import Run
from socialkit.platforms.x._calls import Calls
from socialkit.platforms.x._ids import age, time_of
from socialkit.platforms.x._text import as_written, compared, shown_text
from socialkit.platforms.x._wire import WireOne, WirePost
from socialkit.platforms.x._writing import Writing
from socialkit.transport import Request, segment

__all__ = ["Edits"]

KEPT: Final = "kept"
CONTROLS: Final = "edit_controls"
ANEW: Final = "delete the post and publish it anew"


class Kept(Model):
    """A post before its edit."""

    newest: str
    """The id of its newest version."""
    reply_to: str | None
    quotes: str | None


class Edits:
    """Changes posts for one client, and finds out what became of a change."""

    def __init__(self, calls: Calls, writing: Writing) -> None:
        self._calls = calls
        self._core = calls.core
        self._writing = writing

    async def edit(self, post: str, draft: Draft, run: Run) -> Post:
        """Make a new version of a post, after the newest that there is."""
        kept = await run.step(KEPT, partial(self._kept, post), returns=Kept)
        return await run.commit("edit", partial(self._sent, draft, kept), returns=Post)

    async def find(self, attempt: Attempt) -> Found:
        """Look among the versions that are newer than the one which was to be changed."""
        told = attempt.results.get(KEPT)
        if not isinstance(told, dict) or attempt.draft is None:
            return Found.undecided("the attempt does not hold which version was to be changed")
        kept = Kept.model_validate(told)
        wanted = compared(attempt.draft.text, kept.quotes)
        versions = (await self._read(attempt.target or "")).versions
        if versions is None or kept.newest not in versions:
            return Found.undecided("X does not tell which versions of the post there are")
        for identity in sorted((one for one in versions if age(one) > age(kept.newest)), key=age):
            text = shown_text(await self._read(identity))
            if text is None:
                return Found.undecided("a newer version may be it: X does not tell where its links lead")
            if text == wanted or (kept.reply_to is not None and wanted in as_written(text)):
                return Found.published(await self._calls.post(identity), "a newer version reads so")
        return Found.absent("no newer version reads as the post was to read")

    async def _kept(self, post: str) -> Kept:
        wire = await self._read(post)
        newest = max((wire.id, *(wire.versions or ())), key=age)
        if newest != wire.id:
            wire = await self._read(newest)
        self._require_editable(wire)
        return Kept(newest=newest, reply_to=wire.reference("replied_to"), quotes=wire.reference("quoted"))

    def _require_editable(self, wire: WirePost) -> None:
        """Raise for a post that X does not change, or of which it does not say what an edit leaves."""
        found, controls = wire.attachments, wire.edit_controls
        if found is not None and (found.media_keys or found.poll_ids):
            why = "it has files or a poll: X changes no polls, and does not say what becomes of files"
        elif controls is not None and controls.is_edit_eligible is False:
            why = "X says that it is none that can be"
        elif controls is not None and controls.edits_remaining == 0:
            why = "it was edited as often as X lets it"
        elif controls is not None and controls.editable_until and self._is_past(controls.editable_until):
            why = f"X let it until {controls.editable_until:%Y-%m-%d %H:%M} UTC"
        else:
            return
        message = f"the post cannot be edited: {why}"
        raise NotSupportedError(message, platform="x", instead=ANEW)

    def _is_past(self, until: datetime) -> bool:
        """Return whether the clock of X, as its answer told it, is past a time: our own may be wrong."""
        now = self._core.pipeline.clock.earliest(self._core.transport.steady())
        return now is not None and until <= now

    async def _read(self, post: str) -> WirePost:
        params = self._calls.words.post("public_metrics", CONTROLS)
        request = Request(method="GET", url=f"2/tweets/{segment(post)}", params=params)
        return (await self._core.pipeline.call(request, WireOne)).value.data

    async def _sent(self, draft: Draft, kept: Kept) -> Post:
        options: dict[str, JsonValue] = {"edit_options": {"previous_post_id": kept.newest}}
        post = await self._writing.send(draft, options)
        changes = {"reply_to": kept.reply_to, "quotes": kept.quotes, "edited_at": time_of(post.id)}
        return post.model_copy(update=changes)
