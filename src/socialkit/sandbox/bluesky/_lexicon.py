"""What records of the network must look like."""

from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._schema import (
    Bounds,
    Check,
    SchemaError,
    array,
    blob,
    integer,
    string,
    thing,
    union,
)

_URI, _TIME, _DID = string("at-uri"), string("datetime"), string("did")
_STRONG = thing({"uri": _URI, "cid": string("cid")})
_RATIO = thing({"width": integer(1), "height": integer(1)})

_SELF_LABELS = union(
    {
        "com.atproto.label.defs#selfLabels": thing(
            {"values": array(thing({"val": string(size=128)}), maximum=10)}
        )
    }
)

_FEATURE = "app.bsky.richtext.facet#"
_FACET = thing(
    {
        # Whether an end lies beyond the text is not checked by the real server either.
        "index": thing({"byteStart": integer(0), "byteEnd": integer(0)}),
        "features": array(
            union(
                {
                    f"{_FEATURE}mention": thing({"did": _DID}),
                    f"{_FEATURE}link": thing({"uri": string("uri")}),
                    f"{_FEATURE}tag": thing({"tag": string(size=640, graphemes=64)}),
                }
            )
        ),
    }
)

_IMAGES = thing(
    {"images": array(thing({"image": blob("image/*"), "alt": string()}, {"aspectRatio": _RATIO}), maximum=4)}
)
_GALLERY = thing(
    {
        "items": array(
            union(
                {
                    "app.bsky.embed.gallery#image": thing(
                        {"image": blob("image/*"), "alt": string(), "aspectRatio": _RATIO}
                    )
                }
            ),
            maximum=20,
        )
    }
)
_CAPTION = thing({"lang": string("language"), "file": blob("text/vtt", 20_000)})
_VIDEO = thing(
    {"video": blob("video/mp4", facts.VIDEO_SIZE)},
    {
        "captions": array(_CAPTION, maximum=20),
        "alt": string(),
        "aspectRatio": _RATIO,
        "presentation": string(),
    },
)
_EXTERNAL = thing(
    {
        "external": thing(
            {"uri": string("uri"), "title": string(), "description": string()},
            {"thumb": blob("image/*", 1_000_000)},
        )
    }
)
_QUOTE = thing({"record": _STRONG})
_EMBED = "app.bsky.embed."
_MEDIA: dict[str, Check] = {
    f"{_EMBED}images": _IMAGES,
    f"{_EMBED}gallery": _GALLERY,
    f"{_EMBED}video": _VIDEO,
    f"{_EMBED}external": _EXTERNAL,
}
_EMBEDS = union(
    {
        **_MEDIA,
        f"{_EMBED}record": _QUOTE,
        f"{_EMBED}recordWithMedia": thing({"record": _QUOTE, "media": union(_MEDIA)}),
    }
)

_LISTS = thing({"list": _URI})
_RULES = union({f"{facts.THREADGATE}#listRule": _LISTS})

RECORDS: dict[str, Check] = {
    facts.POST: thing(
        {"text": string(size=3_000, graphemes=300), "createdAt": _TIME},
        {
            "facets": array(_FACET),
            "reply": thing({"root": _STRONG, "parent": _STRONG}),
            "embed": _EMBEDS,
            "langs": array(string("language"), maximum=3),
            "labels": _SELF_LABELS,
            "tags": array(string(size=640, graphemes=64), maximum=8),
        },
    ),
    facts.LIKE: thing({"subject": _STRONG, "createdAt": _TIME}, {"via": _STRONG}),
    facts.REPOST: thing({"subject": _STRONG, "createdAt": _TIME}, {"via": _STRONG}),
    facts.FOLLOW: thing({"subject": _DID, "createdAt": _TIME}, {"via": _STRONG}),
    facts.BLOCK: thing({"subject": _DID, "createdAt": _TIME}),
    facts.THREADGATE: thing(
        {"post": _URI, "createdAt": _TIME},
        {"allow": array(_RULES, maximum=5), "hiddenReplies": array(_URI, maximum=facts.HIDDEN_REPLIES)},
    ),
    facts.POSTGATE: thing(
        {"post": _URI, "createdAt": _TIME},
        {"embeddingRules": array(union({}), maximum=5), "detachedEmbeddingUris": array(_URI, maximum=50)},
    ),
    facts.LIST: thing({"purpose": string(), "name": string(size=64), "createdAt": _TIME}),
    facts.LIST_ITEM: thing({"subject": _DID, "list": _URI, "createdAt": _TIME}),
    facts.PROFILE: thing(
        {},
        {
            "displayName": string(size=640, graphemes=64),
            "description": string(size=2_560, graphemes=256),
            "pronouns": string(size=200, graphemes=20),
            "website": string("uri"),
            "avatar": blob("image/png, image/jpeg", 1_000_000),
            "banner": blob("image/png, image/jpeg", 1_000_000),
            "labels": _SELF_LABELS,
            "pinnedPost": _STRONG,
            "createdAt": _TIME,
        },
    ),
}


def check_key(collection: str, key: str) -> None:
    """Check that a record of a collection may have a key.

    Raises:
        SchemaError: It may not.
    """
    if collection == facts.PROFILE and key != "self":
        message = f'Expected "self" (got "{key}")'
        raise SchemaError(message)
    if collection != facts.PROFILE:
        string("tid")(key, "$", Bounds())
