"""The address of an S3-compatible bucket with its credentials, as the setting `SOURCE_BUCKET` holds it."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

from pydantic import SecretStr

_PATTERN = re.compile(
    r"(?P<scheme>https?)://(?P<key_id>[^:/@\s]+):(?P<secret>\S+)@(?P<host>[^/@?#\s]+)/(?P<name>[^/?#\s]+)/?"
    r"(?:\?region=(?P<region>[\w-]+))?",
    re.IGNORECASE,
)
"""The secret may hold `/`, `+` and `@`: it ends at the last `@`."""
_REGION_IN_HOST = re.compile(r"(?:^|\.)s3[.-]([a-z]+-[a-z0-9-]+)\.")
"""Hosts such as `s3.eu-central-1.amazonaws.com` and `s3.us-west-004.backblazeb2.com` name their region."""
DEFAULT_REGION = "us-east-1"
"""The region of a server that has no regions, such as MinIO, and of `s3.amazonaws.com`."""


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """A bucket: `endpoint` is the server's base address; `region` is part of each signature."""

    endpoint: str
    name: str
    region: str
    key_id: str
    secret: SecretStr

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `https://KEY_ID:SECRET@HOST/BUCKET`, with `?region=…` if the host does not name it.

        Credentials may be percent-encoded. Raises ValueError without the value, which holds a secret.
        """
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError("is not https://KEY_ID:SECRET@HOST/BUCKET")
        host = match["host"].lower()
        in_host = _REGION_IN_HOST.search(host)
        return cls(
            endpoint=f"{match['scheme'].lower()}://{host}",
            name=match["name"],
            region=match["region"] or (in_host[1] if in_host else DEFAULT_REGION),
            key_id=unquote(match["key_id"]),
            secret=SecretStr(unquote(match["secret"])),
        )

    def __str__(self) -> str:
        """Return the address without the credentials."""
        return f"{self.endpoint}/{self.name}"
