"""One bucket of S3, or of a store that speaks its protocol: the calls that are needed of it."""

from __future__ import annotations

import base64
import hashlib
import importlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, partial
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn, Protocol

from socialkit.errors import ConfigurationError, InvalidDraftError
from socialkit.models import Basis, Media, Problem
from socialkit.publishing._media_store import CHUNK, changed
from socialkit.publishing._s3_errors import GoneError, OtherBytesError, boto3, told
from socialkit.transport import Secret, base_address, require_text
from socialkit.transport._process import PerProcess

__all__ = ["Bucket", "Kept"]

LOGIN: Final = ("access_key_id", "secret_access_key", "session_token")
LARGEST: Final = 5 << 30
"""The most bytes that S3 takes, or copies, in one request."""
UNKNOWN_TYPE: Final = "application/octet-stream"


class Kept(NamedTuple):
    """A file in a bucket."""

    key: str
    at: datetime
    """When it was put there, by the bucket's clock, without the fraction of its second."""
    age: timedelta
    """How long ago that was when it was listed, by the same clock."""


class Client(Protocol):
    """What is used of boto3's client, which has no types."""

    def put_object(self, **given: Any) -> dict[str, Any]: ...
    def head_object(self, **given: Any) -> dict[str, Any]: ...
    def get_object(self, **given: Any) -> dict[str, Any]: ...
    def copy_object(self, **given: Any) -> dict[str, Any]: ...
    def delete_object(self, **given: Any) -> dict[str, Any]: ...
    def list_objects_v2(self, **given: Any) -> dict[str, Any]: ...
    def generate_presigned_url(self, call: str, /, **given: Any) -> str: ...


class Bucket:
    """A bucket; may be shared between threads, and used on in a process that was forked.

    Args:
        name: The bucket's name.
        endpoint_url: Where the store listens; Amazon's own if not given.
        region: The bucket's region.
        login: The id of a key, its secret, and the token of one that ends; what boto3 finds if not given.

    Raises:
        ConfigurationError: boto3 is not installed, or an argument is none of its kind.
    """

    def __init__(
        self,
        name: str,
        *,
        endpoint_url: str | None,
        region: str | None,
        login: tuple[Secret | None, Secret | None, Secret | None],
    ) -> None:
        self.name = name
        self._endpoint = None if endpoint_url is None else base_address(endpoint_url)
        self._region = region
        self._login = dict(zip(LOGIN, login, strict=True))
        for argument, secret in self._login.items():
            require_text(argument, secret)
        key, secret_key, token = login
        if (key is None) != (secret_key is None) or (token is not None and key is None):
            message = "access_key_id= and secret_access_key= belong together: give both or neither"
            raise ConfigurationError(message)
        self._parts = PerProcess(partial(told, str(self), self._open))
        boto3()

    def __str__(self) -> str:
        return (
            f"bucket {self.name!r}" if self._endpoint is None else f"bucket {self.name!r} at {self._endpoint}"
        )

    def __reduce__(self) -> NoReturn:
        message = (
            "a bucket holds credentials and connections and cannot be pickled: make it where it is needed"
        )
        raise TypeError(message)

    # Calls -------------------------------------------------------------------------------------------

    def put(self, key: str, media: Media, digest: str) -> datetime:
        """Send a file's bytes, piece by piece, and return when they were taken.

        The store is told their digest before, so that it takes no others.

        Raises:
            InvalidDraftError: They are not those of the digest, or too many.
        """
        with media.stream() as source:
            body = Hashing(source)
            size = _size(body, media)
            try:
                answer = self._told(
                    "put_object",
                    Key=key,
                    Body=body,
                    ContentLength=size,
                    ContentType=media.mime_type or UNKNOWN_TYPE,
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=_checksum(digest),
                )
            except OtherBytesError:
                raise changed(media) from None
        if body.hexdigest() != digest:  # not every store looks
            self.delete(key)
            raise changed(media)
        return _time_of(answer)

    def is_whole(self, key: str, digest: str) -> bool:
        """Return whether a file is there of which the store itself says that it has the digest."""
        try:
            answer = self._told("head_object", Key=key, ChecksumMode="ENABLED")
        except GoneError:
            return False
        return bool(answer.get("ChecksumSHA256") == _checksum(digest))

    def copy(self, source: str, key: str, mime_type: str | None) -> datetime | None:
        """Copy a file, onto itself too, and return when; None if it is not there any more."""
        try:
            answer = self._told(
                "copy_object",
                CopySource={"Bucket": self.name, "Key": source},
                Key=key,
                MetadataDirective="REPLACE",  # or it could not be copied onto itself
                ContentType=mime_type or UNKNOWN_TYPE,
            )
        except GoneError:
            return None
        return _time_of(answer)

    def delete(self, key: str) -> None:
        """Delete a file, or nothing."""
        self._told("delete_object", Key=key)

    def listed(self, prefix: str) -> Iterator[Kept]:
        """Iterate over the files whose keys begin so, by their keys."""
        more: dict[str, Any] = {}
        while True:
            answer = self._told("list_objects_v2", Prefix=prefix, **more)
            for one in answer.get("Contents", ()):
                at = one["LastModified"].astimezone(UTC)
                yield Kept(str(one["Key"]), at, _time_of(answer) - at)
            if not answer.get("IsTruncated"):
                return
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def read(self, key: str, target: BinaryIO) -> str | None:
        """Write a file's bytes to another file, piece by piece.

        Returns:
            Their digest; None where the store itself tells that they are not what it took.

        Raises:
            GoneError: There is no such file.
        """
        digest, body = hashlib.sha256(), self._told("get_object", Key=key)["Body"]
        try:
            while piece := told(str(self), body.read, CHUNK):
                digest.update(piece)
                target.write(piece)
        except OtherBytesError:
            return None
        finally:
            body.close()
        return digest.hexdigest()

    def signed(self, key: str, seconds: int) -> str:
        """Return an address at which everybody can read a file for a time."""
        where = {"Bucket": self.name, "Key": key}
        call = self._parts.get()[1].generate_presigned_url
        return told(str(self), call, "get_object", Params=where, ExpiresIn=seconds)

    def login_passes(self) -> bool:
        """Return whether what signs ends by itself, as a role's credentials do."""
        found = told(str(self), self._parts.get()[0].get_credentials)
        return found is not None and bool(told(str(self), found.get_frozen_credentials).token)

    # Below -------------------------------------------------------------------------------------------

    def _told(self, call: str, /, **given: Any) -> dict[str, Any]:
        return told(str(self), getattr(self._parts.get()[1], call), Bucket=self.name, **given)

    def _open(self) -> tuple[Any, Client]:
        given = {f"aws_{name}": secret.reveal() for name, secret in self._login.items() if secret is not None}
        session = boto3().session.Session(botocore_session=_session(), region_name=self._region, **given)
        given.clear()  # they would stand in a traceback
        # Stores other than Amazon's seldom have a host name for each bucket.
        style = "auto" if self._endpoint is None else "path"
        kind: Any = importlib.import_module("botocore.config").Config
        config = kind(signature_version="s3v4", s3={"addressing_style": style})
        return session, session.client("s3", endpoint_url=self._endpoint, config=config)


def _session() -> Any:
    """Return a session of its own that knows nobody's credentials."""
    session: Any = importlib.import_module("botocore.session").Session()
    session.register_component("data_loader", _descriptions())
    return session


@cache
def _descriptions() -> Any:
    """Return what reads descriptions of Amazon's services: megabytes, and the same for each bucket."""
    return importlib.import_module("botocore.session").Session().get_component("data_loader")


class Hashing(io.RawIOBase):
    """Reads a file, and knows the digest of what was read since its beginning."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self._digest.update(piece)
        return piece

    def seek(self, place: int, whence: int = io.SEEK_SET, /) -> int:
        self._digest = hashlib.sha256()
        return self._source.seek(place, whence)

    def tell(self) -> int:
        return self._source.tell()

    def hexdigest(self) -> str:
        """Return the digest of what was read since it was last set to its beginning."""
        return self._digest.hexdigest()


def _size(body: Hashing, media: Media) -> int:
    size = body.seek(0, io.SEEK_END)
    body.seek(0)
    if media.size not in {None, size}:
        raise changed(media)
    if size > LARGEST:
        problem = Problem(
            field="media",
            message=f"{media.filename!r} is too large",
            limit=LARGEST,
            actual=size,
            unit="bytes",
            basis=Basis.DRAFT,
        )
        raise InvalidDraftError("the file cannot be kept", problems=[problem])
    return size


def _checksum(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def _time_of(answer: dict[str, Any]) -> datetime:
    """Return when a store answered, by its own clock."""
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC)
