"""The admin page: what the bot does now, its figures, and the switches of the bot's admins, in a browser."""
