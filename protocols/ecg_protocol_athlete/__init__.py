"""Criteria for athletes as a pack of data that extends adult12; nothing to import."""
