"""From bytes to raw: check and keep the bytes, read the tables in them, load all of a release or nothing."""
