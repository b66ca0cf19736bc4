"""The page of calls as they happen: what it reads, how it is drawn, and what people want of a call."""
