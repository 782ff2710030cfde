"""Local stand-ins for the Bot API and the media API, and the demo page. Imports no other package of the project."""
