"""Facets and embeds: what makes a post's text more than text. See https://docs.bsky.app/docs/advanced-guides/posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from socialkit.errors import InvalidDraftError
from socialkit.models import Basis, Draft, MediaKind, Model, Problem
from socialkit.platforms.base import Core
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._options import BlueskyOptions
from socialkit.platforms.bluesky._records import POST, Key, Ref, Thread
from socialkit.text import Facet, FacetKind, detect_facets

__all__ = ["Mentions", "Uploaded", "facets", "post_record"]

FEATURE = "app.bsky.richtext.facet"


class Uploaded(Model):
    """A file that a record may refer to."""

    blob: dict[str, JsonValue]
    kind: MediaKind
    size: int
    alt_text: str = ""
    width: int | None = None
    height: int | None = None


class Mentions:
    """Finds out whom a text names, for one client."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._calls = Calls(core)

    def handles(self, texts: Iterable[str]) -> list[str]:
        """Return the handles that texts name, each once."""
        named = (one for text in texts for one in detect_facets(text) if one.kind is FacetKind.MENTION)
        return list(dict.fromkeys(one.value.lower() for one in named))

    async def resolve(self, handles: list[str]) -> dict[str, str]:
        """Return whose handles they are.

        Raises:
            InvalidDraftError: Nobody has one of them: the mention would reach nobody.
        """
        found = await self._core.transport.gather(*(self._calls.did_of(one) for one in handles))
        problems = [
            Problem(
                field="text",
                message=f"mentions @{handle}, and nobody has that handle",
                basis=Basis.SERVER,
                platform=self._core.facts.name,
            )
            for handle, did in zip(handles, found, strict=True)
            if did is None
        ]
        if problems:
            message = "a mention leads nowhere; nothing was published"
            raise InvalidDraftError(message, problems=problems, platform=self._core.facts.name)
        return {handle: did for handle, did in zip(handles, found, strict=True) if did is not None}


def facets(text: str, dids: Mapping[str, str]) -> list[JsonValue]:
    """Return the marks of a text, in bytes of UTF-8; a mention of nobody that is known stays text."""
    marks: list[JsonValue] = []
    for one in detect_facets(text):
        feature = _feature(one, dids)
        if feature is not None:
            index: JsonValue = {"byteStart": one.byte_start, "byteEnd": one.byte_end}
            marks.append({"index": index, "features": [feature]})
    return marks


def _feature(facet: Facet, dids: Mapping[str, str]) -> dict[str, JsonValue] | None:
    if facet.kind is FacetKind.LINK:
        return {"$type": f"{FEATURE}#link", "uri": facet.value}
    if facet.kind is FacetKind.TAG:
        return {"$type": f"{FEATURE}#tag", "tag": facet.value}
    did = dids.get(facet.value.lower())
    return None if did is None else {"$type": f"{FEATURE}#mention", "did": did}


def post_record(
    draft: Draft,
    key: Key,
    dids: Mapping[str, str],
    files: list[Uploaded],
    *,
    thumb: Uploaded | None = None,
    quote: Ref | None = None,
    thread: Thread | None = None,
) -> dict[str, JsonValue]:
    """Return the record of one part."""
    options = draft.option(BlueskyOptions) or BlueskyOptions()
    langs: list[JsonValue] = [*options.langs] or ([draft.language] if draft.language else [])
    labels: JsonValue = {
        "$type": "com.atproto.label.defs#selfLabels",
        "values": [{"val": label} for label in options.labels],
    }
    optional: dict[str, JsonValue] = {
        "facets": facets(draft.text, dids),
        "reply": None if thread is None else thread.model_dump(mode="json"),
        "embed": _embed(_files(files) or _card(options, thumb), quote),
        "langs": langs,
        "labels": labels if options.labels else None,
        "tags": [*options.tags],
    }
    record: dict[str, JsonValue] = {"$type": POST, "text": draft.text, "createdAt": key.created_at}
    return record | {name: value for name, value in optional.items() if value}


def _embed(media: dict[str, JsonValue] | None, quote: Ref | None) -> dict[str, JsonValue] | None:
    if quote is None:
        return media
    record: dict[str, JsonValue] = {
        "$type": "app.bsky.embed.record",
        "record": {"uri": quote.uri, "cid": quote.cid},
    }
    if media is None:
        return record
    return {"$type": "app.bsky.embed.recordWithMedia", "record": record, "media": media}


def _files(files: list[Uploaded]) -> dict[str, JsonValue] | None:
    if not files:
        return None
    first = files[0]
    if first.kind is MediaKind.VIDEO:
        alt: dict[str, JsonValue] = {"alt": first.alt_text} if first.alt_text else {}
        return {"$type": "app.bsky.embed.video", "video": first.blob, **alt, **_ratio(first)}
    images: list[JsonValue] = [{"image": one.blob, "alt": one.alt_text, **_ratio(one)} for one in files]
    return {"$type": "app.bsky.embed.images", "images": images}


def _ratio(file: Uploaded) -> dict[str, JsonValue]:
    if not file.width or not file.height:
        return {}
    return {"aspectRatio": {"width": file.width, "height": file.height}}


def _card(options: BlueskyOptions, thumb: Uploaded | None) -> dict[str, JsonValue] | None:
    card = options.card
    if card is None:
        return None
    external: dict[str, JsonValue] = {
        "uri": card.uri,
        "title": card.title,
        "description": card.description,
    }
    if thumb is not None:
        external["thumb"] = thumb.blob
    return {"$type": "app.bsky.embed.external", "external": external}
