"""A server: one office at work, its faces composed on one event loop. Knows engines and faces; no rule of banking."""
