"""Calls over Twilio: the sound of a call through its Media Streams."""
