"""The morning report: pages that open from a disk, need no script and fetch nothing, built from `published` alone."""
