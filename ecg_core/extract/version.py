"""Name and version of the classical engine, as its measurements carry them."""

NAME = "classical"
VERSION = "1"
EXTRACTOR = f"{NAME} {VERSION}"
