"""Training recipes: run from a checkout, never installed."""
