"""The media host that a workspace's file names: where local files are put for platforms that fetch them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, cast

from pydantic import AfterValidator, Discriminator, Field, Tag

from socialkit.errors import ConfigurationError
from socialkit.models import Model
from socialkit.models._told import told

if TYPE_CHECKING:
    from socialkit.publishing import FolderMediaHost, S3MediaHost

__all__ = ["HostTable"]

WEEK: Final = 7
SERVED: Final = (
    r"^(https://[^\s\\@?#/]+|http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?)(/[^\s\\@?#]*)?$(?!\n)"
)
"""Addresses that platforms can fetch from, for schemas."""


def _served(url: str) -> str:
    from socialkit.publishing._folder_host import public_address  # noqa: PLC0415 - few files name one

    try:
        public_address(url)
    except ConfigurationError as error:
        problem = error.message
    else:
        return url
    raise ValueError(problem)


Served = Annotated[str, AfterValidator(_served), told(pattern=SERVED)]
Words = Annotated[str, Field(min_length=1)]


class FolderHost(Model):
    """A folder that a web server serves."""

    kind: Literal["folder"]
    path: Words
    """Where it lies: counted from the folder of the workspace's file."""
    url: Served
    """At which address it is served."""
    lifetime_days: Annotated[int, Field(strict=True, ge=1, le=366)] = WEEK
    """How long a file stays after it was put."""

    def to_host(self, folder: Path) -> FolderMediaHost:
        """Return the host."""
        from socialkit.publishing import FolderMediaHost  # noqa: PLC0415 - as above

        return FolderMediaHost(folder / self.path, self.url, lifetime=timedelta(days=self.lifetime_days))


class S3Host(Model):
    """A bucket of S3, or of a store that speaks its protocol; boto3 finds who signs."""

    kind: Literal["s3"]
    bucket: Words
    url: Served | None = None
    """Where everybody can read the bucket; signed addresses if not given."""
    prefix: str = "hosted/"
    """What the keys of the files begin with."""
    region: str | None = None
    endpoint_url: Served | None = None
    """Where the store listens; Amazon's own if not given."""
    lifetime_days: Annotated[int, Field(strict=True, ge=1, le=WEEK)] = WEEK
    """How long an address holds."""

    def to_host(self, _folder: Path) -> S3MediaHost:
        """Return the host.

        Raises:
            ConfigurationError: boto3 is not installed.
        """
        from socialkit.publishing import S3MediaHost  # noqa: PLC0415 - as above

        return S3MediaHost(
            self.bucket,
            url=self.url,
            lifetime=timedelta(days=self.lifetime_days),
            prefix=self.prefix,
            endpoint_url=self.endpoint_url,
            region=self.region,
        )


def _kind(table: object) -> str | None:
    if isinstance(table, FolderHost | S3Host):
        return table.kind
    found = cast("dict[str, object]", table).get("kind") if isinstance(table, dict) else None
    return found if isinstance(found, str) else None


HostTable = Annotated[
    Annotated[FolderHost, Tag("folder")] | Annotated[S3Host, Tag("s3")],
    Discriminator(
        _kind,
        custom_error_type="kind",  # pydantic's own would repeat what stands there
        custom_error_message="it names no media host: write kind = 'folder' or kind = 's3'",
    ),
]
