"""Cases of every product for the tests over everything."""

from cases import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings

PRODUCTS = (savings, checks, money_orders, bills, remittances, loans, people, mail, day_end)
