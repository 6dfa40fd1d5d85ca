"""Finding what became of a post whose answer was lost. See `Posts.find`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import JsonValue

from socialkit.errors import NotFoundError, PermissionDeniedError
from socialkit.models import Attempt, Draft, Found
from socialkit.platforms.base import FIRST_COMMENT, comment_of
from socialkit.platforms.x._calls import Calls, following
from socialkit.platforms.x._ids import age, may_be_newer, media_id
from socialkit.platforms.x._media import file_step, kept_file
from socialkit.platforms.x._text import as_written, compared, cut_from, names_in, shown_text
from socialkit.platforms.x._wire import WirePost

__all__ = ["ANCHOR", "POST", "Search", "Wanted"]

ANCHOR: Final = "anchor"
POST: Final = "post"
REFUSALS: Final = (NotFoundError, PermissionDeniedError)
PAGES: Final = 5
"""Pages of own posts that a search looks through."""
STEP: Final = re.compile(rf"(?:part ([1-9]\d{{0,3}}) |({FIRST_COMMENT}) )?{POST}")
UNTOLD: Final = "there are posts since of which X does not tell where their links lead"
LEFT_OUT: Final = "X counts more posts since than it shows"
UNSHOWN: Final = "there is a post since that X says it could not show"
EDITED: Final = "a post since may be it: it was edited"
FILES_UNTOLD: Final = "a post since may be it: X does not tell its files"
CUT: Final = "a post since may be it: X shows but the start of its text"
ADDRESSED: Final = "a post since may be it: whom it names first is not explained by what it answers"
BEREFT: Final = "a post since may be it: what it answered is not told any more"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lost post must look like."""

    text: str
    media: tuple[str, ...] = ()
    reply_to: str | None = None
    quotes: str | None = None
    taken: frozenset[str] = field(default=frozenset())
    """Ids of posts that are known to be other drafts'."""

    @classmethod
    def of(cls, draft: Draft, media: tuple[str, ...], reply_to: str | None) -> Wanted:
        """Return what a part of a draft becomes."""
        return cls(compared(draft.text, draft.quotes), media, reply_to, draft.quotes)


@dataclass(frozen=True, slots=True)
class Lost:
    """Which part of a draft an attempt is about, and the newest post before it."""

    wanted: Wanted
    anchor: str


class Search:
    """Looks for lost posts of one client."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def find(self, attempt: Attempt) -> Found:
        """Look once for a post whose answer was lost, among those newer than the remembered one."""
        lost = lost_of(attempt)
        if lost is None:
            return Found.undecided("what was there before is not known: the token may not read own posts")
        if (await self._calls.core.identify()).id is None:
            return Found.undecided("whose account this is is not known: the token may not read it")
        return await self.among_newer(lost.wanted, lost.anchor)

    async def among_newer(self, wanted: Wanted, anchor: str) -> Found:
        """Look for a post among the account's that are newer than one; the oldest that fits is the one."""
        since = (("since_id", anchor),) if anchor else ()
        page: tuple[tuple[str, str], ...] = ()
        found, doubt = None, None
        for _ in range(PAGES):
            answer = await self._calls.posts(self._calls.own_posts(), (("max_results", "100"), *since, *page))
            for wire, post in self._calls.mapped(answer):
                if anchor and age(wire.id) <= age(anchor):
                    continue
                is_it = _is_it(wire, wanted)
                if is_it is True:
                    is_it = await self._explained(wire, wanted)
                found = post if is_it is True else found
                doubt = is_it if isinstance(is_it, str) else doubt
            doubt = doubt if answer.value.whole else LEFT_OUT
            if any(may_be_newer(one, anchor) for one in answer.value.left_out):
                doubt = UNSHOWN
            token = following(answer)
            if token is None:
                return _told(doubt) if found is None else Found.published(found)
            page = (("pagination_token", token),)
        return Found.undecided("the account published too much since to look through it all")

    async def _explained(self, wire: WirePost, wanted: Wanted) -> bool | str:
        """Return whether X put the names before a text that fits, or why nobody can tell.

        It puts there whom the answered post is from and whom it names; somebody may have written others.
        """
        if wanted.media or wanted.reply_to is None:
            return True
        before = names_in((shown_text(wire) or "").removesuffix(wanted.text))
        if not before:
            return True
        try:
            answered = await self._calls.post(wanted.reply_to)
        except REFUSALS:
            return ADDRESSED
        author = "" if answered.author is None else f"@{answered.author.handle}"
        return before <= names_in(f"{author} {answered.text}") or ADDRESSED


def _told(doubt: str | None) -> Found:
    if doubt is not None:
        return Found.undecided(doubt)
    return Found.absent("it is not among the account's posts since")


def _is_it(wire: WirePost, wanted: Wanted) -> bool | str:
    """Return whether a post is the one that is wanted, or why nobody can tell."""
    if wire.id in wanted.taken or wire.reference("retweeted") is not None:
        return False
    answers, quoted = wire.reference("replied_to"), wire.reference("quoted")
    bereft = answers is None and wanted.reply_to is not None
    # A link to a post in the text makes X quote it.
    if (answers != wanted.reply_to and not bereft) or (wanted.quotes is not None and quoted != wanted.quotes):
        return False
    media = tuple(media_id(key) for key in _keys(wire) or ())
    untold = bool(wanted.media) and _keys(wire) is None
    if media != wanted.media and not untold:
        return False
    if media:
        return True  # the files were uploaded for this post alone
    return _says(wire, wanted, FILES_UNTOLD if untold else BEREFT if bereft else None)


def _says(wire: WirePost, wanted: Wanted, doubt: str | None) -> bool | str:
    """Return whether a post has the text that is wanted; where it has, a doubt about the rest stays one."""
    text = shown_text(wire)
    if text is None:
        return UNTOLD
    # X puts names before answers alone.
    written = (text,) if wanted.reply_to is None else as_written(text)
    if wanted.text in written:
        return doubt or True
    if wire.note is None and any(cut_from(one, wanted.text) for one in written):
        return CUT
    return EDITED if len(wire.versions or ()) > 1 else False


def _keys(wire: WirePost) -> list[str] | None:
    """Return the keys of a post's files; None where X does not tell whether it has any."""
    told = wire.attachments
    if told is None or told.media_keys is not None:
        return None if told is None else told.media_keys
    return [] if told.poll_ids else None


def lost_of(attempt: Attempt) -> Lost | None:
    """Return what an attempt is about; None when it does not hold what was there before."""
    step, draft = STEP.fullmatch(attempt.step), attempt.draft
    if step is None or draft is None:
        return None
    parts, results = draft.parts, attempt.results
    comment = step[2] is not None
    number = len(parts) + 1 if comment else int(step[1] or 1)
    if number > len(parts) + comment:
        return None
    part = comment_of(draft) if comment else parts[number - 1]
    prefix = attempt.step.removesuffix(POST)
    before = _id_of(results.get(f"part {number - 1} {POST}")) if number > 1 else None
    anchor = before if number > 1 else results.get(f"{prefix}{ANCHOR}")
    files = [kept_file(results, f"{prefix}{file_step(one)}") for one in range(1, len(part.media) + 1)]
    media = tuple(one for one in files if one is not None)
    if not isinstance(anchor, str) or len(media) < len(part.media):
        return None
    wanted = Wanted.of(part, media, before or part.reply_to)
    return Lost(replace(wanted, taken=frozenset(attempt.taken)), anchor)


def _id_of(result: JsonValue) -> str | None:
    return str(result["id"]) if isinstance(result, dict) and "id" in result else None
