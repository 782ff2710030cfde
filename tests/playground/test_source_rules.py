"""The stand-in's rules for the addresses of pictures to edit, and their switches."""

import pytest

from playground.media import Media
from playground.source_rules import SourceRule, source_issues
from playground.switches import Switches
from playground.telegram import Telegram

ANY, LINKS, PUBLIC_LINKS = SourceRule.ANY, SourceRule.LINKS, SourceRule.PUBLIC_LINKS


@pytest.mark.parametrize(
    ("address", "accepted_by"),
    [
        ("https://bot.example.org/source/x", {ANY, LINKS, PUBLIC_LINKS}),
        ("http://8.8.8.8/x.jpg", {ANY, LINKS, PUBLIC_LINKS}),
        ("http://127.0.0.1:9000/x.jpg", {ANY, LINKS, PUBLIC_LINKS}),
        ("http://127.0.0.1:8080/x.jpg", {ANY, LINKS}),
        ("http://localhost/x.jpg", {ANY, LINKS}),
        ("http://minio:9000/x.jpg", {ANY, LINKS}),
        ("http://192.168.1.5/x.jpg", {ANY, LINKS}),
        ("data:image/jpeg;base64,AAAA", {ANY}),
        ("", {ANY}),
    ],
)
def test_each_rule_accepts_its_addresses(address: str, accepted_by: set[SourceRule]) -> None:
    accepted = {rule for rule in SourceRule if not source_issues([address], rule, {"127.0.0.1:9000"})}
    assert accepted == accepted_by


def test_an_issue_names_the_picture() -> None:
    (issue,) = source_issues(["data:x"], LINKS, ())
    assert issue["path"] == ["images", 0]


def test_the_strictest_switch_that_is_on_decides() -> None:
    switches = Switches(Telegram("4242:token"), Media("key"))
    rules = []
    for name, on in [("links", True), ("public-links", True), ("public-links", False), ("links", False)]:
        switches.flip(name, on=on)
        rules.append(switches.media.source_rule)
    assert rules == [LINKS, PUBLIC_LINKS, LINKS, ANY]
