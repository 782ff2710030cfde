"""Floor 4: what people do in Telegram: one router a feature, thin."""
