"""``python -m socialcare.cli``."""

from contextlib import suppress

from socialcare.cli import main

with suppress(KeyboardInterrupt):
    main()
