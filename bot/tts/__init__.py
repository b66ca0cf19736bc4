"""Speaking: the Synthesizer port, one small module an engine, and the cache of what was said before."""
