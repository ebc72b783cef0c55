"""Rules that say no to cash sent from office to office, and transfers that may be called back."""
