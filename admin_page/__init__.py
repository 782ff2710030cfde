"""The admin page: what the bot does now, its figures, and the actions of its admins, in a browser."""
