"""Sound within the bot: one format everywhere, voice activity, resampling, loudness."""
