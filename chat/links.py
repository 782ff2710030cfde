"""Links that open the bot."""


def request_link(address: str, request_id: int) -> str:
    """Return the link that shows its owner a request again (Bot API, deep linking). `address` is that of the bot."""
    return f"{address}?start=r{request_id}"
