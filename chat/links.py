"""Links that open the bot."""


def request_link(username: str, request_id: int) -> str:
    """Return the link that shows its owner a request again (Bot API, deep linking)."""
    return f"https://t.me/{username}?start=r{request_id}"
