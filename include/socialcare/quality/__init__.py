"""What we expect of the world: suites in GX's own YAML, run on the warehouse, kept as rows, and the gate."""
