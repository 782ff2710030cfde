"""Favourites, the search, the deletion of one picture, the export and a link to a request, on the page."""

import json
import zipfile

import pytest
from playwright.async_api import expect

from tests.support.browser import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.long(30)
async def test_pictures_are_starred_found_exported_and_deleted(visitor: Visitor) -> None:
    page = visitor.page
    photos = page.locator(".photo img")
    newest = page.locator("#messages li").last
    for number, prompt in enumerate(("a red fox", "a lake"), 1):
        await visitor.write(f"/imagine {prompt} --ar 1:1")
        await expect(photos).to_have_count(number)
    fox = page.locator("#messages li", has=photos).first
    await fox.locator(".keys button", has_text="☆ Favourite").click()
    await expect(page.locator("#toast")).to_contain_text("/favorites shows them all")
    await expect(fox.locator(".keys button", has_text="★ Favourite")).to_have_count(1)
    await visitor.write("/favorites")
    await expect(newest).to_contain_text("★ Favourites")
    await expect(newest.locator(".keys button", has_text="★ Favourite")).to_have_count(1)
    await visitor.write("/history FOX")
    await expect(newest).to_contain_text("🔎 FOX")
    await expect(newest).to_contain_text("1 of 1")

    await visitor.write("/export")
    await expect(page.locator("a.file")).to_have_count(1)
    async with page.expect_download() as download:
        await page.locator("a.file").click()
    archive = zipfile.ZipFile(await (await download.value).path())
    entries = json.loads(archive.read("imagine.json"))["requests"]
    assert [entry["description"] for entry in entries] == ["a red fox", "a lake"]
    assert len(archive.namelist()) == 3

    await visitor.write(f"/start {entries[1]['link'].partition('=')[2]}")
    await expect(photos).to_have_count(5)
    await expect(newest).to_contain_text("a lake")
    for label in ("More", "Delete", "Yes, delete it"):
        await newest.locator(".keys button", has_text=label).click()
    await expect(photos).to_have_count(3)  # the picture and its copy are deleted, those of the fox stay
    await expect(page.locator("#messages")).not_to_contain_text("🗑")
