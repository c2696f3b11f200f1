"""What would change for readers, whether that is too much to go out by itself, and a person's answer."""
