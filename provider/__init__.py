"""HTTP to the provider's media API: client, answers, errors and downloads. Usable without the bot."""
