"""A process that reads requests for the office's: HTTP, parsing and clerks' signatures on a second processor."""
