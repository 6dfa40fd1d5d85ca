"""Files to attach to a post."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, Protocol, Self, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from socialkit.errors import InvalidDraftError
from socialkit.models._base import AwareTime, Model
from socialkit.models._probe import MediaKind, probe
from socialkit.models._problem import Basis, Problem

__all__ = ["Media", "MediaKeeper", "keeping"]

CHUNK = 1 << 18
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

KEEPER: Final = "socialkit.media"
"""The key of pydantic's `context` under which the keeper of files stands."""
DIGEST: Final = "sha256"
"""The key under which a packed file names its content."""
LOCAL: Final = frozenset({"path", "modified_at", "content", "url"})
"""The fields that lead to bytes which may be others by the time that they are followed."""
UNWRITABLE: Final = re.compile(r"[\ud800-\udfff]")
"""What stands in the name of a file whose bytes are no UTF-8: nothing that is sent can hold it."""

Coordinate = Annotated[float, Field(ge=-1, le=1)]


def _writable(name: str) -> str:
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", name)


class MediaKeeper(Protocol):
    """Takes files out of drafts that are serialised, and puts them back when they are read."""

    def keep(self, media: Media, /) -> str:
        """Keep a file's bytes, and return their SHA-256 in hexadecimal."""
        ...

    def place(self, digest: str, filename: str, /) -> Path | None:
        """Return where the bytes of a kept file lie; None when they are not to be read."""
        ...


def keeping(keeper: MediaKeeper) -> dict[str, object]:
    """Return the `context` with which pydantic writes and reads files by their digest."""
    return {KEEPER: keeper}


def _keeper_in(context: object) -> MediaKeeper | None:
    """Return the keeper in a context, which may be anybody's."""
    if not isinstance(context, Mapping):
        return None
    return cast("Mapping[str, MediaKeeper | None]", context).get(KEEPER)


class Media(Model):
    """A file to attach, looked at when it is opened: an unknown or broken one is refused at once.

    A file on disk is read while it is sent, not before, so it must stay where and as it is until then.
    Width and height, whether a picture is whole, and what a film is need the `media` extra (Pillow and
    pymediainfo): without it, and where a file does not tell them, they are None.

    Example:
        >>> gif = bytes.fromhex(
        ...     "47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b"
        ... )
        >>> media = Media.from_bytes(gif, filename="dot.gif", alt_text="One dot")
        >>> media.kind.value, media.mime_type, media.size
        ('image', 'image/gif', 43)
    """

    filename: Annotated[str, AfterValidator(_writable)]
    """The name under which the file is sent; `�` stands for each byte of it that is no UTF-8."""
    kind: MediaKind = MediaKind.UNKNOWN
    mime_type: str | None = None
    """The type as the file's first bytes tell it; None while it lies behind a URL."""
    size: int | None = None
    """Bytes; None while it lies behind a URL."""
    width: int | None = None
    """Pixels, where known; of a film as it is shown, so after it was turned."""
    height: int | None = None
    """Pixels, where known."""
    duration: timedelta | None = None
    """How long a film or sound lasts, where known: of MP4 and QuickTime files."""
    frame_rate: float | None = None
    """Pictures a second, on average, where known."""
    video_codec: str | None = None
    """How the pictures of a film are encoded, such as `h264`, where known."""
    audio_codec: str | None = None
    """How its sound is encoded, such as `aac`; None where there is none, or nothing is known."""
    alt_text: str | None = None
    """What the picture shows, for those who do not see it."""
    focus: tuple[Coordinate, Coordinate] | None = None
    """The point to keep when cropped, x and y from -1 to 1, (0, 0) the middle."""
    path: Path | None = None
    modified_at: AwareTime | None = None
    """When the file on disk was last written to; it is refused when that has changed."""
    content: bytes | None = Field(default=None, repr=False)
    url: str | None = None
    internal: bool = False
    """Whether the address behind `url` may be this machine's or an inside network's."""
    fetched_from: str | None = None
    """The host from which the content came; the address itself may hold a secret and is not kept."""

    _digest: str | None = PrivateAttr(default=None)
    """What a media store knows the content by."""

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        alt_text: str | None = None,
        focus: tuple[float, float] | None = None,
    ) -> Self:
        """Return the file at a path, looked at but not read.

        Args:
            path: The file.
            alt_text: What it shows.
            focus: The point to keep when cropped.

        Raises:
            FileNotFoundError: There is no such file.
            IsADirectoryError: It is a folder.
            InvalidDraftError: The file is empty, broken or of no kind that platforms take.
        """
        where = Path(path)
        if where.is_dir():  # Windows would speak of permissions
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(where))
        with where.open("rb") as file:
            size, modified_at = _state(file)
            media = cls._probed(file, where.name, size, alt_text=alt_text, focus=focus, path=where)
        return media.model_copy(update={"modified_at": modified_at})

    @classmethod
    def from_bytes(
        cls,
        content: bytes,
        *,
        filename: str,
        alt_text: str | None = None,
        focus: tuple[float, float] | None = None,
    ) -> Self:
        """Return a file held in memory.

        Raises:
            InvalidDraftError: The bytes are empty, broken or of no kind that platforms take.
        """
        file = io.BytesIO(content)
        return cls._probed(file, filename, len(content), alt_text=alt_text, focus=focus, content=content)

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        alt_text: str | None = None,
        focus: tuple[float, float] | None = None,
        internal: bool = False,
    ) -> Self:
        """Return a file at an address; it is fetched, and looked at, when the post is planned.

        A client that publishes without a journal fetches it then. A platform that fetches files by itself is
        told the address then, and may get other bytes than you saw; a publisher hands it what was fetched.

        Only the public internet is asked, wherever names and redirects lead: so an address may come from
        your users. Behind a proxy that is the proxy's to see to, except for addresses in numbers.

        Args:
            url: The address.
            alt_text: What the file shows.
            focus: The point to keep when cropped.
            internal: Whether it may lead to this machine or an inside network, by redirects too. Never for an
                address that somebody else gave: it could read what only your network may.

        Raises:
            InvalidDraftError: The address is not http or https.
        """
        filename = _name_behind(url)
        if filename is None:
            # A password in the address must not stand in the error, nor the address in its traceback.
            shown = url.rpartition("@")[2]
            del url
            raise _refusal(shown, "is not a plain http or https address")
        return cls(filename=filename, alt_text=alt_text, focus=focus, url=url, internal=internal)

    @classmethod
    def _probed(
        cls,
        file: BinaryIO,
        filename: str,
        size: int,
        *,
        alt_text: str | None,
        focus: tuple[float, float] | None,
        path: Path | None = None,
        content: bytes | None = None,
    ) -> Self:
        if size == 0:
            raise _refusal(filename, "is empty")
        found = probe(file)
        if found is None:
            raise _refusal(filename, "is of no kind that platforms take")
        if found.flaw is not None:
            raise _refusal(filename, f"is broken: {found.flaw}")
        return cls(
            filename=filename,
            kind=found.kind,
            mime_type=found.mime_type,
            size=size,
            width=found.width,
            height=found.height,
            duration=found.duration,
            frame_rate=found.frame_rate,
            video_codec=found.video_codec,
            audio_codec=found.audio_codec,
            alt_text=alt_text,
            focus=focus,
            path=path,
            content=content,
        )

    def stream(self) -> BinaryIO:
        """Return the file, opened for reading; the caller closes it.

        Raises:
            InvalidDraftError: The file lies behind a URL, or was changed or taken away since it was opened.
        """
        if self.content is not None:
            return io.BytesIO(self.content)
        if self.path is None:
            where = "behind a URL" if self._digest is None else "in a media store"
            raise _refusal(self.filename, f"lies {where} and was not fetched")
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise _refusal(self.filename, f"cannot be read: {error.strerror or error}") from error
        size, modified_at = _state(file)
        if size == self.size and self.modified_at in {None, modified_at}:
            return file
        file.close()
        raise _refusal(self.filename, "changed since it was opened")

    def sha256(self) -> str:
        """Return the digest of the content, in hexadecimal."""
        if self._digest is not None and not self._at_hand:
            return self._digest
        digest = hashlib.sha256()
        with self.stream() as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    @property
    def _at_hand(self) -> bool:
        return self.path is not None or self.content is not None

    @model_serializer(mode="wrap")
    def _packed(self, serialise: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        keeper = _keeper_in(info.context)
        if keeper is None or not (self._at_hand or self._digest or self.url):
            packed: dict[str, Any] = serialise(self)
            return packed
        digest = keeper.keep(self)
        size = len(self.content) if self.size is None and self.content is not None else self.size
        # Without its bytes at once: a film must not be written out as text first.
        bare = self.model_copy(update={**dict.fromkeys(LOCAL), "size": size})
        fields = {name: value for name, value in serialise(bare).items() if name not in LOCAL}
        return fields | {DIGEST: digest}

    @model_validator(mode="wrap")
    @classmethod
    def _unpacked(cls, data: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        keeper = _keeper_in(info.context)
        if keeper is None or not isinstance(data, Mapping):
            return read(data)
        fields: dict[str, Any] = dict(cast("Mapping[str, Any]", data))
        if any(fields.get(name) is not None for name in LOCAL):
            message = "a packed file names its content by its digest, never by where it lies"
            raise ValueError(message)
        if DIGEST not in fields:
            return read(fields)
        digest = str(fields.pop(DIGEST))
        media = read(fields)
        media = media.model_copy(update={"path": keeper.place(digest, media.filename)})
        media._digest = digest
        return media


def _state(file: BinaryIO) -> tuple[int, datetime]:
    """Return a file's size, and when it was last written to."""
    state = os.fstat(file.fileno())
    return state.st_size, EPOCH + timedelta(microseconds=state.st_mtime_ns // 1_000)


def _name_behind(url: str) -> str | None:
    """Return the name of the file at an address; None if it is no plain address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    if not url.isprintable() or " " in url or "\\" in url:  # passed over by one parser, not by the next
        return None
    return Path(parts.path).name or "file"


def _refusal(filename: str, message: str) -> InvalidDraftError:
    problem = Problem(field="media", message=f"{filename!r} {message}", basis=Basis.DRAFT)
    return InvalidDraftError("the file cannot be used", problems=[problem])
