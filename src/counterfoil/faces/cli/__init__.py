"""The command line: parse, call operations, render. No rule of banking here."""
