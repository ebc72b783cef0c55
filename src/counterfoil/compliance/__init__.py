"""Compliance: what the law asks of the counter, as dates, amounts and duties. Pure rules; no report is made here."""
