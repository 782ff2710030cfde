"""The addresses of pictures to edit that the stand-in of the media API accepts.

The provider documents `images` as links. Of its public clients one sends `data:` addresses and works, another reports
that only public http(s) links are accepted (docs/media-api.md). So there is a rule for each.
"""

import ipaddress
from collections.abc import Collection
from enum import StrEnum
from urllib.parse import urlsplit


class SourceRule(StrEnum):
    """The addresses that are accepted: links and `data:`, http(s) links, or http(s) links to public hosts."""

    ANY = "any"
    LINKS = "links"
    PUBLIC_LINKS = "public links"


def source_issues(images: object, rule: SourceRule, public_hosts: Collection[str]) -> list[dict[str, object]]:
    """Return the issues with the addresses in `images`, in the provider's format."""
    if not isinstance(images, list) or rule is SourceRule.ANY:
        return []
    return [
        {"path": ["images", number], "expected": "url", "message": "Invalid URL"}
        for number, address in enumerate(images)
        if not _is_accepted(str(address), rule, public_hosts)
    ]


def _is_accepted(address: str, rule: SourceRule, public_hosts: Collection[str]) -> bool:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    return rule is SourceRule.LINKS or parts.netloc in public_hosts or _is_public(parts.hostname)


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))
