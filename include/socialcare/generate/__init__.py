"""Synthetic council extracts: the sample data, the test oracle and the benchmark. No real child is in them."""

from socialcare.generate.deliver import deliver
from socialcare.generate.ssda903 import Generated, Planted, ssda903

__all__ = ["Generated", "Planted", "deliver", "ssda903"]
