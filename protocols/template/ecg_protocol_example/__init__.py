"""A protocol pack: the YAML files beside this one. It holds no code, and none is run."""
