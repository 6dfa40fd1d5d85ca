"""Endpoints: files, in pieces."""

from typing import Any

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._errors import RefusedError, invalid
from socialkit.sandbox.x._facts import ALT_TEXT, CHECK_AFTER, MEDIA_LIFE, PIECE, PIECES
from socialkit.sandbox.x._records import File
from socialkit.sandbox.x._route import Route

KINDS = {"tweet_image": "photo", "tweet_gif": "animated_gif", "tweet_video": "video"}
TYPES = {
    "photo": ("image/jpeg", "image/png", "image/webp", "image/gif"),
    "animated_gif": ("image/gif",),
    "video": ("video/mp4", "video/quicktime", "video/webm"),
}
MOST = {"photo": 5 * 2**20, "animated_gif": 15 * 2**20, "video": 512 * 2**20}


def initialize_upload(call: Call) -> SimResponse:
    """Begin."""
    body = call.body("media_type", "total_bytes", "media_category", "additional_owners", "shared")
    category = body.get("media_category")
    if category not in KINDS:
        name = "media_category"
        raise invalid(name, f"media_category is not one of [{','.join(KINDS)}]")
    kind, size = KINDS[category], body.get("total_bytes")
    if body.get("media_type") not in TYPES[kind]:
        name = "media_type"
        raise invalid(name, "media type unrecognized.")
    if not isinstance(size, int) or not 0 < size <= MOST[kind]:
        name = "total_bytes"
        raise invalid(name, "File size exceeds the limit of its kind.")
    state = call.state
    file = File(state.snowflake(), call.user.id, kind, size, state.now)
    state.files[file.id] = file
    return call.answer({"data": _shown(file)})


def _shown(file: File) -> dict[str, object]:
    life = int(MEDIA_LIFE.total_seconds())
    return {"id": file.id, "media_key": file.key, "expires_after_secs": life}


def _own(call: Call, identity: str) -> File:
    file = call.state.files.get(identity)
    if file is None or file.owner != call.user.id:
        name = "media_id"
        raise invalid(name, f"The media id [{identity}] is not known")
    return file


def append_upload(call: Call) -> SimResponse:
    """Take a piece."""
    file, number = _own(call, call.path["id"]), call.params.number("segment_index")
    piece = call.params.file("media")
    unknown = set(call.params) - {"media", "segment_index"}
    if unknown:
        raise invalid(min(unknown), "The field is not known")
    if piece is None or number is None or not 0 <= number < PIECES:
        name = "segment_index"
        raise invalid(name, f"segment_index must be from 0 to {PIECES - 1}, and media a file")
    if len(piece.content) > PIECE:
        raise RefusedError(431, "Request Header Fields Too Large")
    file.pieces[number] = piece.content
    ends = int((file.created_at + MEDIA_LIFE).timestamp())
    return call.answer({"data": {"expires_at": ends}})


def finalize_upload(call: Call) -> SimResponse:
    """Put the pieces together."""
    file = _own(call, call.path["id"])
    if sum(len(one) for one in file.pieces.values()) != file.size or set(file.pieces) != set(
        range(len(file.pieces))
    ):
        name = "media_id"
        raise invalid(name, "Segments do not add up to provided total file size.")
    state = call.state
    if file.finished_at is None:
        file.finished_at, file.fails = state.now, file.kind == "video" and state.failing > 0
        state.failing -= file.fails
        file.pieces = {0: b""}
    return call.answer({"data": {**_shown(file), "size": file.size, **_work(call, file)}})


def _work(call: Call, file: File) -> dict[str, Any]:
    if file.kind == "photo":
        return {}
    state = call.state.file_state(file)
    info: dict[str, object] = {"state": state}
    if state == "in_progress":
        info |= {"check_after_secs": CHECK_AFTER, "progress_percent": 10}
    return {"processing_info": info}


def upload_status(call: Call) -> SimResponse:
    """How far the work on a file is."""
    identity = call.params.text("media_id")
    if not identity or call.params.text("command") not in {None, "STATUS"}:
        name = "media_id"
        raise invalid(name, "media_id is required")
    file = _own(call, identity)
    return call.answer({"data": {**_shown(file), "size": file.size, **_work(call, file)}})


def post_metadata(call: Call) -> SimResponse:
    """Describe a file."""
    body = call.body("id", "metadata")
    file = _own(call, str(body.get("id")))
    metadata: Any = body.get("metadata") or {"alt_text": None}
    alt_text: Any = metadata.get("alt_text") or {"text": None}
    text: object = alt_text.get("text")
    if not isinstance(text, str) or len(text) > ALT_TEXT:
        name = "metadata.alt_text.text"
        raise invalid(name, f"alt_text has at most {ALT_TEXT} characters")
    file.alt_text = text
    return call.answer({"data": {"id": file.id, "associated_metadata": {"alt_text": {"text": text}}}})


_ALL = ("media.write",)
_UPLOAD = "/2/media/upload"
ROUTES = (
    Route("initialize_upload", "POST", f"{_UPLOAD}/initialize", initialize_upload, _ALL),
    Route("append_upload", "POST", f"{_UPLOAD}/:id/append", append_upload, _ALL),
    Route("finalize_upload", "POST", f"{_UPLOAD}/:id/finalize", finalize_upload, _ALL),
    Route("upload_status", "GET", _UPLOAD, upload_status, _ALL, frozenset({"command", "media_id"})),
    Route("post_metadata", "POST", "/2/media/metadata", post_metadata, _ALL),
)
