"""The counter: requests, decisions, visits, tills, vault, pouches, stock and receipts. Pure: facts or one refusal."""
