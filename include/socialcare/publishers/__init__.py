"""A small server that behaves like the publishers, over a bundled sample of what they really published."""
