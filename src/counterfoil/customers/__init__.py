"""People: names, addresses, identification. Personal data lives here and in one side table, outside the journal."""
