"""The files of planned posts in a bucket of S3, or of a store that speaks its protocol.

Each time that a file is kept it gets a new key below its digest, and nothing is ever written over: so what
was kept a moment ago cannot be what is discarded now, and no store need know how to compare before it writes.
"""

from __future__ import annotations

import os
import tempfile
import uuid
import weakref
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Final

from socialkit.errors import MediaStoreError
from socialkit.models import Media, require_aware
from socialkit.publishing._media_store import DIGEST, LEFT_BEHIND, digest_of, require_digest
from socialkit.publishing._s3 import Bucket, Kept
from socialkit.publishing._s3_errors import GoneError
from socialkit.transport import Secret, hide
from socialkit.transport._process import PerProcess

__all__ = ["S3MediaStore"]

SECOND: Final = timedelta(seconds=1)
"""What a bucket's times leave out."""
FRESH: Final = timedelta(minutes=10)
"""How long a file counts as kept just now: a post for many accounts does not copy its film for each."""
INCOMING: Final = "incoming-"
"""How the names of copies begin that are not whole yet."""
LOOKS: Final = 3
"""How often a file is looked for that others may just be keeping anew."""


class S3MediaStore:
    """Keep files of planned posts in a bucket that all workers reach; needs the `s3` extra.

    A file that is to be sent is fetched first, into a folder on this machine: it is looked at there, byte by
    byte, and stays for other posts with the same file until nobody has asked for it for a day.

    Args:
        bucket: Its name. Nobody but the workers needs to read it: they need the rights to list it, and to
            get, put and delete below `prefix`.
        prefix: What the keys of the files begin with.
        copies: The folder for fetched files; if not given, one that goes with the process.
        endpoint_url: Where the store listens; Amazon's own if not given.
        region: The bucket's region.
        access_key_id: Who signs; if not given, whom boto3 finds: in the environment, a profile, a role.
        secret_access_key: What to sign with.
        session_token: What belongs to a key that ends.

    Raises:
        ConfigurationError: boto3 is not installed, or an argument is none of its kind.

    Example:
        >>> S3MediaStore("acme-posts")
        S3MediaStore('acme-posts', prefix='media/')
    """

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = "media/",
        copies: str | os.PathLike[str] | None = None,
        endpoint_url: str | None = None,
        region: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | Secret | None = None,
        session_token: str | Secret | None = None,
    ) -> None:
        login = hide(access_key_id), hide(secret_access_key), hide(session_token)
        del access_key_id, secret_access_key, session_token  # they would stand in a traceback
        self._bucket = Bucket(bucket, endpoint_url=endpoint_url, region=region, login=login)
        self._prefix = prefix
        self._copies = Copies(copies)

    def __repr__(self) -> str:
        return f"S3MediaStore({self._bucket.name!r}, prefix={self._prefix!r})"

    def keep(self, media: Media, /) -> str:
        """Keep the bytes of a local file, and return their digest; those that are there already stay.

        Bytes of which the bucket does not say that they are these are replaced.

        Raises:
            InvalidDraftError: The file lies behind a URL, changed since it was opened, or is too large.
            ConfigurationError: The bucket is not there or may not be used, or there are no credentials.
            TransportError: The store cannot be reached.
            ServerError: It failed.
        """
        digest = media.sha256()
        before = self._kept(digest)
        if before and before[0].age < FRESH and self._bucket.is_whole(before[0].key, digest):
            return digest
        new = f"{self._below(digest)}{uuid.uuid4().hex}"
        if not any(self._renewed(one, new, digest, media) for one in before):
            self._bucket.put(new, media, digest)
        for one in before:
            self._bucket.delete(one.key)
        return digest

    def open(self, digest: str, /) -> Path:
        """Return a copy of these bytes on this machine, every one of them looked at.

        Raises:
            MediaStoreError: They are not there, or are other ones now.
            ConfigurationError: The bucket is not there or may not be used, or there are no credentials.
            TransportError: The store cannot be reached.
            ServerError: It failed.
        """
        copy = self._copies.found(require_digest(digest))
        return self._fetched(digest) if copy is None else copy

    def digests(self) -> Iterator[str]:
        """Iterate over what is kept, in no order."""
        last = ""
        for one in self._bucket.listed(self._prefix):
            digest = one.key.removeprefix(self._prefix).partition("/")[0]
            if digest != last and DIGEST.fullmatch(digest):
                yield digest
            last = digest

    def discard(self, digest: str, /, *, kept_before: datetime) -> bool:
        """Let bytes go that nobody needs, and return whether they are gone.

        They stay if somebody kept them at or after a time (aware), by the bucket's clock, or up to ten
        minutes before it.
        """
        oldest = require_aware(kept_before, "kept_before")
        kept = self._kept(digest)
        if any(one.at + FRESH + SECOND > oldest for one in kept):
            return False
        for one in kept:
            self._bucket.delete(one.key)
        return not self._kept(digest)  # unless somebody kept them meanwhile

    def _below(self, digest: str) -> str:
        return f"{self._prefix}{require_digest(digest)}/"

    def _kept(self, digest: str) -> list[Kept]:
        """Return what is kept of a digest, the newest first."""
        return sorted(self._bucket.listed(self._below(digest)), key=lambda one: one.at, reverse=True)

    def _renewed(self, one: Kept, new: str, digest: str, media: Media) -> bool:
        """Keep anew what is there already, without sending it, and return whether that was possible."""
        whole = self._bucket.is_whole(one.key, digest)
        return whole and self._bucket.copy(one.key, new, media.mime_type) is not None

    def _fetched(self, digest: str) -> Path:
        for _ in range(LOOKS):
            kept = self._kept(digest)
            if not kept:
                break
            with suppress(GoneError), self._copies.incoming() as copy:  # kept anew since it was listed
                with copy.open("wb") as target:
                    found = self._bucket.read(kept[0].key, target)
                if found == digest:
                    return self._copies.take(copy, digest)
                message = "the bytes of a kept file are not those that were kept: they were altered"
                raise MediaStoreError(message, digest=digest)
        message = f"a kept file is not in {self._bucket} any more"
        raise MediaStoreError(message, digest=digest)


class Copies:
    """A folder of files that were fetched, by their digests; several processes may share one."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self._given = None if path is None else Path(path)
        self._own = PerProcess(self._made)

    def found(self, digest: str) -> Path | None:
        """Return the copy with these bytes, every one of them looked at, if there is one."""
        copy = self._folder() / digest
        try:
            if digest_of(copy) != digest:
                return None
            os.utime(copy)  # somebody needs it still
        except FileNotFoundError:
            return None
        return copy

    @contextmanager
    def incoming(self) -> Generator[Path]:
        """Give a place for a copy; what is not taken over goes."""
        number, name = tempfile.mkstemp(dir=self._folder(), prefix=INCOMING)  # readable by its owner alone
        os.close(number)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def take(self, copy: Path, digest: str) -> Path:
        """Take over a copy that is whole, and let those go that nobody has asked for of late."""
        now, target = copy.stat().st_mtime, self._folder() / digest
        copy.replace(target)
        for other in self._folder().iterdir():
            ours = DIGEST.fullmatch(other.name) or other.name.startswith(INCOMING)
            with suppress(FileNotFoundError):  # another process was faster
                if ours and now - other.stat().st_mtime > LEFT_BEHIND:
                    other.unlink()
        return target

    def _folder(self) -> Path:
        if self._given is None:
            return self._own.get()
        self._given.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._given

    def _made(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="socialkit-media-"))
        weakref.finalize(self, _remove, folder, os.getpid())
        return folder


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # what a fork inherits is not its to remove
        rmtree(folder, ignore_errors=True)
