"""YAML as people write it, for files that are generated and read."""

from __future__ import annotations

from typing import Any

import yaml


class _Indented(yaml.SafeDumper):
    """The items of a list stand further in than their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def yaml_text(content: dict[str, Any]) -> str:
    """Return the content as YAML in lines of 110 characters, keys in their order."""
    return yaml.dump(content, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=110)
