"""Endpoints: files. Pictures are ready at once; video and audio take the instance a while."""

import mimetypes
import struct
from collections.abc import Mapping

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox._params import Params, SimFile
from socialkit.sandbox.mastodon import _facts as facts
from socialkit.sandbox.mastodon import _render as render
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._errors import invalid, not_found, unprocessable
from socialkit.sandbox.mastodon._records import Attachment
from socialkit.sandbox.mastodon._route import Route
from socialkit.sandbox.mastodon._text import graphemes

_MAGIC: Mapping[bytes, str] = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"\x1aE\xdf\xa3": "video/webm",
    b"ID3": "audio/mpeg",
    b"OggS": "audio/ogg",
    b"fLaC": "audio/flac",
}
_FRAME = b"\x21\xf9\x04"
"""Begins each frame of an animated GIF."""
UNKNOWN_SIZE = (640, 480)


def post_media(call: Call) -> SimResponse:
    """Upload a file."""
    state, file = call.state, call.params.file("file")
    if file is None:
        reason = "File can't be blank"
        raise invalid(reason)
    kind, size = _inspect(file)
    wait = kind != "image"
    one = Attachment(
        id=state.snowflake(),
        account_id=call.user.id,
        kind=kind,
        size=size,
        file_name=f"{state.rng.getrandbits(64):016x}{_extension(file, kind)}",
        ready_at=state.now + state.processing_time if wait else state.now,
        failed=wait and state.failing_media > 0,
    )
    _describe(one, call.params)
    state.failing_media -= one.failed
    state.media[one.id] = one
    ready = not wait or (not one.failed and one.ready_at <= state.now)
    return SimResponse.json(render.attachment(state, one), 200 if ready else 202)


def _inspect(file: SimFile) -> tuple[str, tuple[int, int]]:
    mime = _mime(file)
    kind = facts.MIME_TYPES.get(mime)
    if kind is None:
        reason = "File content type is invalid, File is invalid"
        raise invalid(reason)
    size = _dimensions(file.content) or UNKNOWN_SIZE
    bytes_allowed, pixels_allowed = (
        (facts.IMAGE_SIZE, facts.IMAGE_MATRIX) if kind == "image" else (facts.VIDEO_SIZE, facts.VIDEO_MATRIX)
    )
    if len(file.content) > bytes_allowed:
        reason = f"File file size must be less than or equal to {bytes_allowed // 1_048_576} MB"
        raise invalid(reason)
    if size[0] * size[1] > pixels_allowed:
        reason = f"{size[0]}x{size[1]} {kind}s are not supported"
        raise unprocessable(reason)
    animated = mime == "image/gif" and file.content.count(_FRAME) > 1
    return "gifv" if animated else kind, size


def _mime(file: SimFile) -> str:
    for magic, mime in _MAGIC.items():
        if file.content.startswith(magic):
            return mime
    if file.content[:4] == b"RIFF":
        return "image/webp" if file.content[8:12] == b"WEBP" else "audio/wav"
    if file.content[4:8] == b"ftyp" and not file.content_type.startswith(("audio/", "image/")):
        return "video/quicktime" if file.content[8:10] == b"qt" else "video/mp4"
    if file.content_type in facts.MIME_TYPES:
        return file.content_type
    return mimetypes.guess_type(file.name)[0] or file.content_type


def _extension(file: SimFile, kind: str) -> str:
    if kind in {"video", "gifv"}:
        return ".mp4"
    return ".mp3" if kind == "audio" else mimetypes.guess_extension(_mime(file)) or ".bin"


def _dimensions(content: bytes) -> tuple[int, int] | None:
    try:
        if content.startswith(b"\x89PNG"):
            width, height = struct.unpack(">II", content[16:24])
        elif content.startswith(b"GIF8"):
            width, height = struct.unpack("<HH", content[6:10])
        elif content.startswith(b"\xff\xd8"):
            return _jpeg_dimensions(content)
        else:
            return None
    except struct.error:
        return None
    return int(width), int(height)


def _jpeg_dimensions(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker, length = content[position + 1], int.from_bytes(content[position + 2 : position + 4])
        if marker in {0xC0, 0xC1, 0xC2, 0xC3}:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return int(width), int(height)
        position += 2 + length
    return None


def _describe(one: Attachment, params: Params) -> None:
    description, focus = params.text("description"), params.text("focus")
    if description is not None:
        if graphemes(description) > facts.MAX_ALT_TEXT:
            reason = f"Description is too long (maximum is {facts.MAX_ALT_TEXT} characters)"
            raise invalid(reason)
        one.description = description or None
    if focus:
        one.focus = _focus(focus)


def _focus(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        reason = "Focus is invalid"
        raise invalid(reason) from None
    return max(-1.0, min(1.0, x)), max(-1.0, min(1.0, y))


def _own(call: Call) -> Attachment:
    one = call.state.media.get(call.path["id"])
    if one is None or one.account_id != call.user.id:
        raise not_found()
    return one


def get_media(call: Call) -> SimResponse:
    """How far a file is: 200 ready, 206 in work, 422 failed."""
    one = _own(call)
    if one.ready_at <= call.state.now and one.failed:
        reason = "There was an error processing the media file"
        raise unprocessable(reason)
    ready = one.ready_at <= call.state.now
    return SimResponse.json(render.attachment(call.state, one), 200 if ready else 206)


def put_media(call: Call) -> SimResponse:
    """Describe a file that is not attached yet."""
    one = _own(call)
    if one.status_id is not None:
        raise not_found()
    _describe(one, call.params)
    return SimResponse.json(render.attachment(call.state, one))


def delete_media(call: Call) -> SimResponse:
    """Delete a file that is not attached."""
    one = _own(call)
    if one.status_id is not None:
        reason = "Media attachment is currently used by a status"
        raise unprocessable(reason)
    del call.state.media[one.id]
    return SimResponse.json({})


ROUTES = (
    Route("post_media", "POST", "/api/v2/media", post_media, ("write:media",), rate="media"),
    Route("get_media", "GET", "/api/v1/media/:id", get_media, ("write:media",)),
    Route("put_media", "PUT", "/api/v1/media/:id", put_media, ("write:media",)),
    Route("delete_media", "DELETE", "/api/v1/media/:id", delete_media, ("write:media",)),
)
