"""Did it make a difference? Teams that began a programme against those that had not yet, quarter by quarter."""
