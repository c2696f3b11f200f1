"""Stand-ins that behave: a misbehaving publisher, a mirror made from the bundled sample."""
