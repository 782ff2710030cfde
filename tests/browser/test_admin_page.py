"""The admin page in a browser: with the keyboard alone, without mistakes for screen readers, and quiet while hidden."""

import itertools
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.test_accessibility import SCHEMES, WIDTHS, violations
from tests.support.admin_page import PREFIX, open_admin_world, sign_in_address
from tests.support.browser import TIMEOUT, Visitor
from tests.support.ledger import file_url
from tests.support.world import ADMIN, World, store_durations

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest_asyncio.fixture(loop_scope="session")
async def admin_world(migrated_file: Path, tmp_path: Path) -> AsyncIterator[World]:
    """Yield the world of a running bot with the admin page."""
    url = file_url(shutil.copy(migrated_file, tmp_path))
    store_durations(url)
    async with open_admin_world(tmp_path, url) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, admin_world: World) -> AsyncIterator[Visitor]:
    """Yield an open page, on which nobody is signed in. Warnings and errors in the console fail the test."""
    context = await browser.new_context(viewport={"width": 1180, "height": 900})
    opened = await context.new_page()
    opened.set_default_timeout(TIMEOUT)
    visitor = Visitor(opened, await admin_world.process.address())
    visitor.listen()
    await opened.goto(f"{visitor.address}{PREFIX}/admin")
    await expect(opened.locator("#sign-in")).to_be_visible()
    yield visitor
    await context.close()
    assert visitor.complaints == []


@pytest.fixture
def page(visit: Visitor) -> Page:
    """Return the open page."""
    return visit.page


async def _sign_in(world: World, page: Page) -> None:
    """Sign the admin in with a click on another site, as in Telegram's web app: no cookie of the page comes along."""
    address = await sign_in_address(world, world.add_user(user_id=ADMIN, name="Ada"))
    await page.goto(f"{page.url.replace('127.0.0.1', 'localhost').partition('#')[0]}#elsewhere")
    await expect(page.locator("#sign-in")).to_be_visible()
    link = "Object.assign(document.createElement('a'), { href: address })"
    await page.evaluate(f"address => document.body.appendChild({link}).click()", address)
    await expect(page.locator("#content")).to_be_visible()
    assert page.url.endswith(f"{PREFIX}/admin/")


async def _tab_to(page: Page, name: str, role: str = "button") -> None:
    """Press Tab until the element with a role and a name has the focus."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {name}")


async def _check(page: Page) -> None:
    """Check the present state in both schemes and widths, also that nothing is wider than the window."""
    for scheme, width in itertools.product(SCHEMES, WIDTHS):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size({"width": width, "height": 900})
        assert await violations(page) == [], f"{scheme}, {width} px"
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{width} px"


async def test_an_admin_does_everything_with_the_keyboard(admin_world: World, page: Page) -> None:
    world = admin_world
    zoe = world.add_user(name="Zoë")
    world.telegram.say(zoe, "/imagine an nsfw thing --ar 1:1")
    await world.wait_until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'failed'"))
    await world.wait_until(lambda: world.rows("SELECT 1 FROM users WHERE id = ?", zoe.id))
    await _sign_in(world, page)
    said = page.get_by_role("status").first

    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # the link to the content
    assert await page.evaluate("document.activeElement.id") == "content"
    await _tab_to(page, "Name, username or id", "searchbox")
    await page.keyboard.type("zoë")
    await page.keyboard.press("Enter")
    await expect(page.locator("#found-note")).to_contain_text("Users like “zoë”")
    await page.keyboard.press("Tab")
    await _tab_to(page, "Zoë")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=f"👤 Zoë {zoe.id}")).to_be_focused()
    await expect(page.get_by_role("article")).to_contain_text("Requests: 1; pictures: 0, failed: 1")

    await _tab_to(page, "Extra pictures", "spinbutton")
    await page.keyboard.type("4")
    await page.keyboard.press("Enter")
    await expect(said).to_contain_text("Given: 4 pictures")
    await expect(page.get_by_role("article")).to_contain_text("Paid or extra pictures: 4")
    await _tab_to(page, "🚫 Block")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text(f"Block {zoe.id}?")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("button", name="🚫 Block", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Yes, block").press("Enter")
    await expect(said).to_have_text(f"Blocked: {zoe.id}")
    await expect(page.get_by_role("button", name="Unblock")).to_be_focused()

    await _tab_to(page, "Text for users", "textbox")
    await page.keyboard.type("Back at <b>noon</b>")
    await page.keyboard.press("Enter")
    await expect(page.locator("#paused")).to_contain_text("⏸ Back at <b>noon</b>")
    await _tab_to(page, "▶️ Resume")
    await page.keyboard.press("Enter")
    await expect(said).to_contain_text("I take requests again.")
    await expect(page.locator("#paused")).to_be_hidden()
    await page.go_back()
    await expect(page.get_by_role("article")).to_be_hidden()
    kinds = world.rows("SELECT kind FROM admin_actions ORDER BY id")
    assert [row["kind"] for row in kinds] == ["grant", "ban", "pause", "resume"]

    await page.get_by_role("button", name="Sign out").press("Enter")
    await expect(page.locator("#sign-in")).to_be_visible()
    await expect(page.locator("#page")).to_be_hidden()


async def test_axe_finds_nothing_on_the_admin_page(admin_world: World, page: Page) -> None:
    """The states follow one another, each from the one before."""
    world = admin_world
    await _check(page)
    await page.goto(await sign_in_address(world, world.add_user(name="Eve")))
    await expect(page.locator("#sign-in-note")).to_contain_text("isn’t one of my admins")
    await _check(page)
    ben = world.add_user("ru", name="Борис")
    world.telegram.say(ben, "/imagine nsfw --ar 1:1")
    await world.wait_until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'failed'"))
    world.hold_tasks()
    for _ in range(3):
        world.telegram.say(ben, "/imagine a fox --ar 1:1")
    await world.wait_until(lambda: len(world.rows("SELECT 1 FROM requests WHERE state = 'running'")) == 2)
    await world.wait_until(lambda: world.rows("SELECT 1 FROM users WHERE id = ?", ben.id))
    world.telegram.say(world.add_user(user_id=ADMIN, name="Ada"), "/pause Back at noon")
    await world.wait_until_handled()
    await _sign_in(world, page)
    await expect(page.locator("#open li")).to_have_count(3)
    await expect(page.locator("#paused")).to_be_visible()
    await page.locator("#find input").fill("борис")
    await page.locator("#find button").click()
    await page.locator("#found button").click()
    await expect(page.locator("#card-title")).to_be_focused()
    await page.locator("#figures-show").click()
    await expect(page.locator("#figures th[scope=row]").first).to_be_visible()
    await expect(page.get_by_role("img", name="Statistics, 30 days")).to_be_visible()
    await page.locator("#words input").fill("?")
    await page.locator("#words button").first.click()
    await expect(page.locator("#said")).to_contain_text("/banword")
    await _check(page)
    await page.get_by_role("button", name="🚫 Block", exact=True).click()
    await expect(page.locator("#sure")).to_be_visible()
    await _check(page)
    await page.keyboard.press("Escape")
    world.finish_tasks()
    await world.wait_until_closed()
    await expect(page.locator("#nothing-open")).to_be_visible()
    await _check(page)


async def test_a_press_whose_answer_is_lost_acts_once(admin_world: World, visit: Visitor) -> None:
    world, page = admin_world, visit.page
    zoe = world.add_user(name="Zoë")
    await _sign_in(world, page)
    await page.goto(f"{page.url}#user={zoe.id}")
    await expect(page.locator("#card-title")).to_be_focused()

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/grant", lose, times=1)
    await page.get_by_label("Extra pictures").fill("3")
    give = page.get_by_role("button", name="🎁 Give")
    await give.click()
    await expect(page.locator("#said")).to_contain_text("I can’t be reached right now. Please try again")
    await give.click()
    await expect(page.locator("#said")).to_contain_text("This was done before")
    await page.get_by_label("Extra pictures").fill("2")
    await give.dblclick()
    await expect(page.locator("#said")).to_contain_text("Extra pictures there now: 5.")
    given = world.rows("SELECT details FROM admin_actions WHERE subject_id = ? ORDER BY id", zoe.id)
    assert [row["details"] for row in given] == ["3", "2"]

    await page.route("**/overview", lambda route: route.abort())
    await page.reload()
    await expect(page.locator("#said")).to_contain_text("I can’t be reached")
    await page.unroute("**/overview")
    await expect(page.locator("#at")).to_contain_text("UTC")
    await expect(page.locator("#said")).to_be_empty()
    lost = [one for one in visit.complaints if "net::ERR_FAILED" in one]
    assert len(lost) >= 2
    visit.complaints[:] = [one for one in visit.complaints if one not in lost]


async def test_a_press_after_the_opposite_acts_though_an_earlier_answer_was_lost(
    admin_world: World, visit: Visitor
) -> None:
    world, page = admin_world, visit.page
    zoe = world.add_user(name="Zoë")
    await _sign_in(world, page)
    await page.goto(f"{page.url}#user={zoe.id}")

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    async def block() -> None:
        await page.get_by_role("button", name="🚫 Block", exact=True).click()
        await page.get_by_role("button", name="Yes, block").click()

    await page.route("**/ban", lose, times=1)
    await page.route("**/pause", lose, times=1)
    await block()
    await expect(page.locator("#said")).to_contain_text("I can’t be reached")
    await page.get_by_role("button", name="⏸ Pause").click()
    resume = page.get_by_role("button", name="▶️ Resume")
    await resume.click()
    await expect(page.locator("#said")).to_contain_text("I take requests again.")
    await page.get_by_role("button", name="⏸ Pause").click()
    await expect(resume).to_be_visible()
    await page.goto(f"{page.url.partition('#')[0]}#")
    await page.goto(f"{page.url.partition('#')[0]}#user={zoe.id}")
    await page.get_by_role("button", name="Unblock").click()
    await expect(page.locator("#said")).to_contain_text("No longer blocked")
    await block()
    await expect(page.get_by_role("button", name="Unblock")).to_be_visible()
    kinds = world.rows("SELECT kind FROM admin_actions ORDER BY id")
    assert [row["kind"] for row in kinds] == ["ban", "pause", "resume", "pause", "unban", "ban"]
    visit.complaints[:] = [one for one in visit.complaints if "net::ERR_FAILED" not in one]


async def test_the_focus_stays_and_a_hidden_page_asks_nothing(admin_world: World, page: Page) -> None:
    world = admin_world
    ann = world.add_user(name="Ann")
    world.hold_tasks()
    world.telegram.say(ann, "/imagine a fox --ar 1:1")
    await world.wait_until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    await world.wait_until(lambda: world.rows("SELECT 1 FROM users WHERE id = ?", ann.id))
    await _sign_in(world, page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    name = page.locator("#open button")
    await expect(name).to_have_text("Ann")
    await name.focus()
    async with page.expect_response(re.compile("overview")):
        pass
    await expect(name).to_be_focused()

    hide = "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    await page.clock.install()
    await page.evaluate(hide, True)
    asked.clear()
    await page.clock.run_for(120_000)
    assert len(asked) <= 1  # the one that was on its way
    asked.clear()
    await page.clock.run_for(120_000)
    assert asked == []
    async with page.expect_response(re.compile("overview")):
        await page.evaluate(hide, False)
    world.finish_tasks()
    await world.wait_until_closed()
