"""Requests about cash sent from office to office, and transfers that may be called back."""
