"""Synthetic council extracts: the sample data, the test oracle and the benchmark. No real child is in them."""

from socialcare.generate.deliver import deliver, deliver_all
from socialcare.generate.everything import truth, write_everything
from socialcare.generate.life import Life
from socialcare.generate.ssda903 import Generated, Planted, ssda903

__all__ = ["Generated", "Life", "Planted", "deliver", "deliver_all", "ssda903", "truth", "write_everything"]
