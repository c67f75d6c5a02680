"""Rules: data that judges measurements."""
