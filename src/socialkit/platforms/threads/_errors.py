"""What Threads refuses, with which codes, and what a token lacked then.

See https://developers.facebook.com/docs/threads/troubleshooting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from socialkit.errors import APIError, BadRequestError, ContentRejectedError, PermissionDeniedError
from socialkit.platforms._graph import CODES, GraphErrorTable, read_graph_error
from socialkit.transport import Request

__all__ = ["ERRORS"]

PUBLISHING: Final = ("threads_content_publish",)
ANSWERING: Final = ("threads_content_publish", "threads_manage_replies")
OTHERS: Final = ("threads_keyword_search", "threads_manage_mentions")
"""Either opens answering under a post that is not the account's own."""
TAKEN: Final = {
    "reply_to_id": ("threads_manage_replies", *OTHERS),
    "reply_control": ("threads_manage_replies",),
    "location_id": ("threads_location_tagging",),
}
"""By parameter what a post takes besides; whose post an answer is under the call does not tell."""

OPERATIONS: Final = {
    "posts.publish": PUBLISHING,
    "posts.delete": ("threads_delete",),
    "posts.get": ("threads_basic",),
    "posts.iterate": ("threads_basic",),
    "posts.iterate_ghosts": ("threads_basic",),
    "posts.iterate_replies": ("threads_read_replies",),
    "posts.repost": PUBLISHING,
    "posts.find": ("threads_basic", "threads_read_replies"),
    "account.me": ("threads_basic",),
    "account.quotas": ("threads_basic", "threads_content_publish"),
    "inbox.iterate": ("threads_read_replies",),
    "inbox.iterate GET threads": ("threads_basic",),
    "inbox.iterate GET mentions": ("threads_manage_mentions",),
    "inbox.comments": ("threads_read_replies",),
    "inbox.reply": ANSWERING,
    "inbox.hide": ("threads_manage_replies",),
    "inbox.unhide": ("threads_manage_replies",),
    "inbox.iterate_pending": ("threads_read_replies",),
    "inbox.approve": ("threads_manage_replies",),
    "inbox.ignore": ("threads_manage_replies",),
    "insights.posts": ("threads_manage_insights",),
    "insights.account": ("threads_manage_insights",),
    "insights.audience": ("threads_manage_insights",),
    "listening.search": ("threads_keyword_search",),
    "listening.places": ("threads_location_tagging",),
    "listening.posts_of": ("threads_profile_discovery",),
}
"""By operation, and by call where those differ, what a refusal for want of a permission names.

Threads says only that one is missing.
"""

KINDS: Final[Mapping[str, type[APIError]]] = {
    "/2207051": ContentRejectedError,
    "/4279013": ContentRejectedError,
    "1/2207052": BadRequestError,  # the file behind an address, though code 1 alone may pass
    "24/4279009": BadRequestError,  # the container is not seen yet: nothing was published
    "THREADS_API__LINK_LIMIT_EXCEEDED": BadRequestError,
    "THREADS_API__FEATURE_NOT_AVAILABLE": PermissionDeniedError,
}


class ThreadsErrorTable(GraphErrorTable):
    """Codes of Threads, where an answer may take more scopes than a post by the same call."""

    __slots__ = ()

    def opening(self, request: Request) -> tuple[str, ...]:
        """Return the scopes that open a call."""
        named = (one for name, _ in request.form for one in TAKEN.get(name, ()))
        return tuple(dict.fromkeys((*super().opening(request), *named)))

    def missing(self, request: Request, lacks: Callable[[str], bool]) -> tuple[str, ...]:
        """Return which of them are missing: of two that open the same, none where one is granted."""
        found = super().missing(request, lacks)
        answers = any(name == "reply_to_id" for name, _ in request.form)
        if not answers or all(map(lacks, OTHERS)):
            return found
        return tuple(one for one in found if one not in OTHERS)


ERRORS: Final = ThreadsErrorTable(codes={**CODES, **KINDS}, read=read_graph_error, scopes=OPERATIONS)
"""What codes mean, and what a token lacks that was refused."""
