"""Albums: a user without quota is refused once for all photos of an album, and a caption is asked about once."""

import pytest

from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.parametrize(
    ("captions", "settings", "refusal"),
    [
        (["sepia please", None, None], {"DAILY_QUOTA": "0"}, "owners only"),
        (["/imagine sepia please", None, None], {"DAILY_QUOTA": "0"}, "owners only"),
    ],
)
async def test_a_refused_album_is_refused_once_and_never_asked_about(
    own_bot: World, captions: list[str | None], settings: dict[str, str], refusal: str
) -> None:
    await own_bot.process.start(**settings)
    ann = own_bot.add_user()
    for caption in captions:
        own_bot.send_photo(ann, jpeg(), caption=caption, media_group_id="album")
    own_bot.telegram.say(ann, "/queue")  # a user's messages are handled in order
    await own_bot.wait_for_text(ann, "Nothing")
    texts = own_bot.texts(ann)
    assert len(texts) == 2
    assert refusal in texts[0]


@pytest.mark.parametrize("caption", ["sepia please --ar 5:7", "/imagine sepia please --ar 5:7"])
async def test_the_caption_of_an_album_is_asked_about_once(own_bot: World, caption: str) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    for words in (caption, None, None):
        own_bot.send_photo(ann, jpeg(), caption=words, media_group_id="album")
    own_bot.telegram.say(ann, "/queue")
    await own_bot.wait_for_text(ann, "Nothing")
    question, album, _ = own_bot.texts(ann)
    assert "A changed picture keeps its shape" in question
    assert "I change one photo at a time" in album
