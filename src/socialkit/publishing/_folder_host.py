"""Files that platforms fetch, in a folder that a web server serves."""

from __future__ import annotations

import ipaddress
import os
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from socialkit.errors import ConfigurationError
from socialkit.models import HostedMedia, Media
from socialkit.publishing._media_store import LEFT_BEHIND, changed, copied, digest_of, require_digest
from socialkit.transport import base_address

__all__ = ["FolderMediaHost", "hosted_name", "public_address", "require_lifetime"]

LIFETIME: Final = timedelta(days=7)
READABLE: Final = 0o644
"""By everybody on the machine: a web server is another user."""
PART: Final = ".part"
"""How the names of copies end that are not whole yet, or are about to go."""
HOSTED: Final = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{2,4})?")
STRANGE: Final = re.compile(r"[\s\\\x00-\x1f\x7f]")

EXTENSIONS: Final[Mapping[str, str]] = {
    "application/pdf": ".pdf",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "image/avif": ".avif",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-msvideo": ".avi",
}
"""How a file's name ends, by its type: web servers tell the type by it."""


class FolderMediaHost:
    """Put files into a folder that is served at an address.

    A file is called by the SHA-256 of its bytes, so that nobody finds it who does not have it already. The
    folder must not be listed by its server, and the server must give types by the ends of names.

    Files that were put longer than `lifetime` ago are taken away when the next one is put; others in the
    folder are left alone.

    Args:
        path: The folder; it must be there.
        url: The address at which it is served, with https but for this machine itself.
        lifetime: How long a file stays after it was put: longer than platforms take to fetch it.

    Raises:
        ConfigurationError: The address is none that platforms can fetch from, or there is no time to live.

    Example:
        >>> import tempfile
        >>> from socialkit.testing import picture
        >>> host = FolderMediaHost(tempfile.mkdtemp(), "https://media.shop.example/posts")
        >>> host.put(picture()).url == host.put(picture()).url
        True
    """

    def __init__(self, path: str | os.PathLike[str], url: str, *, lifetime: timedelta = LIFETIME) -> None:
        self._path = Path(path)
        self._url = public_address(url)
        self._lifetime = require_lifetime(lifetime)

    def __repr__(self) -> str:
        return f"FolderMediaHost({os.fspath(self._path)!r}, {self._url!r})"

    def put(self, media: Media, /) -> HostedMedia:
        """Put a local file into the folder, and return its address.

        Raises:
            InvalidDraftError: The file lies behind a URL, or changed since it was opened.
            ConfigurationError: The folder is not there.
            OSError: It cannot be read, or there is no room for it.
        """
        digest, name = hosted_name(media)
        target = self._path / name
        put_at = _refreshed(target, digest) or self._copy(media, target, digest)
        self._sweep(put_at)
        return HostedMedia(url=self._url + name, until=put_at + self._lifetime)

    def remove(self, media: Media, /) -> None:
        """Take a file away; whoever asks for it then gets what the server has for missing files."""
        (self._path / hosted_name(media)[1]).unlink(missing_ok=True)

    def _copy(self, media: Media, target: Path, digest: str) -> datetime:
        if not self._path.is_dir():
            message = f"there is no folder {self._path} to be served: is its disk there?"
            raise ConfigurationError(message)
        number, name = tempfile.mkstemp(dir=self._path, prefix=".", suffix=PART)
        copy = Path(name)
        try:
            with os.fdopen(number, "wb") as file, media.stream() as source:
                if copied(source, file, media) != digest:
                    raise changed(media)
            copy.chmod(READABLE)
            put_at = _changed_at(copy)
            copy.replace(target)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        return put_at

    def _sweep(self, now: datetime) -> None:
        for file in self._path.iterdir():
            try:
                if HOSTED.fullmatch(file.name) and _changed_at(file) < now - self._lifetime:
                    self._discard(file, now)
                elif _is_left_behind(file, now):
                    file.unlink()
            except FileNotFoundError:  # another process was faster
                continue

    def _discard(self, file: Path, now: datetime) -> None:
        aside = file.with_name(f".{file.name}.{os.urandom(8).hex()}{PART}")
        file.rename(aside)
        # Looked at again where `put` does not find it: whoever puts it from now on copies it anew.
        if _changed_at(aside) < now - self._lifetime:
            aside.unlink()
        else:
            aside.replace(file)


def hosted_name(media: Media) -> tuple[str, str]:
    """Return the digest of a file, and what it is called at a media host."""
    digest = require_digest(media.sha256())
    return digest, digest + EXTENSIONS.get(media.mime_type or "", "")


def public_address(url: str) -> str:
    """Return an address that names can be added to.

    Raises:
        ConfigurationError: Platforms cannot fetch from it.
    """
    shown = base_address(url)
    try:
        parts = urlsplit(shown)
        secure = parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(parts.hostname))
        good = secure and bool(parts.hostname) and not STRANGE.search(shown) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        message = f"files must be served at an address such as https://media.shop.example, not {shown}"
        raise ConfigurationError(message)
    return f"{shown.rstrip('/')}/"


def require_lifetime(lifetime: timedelta) -> timedelta:
    """Return a time to live.

    Raises:
        ConfigurationError: It is none.
    """
    if lifetime <= timedelta():
        message = f"lifetime={lifetime} leaves no time in which a file could be fetched"
        raise ConfigurationError(message)
    return lifetime


def _refreshed(target: Path, digest: str) -> datetime | None:
    """Have a file live on from now, and return that time; None if it is not there, or damaged."""
    try:
        if digest_of(target) != digest:
            return None
        os.utime(target)
        return _changed_at(target)
    except FileNotFoundError:  # or a sweep looks at it just now
        return None


def _is_this_machine(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _is_left_behind(file: Path, now: datetime) -> bool:
    """Return whether somebody was killed who was about to make a file of this, or to remove it."""
    ours = file.name.startswith(".") and file.name.endswith(PART)
    return ours and now - _changed_at(file) > timedelta(seconds=LEFT_BEHIND)
