"""`.env.example` is the list of settings in words: complete, with true defaults, and loadable."""

import re
import shlex
from pathlib import Path

import pytest

from socialcare.settings import PROJECT_ROOT, Settings

TEXT = (PROJECT_ROOT / ".env.example").read_text()
LINES = re.findall(r"^# (.+)\n(#?)(SOCIALCARE_[A-Z_]+)=(.*)$", TEXT, flags=re.MULTILINE)


def test_every_setting_is_listed_once_and_no_other() -> None:
    listed = [name for _, _, name, _ in LINES]
    assert listed == [f"SOCIALCARE_{name.upper()}" for name in Settings.model_fields]


@pytest.mark.parametrize(("meaning", "comment", "name", "value"), LINES, ids=[line[2] for line in LINES])
def test_each_has_its_meaning_and_its_default(meaning: str, comment: str, name: str, value: str) -> None:
    field = Settings.model_fields[name.removeprefix("SOCIALCARE_").lower()]
    assert meaning == field.description
    default = field.default
    if isinstance(default, Path):  # depends on where the checkout is
        assert comment
        assert value == f"<this folder>{str(default).removeprefix(str(PROJECT_ROOT))}"
    elif default is None:
        assert (comment, value) == ("#", "")
    else:
        assert (comment, shlex.split(value)) == ("", [str(default)])
