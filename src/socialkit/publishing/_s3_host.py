"""Files that platforms fetch, in a bucket of S3 or of a store that speaks its protocol."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from socialkit.errors import ConfigurationError
from socialkit.models import HostedMedia, Media
from socialkit.publishing._folder_host import hosted_name, public_address, require_lifetime
from socialkit.publishing._s3 import Bucket
from socialkit.transport import Secret, hide

__all__ = ["S3MediaHost"]

LIFETIME: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=7)
"""How long a signed address may hold, at most."""
SURE: Final = timedelta(minutes=10)
"""How long a role's credentials hold at least when boto3 signs with them: it renews them before."""


class S3MediaHost:
    """Put files into a bucket from which platforms fetch them; needs the `s3` extra.

    A file is called by the SHA-256 of its bytes. Either everybody may read the bucket, and `url` is where, or
    each address is signed and ends after `lifetime`: with the credentials, if these end sooner.

    Nothing is removed by itself: give the bucket a lifecycle rule that deletes what lies below `prefix`
    longer than `lifetime`. What is put again counts as new.

    Args:
        bucket: Its name. Whoever signs needs the rights to list it, and to get, put and delete below
            `prefix`.
        url: Where everybody can read the bucket, such as the address of a CDN before it; signed addresses if
            not given.
        lifetime: How long an address holds: signed ones, seven days at most; others, by the bucket's rule.
        prefix: What the keys of the files begin with.
        endpoint_url: Where the store listens; Amazon's own if not given.
        region: The bucket's region.
        access_key_id: Who signs; if not given, whom boto3 finds: in the environment, a profile, a role.
        secret_access_key: What to sign with.
        session_token: What belongs to a key that ends.

    Raises:
        ConfigurationError: boto3 is not installed, or an argument is none of its kind.

    Example:
        >>> S3MediaHost("acme-public", url="https://media.shop.example")
        S3MediaHost('acme-public', prefix='hosted/')
    """

    def __init__(
        self,
        bucket: str,
        *,
        url: str | None = None,
        lifetime: timedelta = LIFETIME,
        prefix: str = "hosted/",
        endpoint_url: str | None = None,
        region: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | Secret | None = None,
        session_token: str | Secret | None = None,
    ) -> None:
        login = hide(access_key_id), hide(secret_access_key), hide(session_token)
        del access_key_id, secret_access_key, session_token  # they would stand in a traceback
        self._bucket = Bucket(bucket, endpoint_url=endpoint_url, region=region, login=login)
        self._url = None if url is None else public_address(url)
        self._lifetime = require_lifetime(lifetime)
        self._prefix = prefix
        if url is None and lifetime > LONGEST:
            message = f"lifetime={lifetime}: no signed address holds longer than {LONGEST.days} days"
            raise ConfigurationError(message)
        if url is None and endpoint_url is not None:
            public_address(endpoint_url)

    def __repr__(self) -> str:
        return f"S3MediaHost({self._bucket.name!r}, prefix={self._prefix!r})"

    def put(self, media: Media, /) -> HostedMedia:
        """Put a local file into the bucket, and return its address.

        Raises:
            InvalidDraftError: The file lies behind a URL, changed since it was opened, or is too large.
            ConfigurationError: The bucket is not there or may not be used, or there are no credentials.
            TransportError: The store cannot be reached.
            ServerError: It failed.
        """
        digest, name = hosted_name(media)
        key, put_at = self._prefix + name, None
        if self._bucket.is_whole(key, digest):
            put_at = self._bucket.copy(key, key, media.mime_type)  # for the rule that deletes what is old
        if put_at is None:
            put_at = self._bucket.put(key, media, digest)
        if self._url is not None:
            return HostedMedia(url=self._url + quote(key), until=put_at + self._lifetime)
        return self._signed(key)

    def remove(self, media: Media, /) -> None:
        """Take a file away; a CDN before the bucket may go on giving it.

        Raises:
            ConfigurationError: The bucket is not there or may not be used, or there are no credentials.
            TransportError: The store cannot be reached.
            ServerError: It failed.
        """
        self._bucket.delete(self._prefix + hosted_name(media)[1])

    def _signed(self, key: str) -> HostedMedia:
        url = self._bucket.signed(key, int(self._lifetime.total_seconds()))
        said = parse_qs(urlsplit(url).query)
        begins = datetime.strptime(said["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        holds = min(self._lifetime, SURE) if self._bucket.login_passes() else self._lifetime
        return HostedMedia(url=url, until=begins + holds)
