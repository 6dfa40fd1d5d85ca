"""Which operations the clients of a platform have, read from the classes themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import getattr_static
from typing import Any, Final, cast

from socialkit.models import Capability
from socialkit.operations import Operations, operation, paginated, streamed
from socialkit.platforms import find

LOGIN: Final = frozenset({"login.start", "login.finish"})
"""What is done before there is a client."""

NEEDS: Final[Mapping[str, Capability]] = {
    "inbox.delete": Capability.DELETE_COMMENTS,
    "inbox.hide": Capability.HIDE,
    "inbox.unhide": Capability.HIDE,
    "insights.audience": Capability.AUDIENCE_INSIGHTS,
    "insights.account": Capability.ACCOUNT_INSIGHTS,
    "insights.posts": Capability.POST_INSIGHTS,
    "listening.profile": Capability.PROFILES,
    "listening.search": Capability.SEARCH,
    "listening.trends": Capability.TRENDS,
    "inbox.comments": Capability.COMMENTS,
    "inbox.like": Capability.LIKE,
    "inbox.reply": Capability.REPLY,
    "inbox.stream": Capability.STREAM,
    "media.upload": Capability.MEDIA,
    "posts.delete": Capability.DELETE,
    "posts.edit": Capability.EDIT,
    "posts.publish": Capability.PUBLISH,
}
"""Operations of the common interface that a platform offers only with a capability."""


def operations_of(client: object) -> Iterator[str]:
    """Yield the names of a client's operations, such as `posts.publish`."""
    for namespace in vars(client).values():
        if isinstance(namespace, Operations):
            kind: type[Any] = cast("Any", namespace).__class__
            names = (name for name in dir(kind) if not name.startswith("_"))
            yield from (
                f"{namespace.namespace}.{name}"
                for name in names
                if isinstance(getattr_static(kind, name), operation | paginated | streamed)
            )


def public_operations(platform: str, client: object) -> set[str]:
    """Return all operations of a platform, those that only say that it has no such thing too."""
    login = LOGIN if find(platform).login is not None else frozenset[str]()
    return set(operations_of(client)) | login


def offered(platform: str, client: object) -> set[str]:
    """Return the operations that a platform does not refuse before anything is sent."""
    able = find(platform).load_facts().capabilities
    return {one for one in public_operations(platform, client) if one not in NEEDS or NEEDS[one] in able}
