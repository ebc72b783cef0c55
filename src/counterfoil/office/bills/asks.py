"""Requests about bills paid at the window."""
