"""A local mirror: which releases it holds, whose they are, and what it may lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialcare.errors import Fault
from socialcare.extract import reading
from socialcare.extract.folder import Folder
from socialcare.registry import Source, all_sources, source
from socialcare.registry.publishers import Publishers

IN_NEED = "dfe_children_in_need"
C1 = "c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv"
D1 = "d1_child_protection_plans_2013_to_2024.csv"


def releases(root: Path, declared: Source) -> list[str]:
    return [release.release for release in Folder(root).look(declared, {})[0]]


def put(root: Path, declared: Source, *names: str) -> None:
    for name in names:
        path = root / declared.mirror.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")


def test_two_series_in_one_folder_take_the_releases_of_their_own(tmp_path: Path) -> None:
    later = source("dfe_social_work_workforce").model_copy(update={"first_release": "2022"})
    earlier = later.model_copy(update={"first_release": "2015", "last_release": "2016"})
    put(tmp_path, later, "2015/a.csv", "2016/a.csv", "2019/a.csv", "2022/a.csv", "2024/a.csv", "notes/a.csv")
    assert releases(tmp_path, later) == ["2022", "2024"]
    assert releases(tmp_path, earlier) == ["2015", "2016"]


def test_a_release_may_be_a_month_in_the_name_of_a_file_or_of_a_folder(tmp_path: Path) -> None:
    mirror = {"folder": "dfe/lait", "release_in_name": r"^lait_.*?(?P<release>\d{4}-\d{2})-\d{2}\.(csv|parquet)$"}
    declared = source("dfe_statistical_neighbours").model_copy(update={"first_release": "2024-01"})
    in_name = declared.model_copy(update={"mirror": declared.mirror.model_copy(update=mirror)})
    put(tmp_path, in_name, "lait_2023-11-15.parquet", "lait_2024-11-15.parquet", "lait_data_dictionary_2024-11-26.csv")
    assert releases(tmp_path, in_name) == ["2024-11"]
    in_folder = declared.model_copy(update={"mirror": declared.mirror.model_copy(update={"release_in_name": ""})})
    put(tmp_path, in_folder, "2024-11/a.csv", "2025/a.csv")
    assert releases(tmp_path, in_folder) == ["2024-11", "2025"]


def test_only_tables_that_feed_no_comparison_may_be_missing(tmp_path: Path) -> None:
    declared = source(IN_NEED)
    put(tmp_path, declared, f"2024/{C1}", f"2024/{D1}")
    (release,), _ = Folder(tmp_path).look(declared, {})
    assert {file.name for file in Folder(tmp_path).files(declared, release)} == {C1, D1}
    assert len(declared.tables) > 2
    (tmp_path / declared.mirror.folder / "2024" / D1).unlink()
    (release,), _ = Folder(tmp_path).look(declared, {})
    with pytest.raises(Fault, match="protection_plans") as fault:
        Folder(tmp_path).files(declared, release)
    assert fault.value.name == "file_missing"


def test_a_release_with_nothing_that_is_declared_is_not_taken_for_one(tmp_path: Path) -> None:
    declared = source(IN_NEED)
    others = {name: table.model_copy(update={"core": False}) for name, table in declared.tables.items()}
    declared = declared.model_copy(update={"tables": others})
    put(tmp_path, declared, "2024/readme.csv")
    (release,), _ = Folder(tmp_path).look(declared, {})
    with pytest.raises(Fault, match=r"readme\.csv") as fault:
        Folder(tmp_path).files(declared, release)
    assert fault.value.name == "file_missing"


def test_what_no_machine_fetches_is_asked_of_nobody_and_says_where_it_is(home: Path) -> None:
    by_hand = [declared for declared in all_sources() if declared.extract.family == "by_hand"]
    assert by_hand
    nobody = Publishers(*["http://127.0.0.1:9"] * 6)
    for declared in by_hand:
        with reading(declared, nobody) as extractor:
            assert extractor.look(declared, {}) == ([], {})
            assert declared.extract.family == "by_hand"
            assert declared.extract.address in extractor.note
