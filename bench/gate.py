"""What share of a night the gate takes: checks, the release diff, publishing. The second of two nights is timed.

SOCIALCARE_BENCH_PUBLISHED=FOLDER python -m bench.gate     a mirror of the real published files
python -m bench.gate                                       the bundled sample
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from socialcare.settings import get_settings

_PARTS = ("checks", "release diff", "publish")


def main() -> None:
    from socialcare import embedded
    from socialcare.steps import night
    from socialcare.warehouse import schema

    home = Path(tempfile.mkdtemp(prefix="socialcare-bench-"))
    home.chmod(0o755)
    published = os.environ.get("SOCIALCARE_BENCH_PUBLISHED")
    os.environ["SOCIALCARE_HOME"] = str(home)
    if published:
        os.environ |= {"SOCIALCARE_SOURCES": "mirror", "SOCIALCARE_PUBLISHED": published}
    get_settings.cache_clear()
    took = _timed()
    try:
        with embedded.available():
            schema.apply()
            for name in ("first", "second"):
                took |= dict.fromkeys(_PARTS, 0.0)
                began = time.monotonic()
                code = night.run(name)
                whole = time.monotonic() - began
                if code != night.CLEAN:
                    raise SystemExit(f"the {name} night ended with {code}: {night.failures(name)}")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"| of the second night ({whole:.1f} s) | seconds | share |")
    print("|---|---|---|")
    for part in _PARTS:
        print(f"| {part} | {took[part]:.2f} | {took[part] / whole:.1%} |")


def _timed() -> dict[str, float]:
    """Note how long each part takes from now on; let every night build, whether or not anything changed."""
    from socialcare.gate import review
    from socialcare.quality import runner
    from socialcare.steps import build
    from socialcare.warehouse import versions

    took: dict[str, float] = dict.fromkeys(_PARTS, 0.0)

    def noting(part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **more: Any) -> Any:
            began = time.monotonic()
            try:
                return call(*arguments, **more)
            finally:
                took[part] += time.monotonic() - began

        return timed

    runner.run = noting("checks", runner.run)
    review.review = noting("release diff", review.review)
    versions.publish = noting("publish", versions.publish)
    build.build_key = lambda: str(time.monotonic())
    return took


if __name__ == "__main__":
    main()
