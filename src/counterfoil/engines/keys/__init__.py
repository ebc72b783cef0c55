"""Keys: clerks' keys sealed by PIN and device secret, the node's key, the office key, and a clerk's key in a session.

Always true (``tests/unit/engines/test_keys.py``): no secret is written but sealed or in a file of mode 0600, none is
in the text of an error or of an object (``test_no_secret_is_shown``), and a session's key is gone once it is dropped.

What this claims: it stops the center and stolen copies of the data folder, not root on the office's own machine.
Python cannot promise that no copy of a dropped key is left in the memory of the process.
"""
