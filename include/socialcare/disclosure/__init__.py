"""Disclosure control: what is shared of councils' own figures is attacked before it is published."""
