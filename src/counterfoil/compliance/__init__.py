"""Compliance: what the law asks of the counter, as dates, amounts and duties. Pure rules; reports are made elsewhere."""
