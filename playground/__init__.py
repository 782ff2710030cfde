"""Local stand-ins for the Bot API and the media API, over real HTTP, strict as the real ones. Imports no room."""
