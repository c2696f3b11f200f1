"""Speed and memory, measured. Seconds depend on the machine; the ratios, both sides in one run, are the result."""
