"""A receipt as text, as a picture and as a printer's bytes; its slip as a QR code.

Always true (``tests/unit/engines/test_printing.py``): the code on every kind of paper is read back to exactly the
slip's text, blanks included (``test_the_code_is_read_back``); all kinds show the same rows, laid out once by
``counter.receipt``.
"""
