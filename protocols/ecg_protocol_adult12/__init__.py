"""The adult 12-lead protocol: data only."""
