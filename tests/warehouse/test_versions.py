"""Versions: what people read changes at once and whole, can be taken back, and never loses a column unannounced."""

from __future__ import annotations

import psycopg
import pytest

from socialcare.database import ADMIN, connect
from socialcare.errors import Fault
from socialcare.settings import get_settings
from socialcare.warehouse import schema, versions

from .hand_made import make_marts, manifest, night, rows


def test_what_was_built_is_what_people_read(warehouse: str) -> None:
    version_id = night("first", 12.5, rows=2)
    assert versions.current() == version_id
    assert rows("analyst", "select count(*), sum(value) from published.comparison") == [(6, 75)]  # 3 x 2 x 12.5
    assert rows("analyst", "select version_id, is_stale, data_mode from published.about") == [
        (version_id, False, "sample")
    ]


def test_nothing_is_seen_before_the_pointer_moves(warehouse: str) -> None:
    night("first", 1)
    make_marts(2)
    versions.prepare("second", manifest=manifest())
    assert rows("analyst", "select distinct value from published.comparison") == [(1,)]


def test_an_unaudited_version_is_not_published(warehouse: str) -> None:
    make_marts(1)
    version_id = versions.prepare("first", manifest=manifest())
    with pytest.raises(Fault, match="version_not_audited"):
        versions.publish(version_id, None)
    versions.mark_failed(version_id)
    with pytest.raises(Fault, match="version_not_audited"):
        versions.publish(version_id, None)


def test_the_same_build_again_is_the_same_version(warehouse: str) -> None:
    first = night("same", 3, rows=50)
    before = versions.checksum(first)
    assert night("same", 3, rows=50) == first  # the marts were dropped and filled in another order
    assert versions.checksum(first) == before
    assert len(versions.list_versions()) == 1


def test_the_checksum_follows_the_figures_not_the_version(warehouse: str) -> None:
    one, two, three = night("a", 3), night("b", 3), night("c", 4)
    assert versions.checksum(one) == versions.checksum(two) != versions.checksum(three)


def test_the_same_inputs_with_other_figures_are_another_version(warehouse: str) -> None:
    assert night("same", 3) != night("same", 4)


def test_a_build_gives_way_to_a_newer_one(warehouse: str) -> None:
    seen = night("first", 1)
    make_marts(2)
    slow = versions.prepare("slow", manifest=manifest())
    versions.mark_audited(slow)
    night("quick", 3)
    with pytest.raises(Fault, match=r"version_unknown|newer_version_published"):
        versions.publish(slow, seen)
    assert rows("analyst", "select distinct value from published.comparison") == [(3,)]


def test_rolling_back_shows_the_version_before(warehouse: str) -> None:
    first, second = night("a", 1), night("b", 2)
    assert versions.rollback(why="the agency figure is wrong") == first
    assert rows("analyst", "select distinct value from published.comparison") == [(1,)]
    assert [v.state for v in versions.list_versions()] == ["withdrawn", "published"]
    with pytest.raises(Fault, match="nothing_to_roll_back_to"):
        versions.rollback(why="once more")
    assert versions.rollback(to=second, why="it was right after all") == second
    assert rows("analyst", "select distinct value from published.comparison") == [(2,)]


def test_bringing_a_version_back_keeps_the_one_before_it_restorable(warehouse: str) -> None:
    first, second = night("a", 1), night("b", 2)
    for _ in range(3):
        assert versions.rollback(why="try") == first
        assert versions.rollback(to=second, why="bring it back") == second
    assert [v.state for v in versions.list_versions()] == ["published", "published"]


def test_figures_that_a_person_withdrew_do_not_come_back_by_themselves(warehouse: str) -> None:
    night("a", 1)
    night("b", 2)
    versions.rollback(why="the agency figure is wrong")
    make_marts(2)
    with pytest.raises(Fault, match="the agency figure is wrong"):
        versions.prepare("b", manifest=manifest())
    night("c", 3)  # other figures pass
    assert rows("analyst", "select distinct value from published.comparison") == [(3,)]


def test_only_the_newest_versions_are_kept(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCARE_KEEP_VERSIONS", "2")
    get_settings.cache_clear()
    ids = [night(str(n), n) for n in range(4)]
    kept = rows("publisher", "select relname from pg_class where relname like 'comparison\\_\\_v%' and relkind = 'r'")
    assert {name for (name,) in kept} == {f"comparison__v{n}" for n in ids[-2:]}
    with pytest.raises(Fault, match="version_unknown"):
        versions.rollback(to=ids[0], why="too late")


def test_a_version_that_can_never_be_published_any_more_is_removed(warehouse: str) -> None:
    """It was checked, and another was published before it: publishing it is refused for ever."""
    night("first", 1)
    make_marts(2)
    late = versions.prepare("late", manifest=manifest())
    versions.mark_audited(late)
    make_marts(3)
    waits = versions.prepare("waits", manifest=manifest())  # and this may be published still
    versions.mark_audited(waits)
    assert [v.is_kept for v in versions.list_versions()] == [True, True, True]
    versions.publish(waits, versions.list_versions()[-1].version_id)
    night("next", 4)
    kept = {v.version_id: v.is_kept for v in versions.list_versions()}
    assert not kept[late]
    assert rows("publisher", f"select to_regclass('versions.comparison__v{late}')") == [(None,)]
    assert kept[waits]


def test_an_old_version_waits_for_its_last_reader(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCARE_KEEP_VERSIONS", "2")
    get_settings.cache_clear()
    night("0", 0)
    with connect("analyst") as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("select 1")  # the snapshot is taken; the view has not been read yet
        for n in range(1, 5):
            night(str(n), n)
        assert reader.execute("select distinct value from published.comparison").fetchall() == [(0,)]
    night("5", 5)
    assert [v.is_kept for v in versions.list_versions()] == [True, True, False, False, False, False]


def test_a_new_column_comes_last_and_old_versions_do_not_have_it(warehouse: str) -> None:
    first = night("a", 1)
    night("b", 2, extra="note")
    assert rows("analyst", "select distinct value, note from published.comparison") == [(2, "x")]
    versions.rollback(why="try")
    assert rows("analyst", "select distinct value, note from published.comparison") == [(1, None)]
    assert versions.checksum(first) == versions.list_versions()[1].checksum


def test_a_column_may_not_vanish_unannounced(warehouse: str) -> None:
    night("a", 1, extra="note")
    make_marts(1)
    with pytest.raises(Fault, match="column_vanished") as caught:
        versions.prepare("b", manifest=manifest())
    assert caught.value.where in ("comparison.note", "now_own.note")


@pytest.mark.parametrize(("remove_after", "allowed"), [("2020-01-01", True), ("2999-01-01", False)])
def test_a_deprecated_column_may_go_when_its_time_is_over(warehouse: str, remove_after: str, allowed: bool) -> None:
    old = {"note": {"description": "A note.", "config": {"meta": {"deprecated": {
        "since": "2019-01-01", "remove_after": remove_after, "use": "value"}}}}}  # fmt: skip
    declared = manifest(columns=old)
    declared["nodes"]["model.socialcare.now_own"]["columns"] = old
    night("a", 1, extra="note", manifest=declared)
    comment = rows("publisher", "select col_description('published.comparison'::regclass, 5)")
    assert f"DEPRECATED since 2019-01-01, removed after {remove_after}; use value." in comment[0][0]
    if allowed:
        night("b", 2)
        assert rows("analyst", "select distinct value, note from published.comparison") == [(2, None)]
        return
    with pytest.raises(Fault, match="column_vanished"):
        night("b", 2)


def test_a_column_may_go_at_once_when_its_model_says_so(warehouse: str) -> None:
    night("a", 1, extra="note")
    declared = manifest(removed=["note"])
    declared["nodes"]["model.socialcare.now_own"]["config"]["meta"]["removed"] = ["note"]
    night("b", 2, manifest=declared)
    assert rows("analyst", "select distinct note from published.comparison") == [(None,)]


def test_a_changed_type_is_refused(warehouse: str) -> None:
    night("a", 1)
    with connect("transformer") as connection:
        connection.execute("alter table marts.comparison alter column value type text")
    with pytest.raises(Fault, match="changed from numeric to text"):
        versions.prepare("b", manifest=manifest())


def test_two_rows_with_one_key_are_refused_without_telling_the_key(warehouse: str) -> None:
    make_marts(1)
    with connect("transformer") as connection:
        connection.execute("insert into marts.now_own select * from marts.now_own")
    with pytest.raises(Fault, match="grain_not_unique") as caught:
        versions.prepare("a", manifest=manifest())
    assert "Durham" not in str(caught.value)
    assert "E06000047" not in str(caught.value)
    make_marts(1)
    assert night("a", 1)  # and the attempt left nothing in the way


def test_who_may_read_is_never_guessed(warehouse: str) -> None:
    make_marts(1)
    with pytest.raises(Fault, match="access_not_declared"):
        versions.prepare("a", manifest=manifest(access=None))


def test_an_unchanged_view_is_left_alone_by_a_publish(warehouse: str) -> None:
    night("a", 1)
    with connect("analyst") as reader:  # an open transaction would block any change of the view
        reader.execute("select * from published.comparison")
        night("b", 2)
    assert rows("analyst", "select distinct value from published.comparison") == [(2,)]


def test_a_reader_who_blocks_a_change_of_shape_is_named_as_the_reason(warehouse: str) -> None:
    night("a", 1)
    with connect("analyst") as reader:
        reader.execute("select * from published.comparison")
        with pytest.raises(Fault, match="readers_in_the_way") as caught:
            night("b", 2, extra="note")
    assert caught.value.retryable
    night("b", 2, extra="note")


def test_a_night_that_published_nothing_makes_the_version_stale(warehouse: str) -> None:
    night("a", 1)
    checksum = rows("publisher", "select shared_checksum from versions.version")[0][0]
    with connect("publisher") as connection:
        connection.execute("insert into ops.nights (night_id, ended_at, exit_code) values ('n1', now(), 1)")
    told = rows("analyst", "select is_stale, stale_because, checksum from published.about")
    assert told == [(True, "the last night (n1) ended without publishing", checksum)]
    with connect("publisher") as connection:
        connection.execute("insert into ops.nights (night_id, ended_at, exit_code) values ('n2', now(), 0)")
    assert rows("analyst", "select is_stale from published.about") == [(False,)]


def test_a_version_that_no_night_confirmed_for_36_hours_is_stale(warehouse: str) -> None:
    night("a", 1)
    with connect("publisher") as connection:
        connection.execute("update versions.history set moved_at = now() - interval '37 hours'")
    assert rows("analyst", "select is_stale from published.about") == [(True,)]


def test_each_source_and_council_has_a_state(warehouse: str) -> None:
    night("a", 1)
    with connect("loader") as connection:
        connection.execute(
            "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic,"
            " content_sha256, rows_in, rows_loaded, rows_quarantined, verdict)"
            " values ('durham', 'ssda903', 2024, current_date - 3, true, 'abc', 1, 1, 0, 'accepted')"
        )
    told = rows(
        "analyst",
        "select source_id, state, extract_age_days, is_synthetic from published.source_status where kind = 'council'",
    )
    assert sorted(told) == [
        ("durham", "ok", 3, True),
        ("redcar_and_cleveland", "never_landed", None, None),
        ("south_tyneside", "never_landed", None, None),
    ]


def test_about_names_what_the_version_was_built_from_with_its_age_today(warehouse: str) -> None:
    """Not what is held now: a delivery that came after the version was built is no part of it."""
    deliver = (
        "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic,"
        " content_sha256, rows_in, rows_loaded, rows_quarantined, verdict)"
        " values ('durham', 'ssda903', 2024, current_date - %s, true, %s, 1, 1, 0, 'accepted')"
    )
    with connect("loader") as connection:
        connection.execute(deliver, [5, "abc"])
    night("a", 1)
    with connect("loader") as connection:
        connection.execute(deliver, [2, "def"])
    [(sources,)] = rows("analyst", "select sources from published.about")
    assert [(one["source"], one["release"], one["age_days"], one["state"]) for one in sources] == [
        ("durham", "ssda903/2024", 5, "ok")
    ]


def test_what_is_computed_when_read_is_no_part_of_the_version(warehouse: str) -> None:
    version_id = night("a", 1)
    days = rows("council_durham", "select days from published.now_own")
    assert days == rows("publisher", "select current_date - date '2024-01-01'")
    assert "days" not in rows("publisher", "select shape -> 'now_own' -> 'columns' from versions.version")[0][0]
    assert versions.checksum(version_id) == versions.list_versions()[0].checksum


def test_a_refused_delivery_and_a_failed_look_are_told_beside_the_last_good_one(warehouse: str) -> None:
    night("a", 1)
    with connect("loader") as connection:
        for sha, verdict, reason, age in (("1", "accepted", "", 2), ("2", "rejected", "a column is missing", 1)):
            connection.execute(
                "insert into raw.deliveries (council_id, return_id, collection_year, as_of_date, is_synthetic,"
                " content_sha256, rows_in, rows_loaded, rows_quarantined, verdict, reason, received_at)"
                " values ('durham', 'ssda903', 2024, current_date, true, %s, 0, 0, 0, %s, %s,"
                " now() - %s * interval '1 h')",
                [sha, verdict, reason, age],
            )
        connection.execute(
            "insert into raw.landings (source_id, table_name, release_id, release, publication_title, file_name,"
            " file_sha256, file_bytes, rows_loaded) values ('ons_population', 'nomis', 'ons_population/2023', '2023',"
            " 't', 'f', repeat('a', 64), 1, 1)"
        )
        connection.execute(
            "insert into raw.looks (source_id, outcome, fault, detail, remedy)"
            " values ('ons_population', 'kept_last_good', 'column_missing', 'No column obs_value.', 'Ask ONS.')"
        )
    told = rows(
        "analyst",
        "select source_id, newest_release, state, message from published.source_status"
        " where source_id in ('durham', 'ons_population') order by 1",
    )
    assert told == [
        ("durham", "ssda903/2024", "kept_last_good", "a column is missing"),
        ("ons_population", "ons_population/2023", "kept_last_good", "No column obs_value. Ask ONS."),
    ]


def test_starting_a_night_does_not_wait_for_an_open_reader(warehouse: str) -> None:
    night("a", 1)
    with connect("analyst") as reader, connect("council_durham") as other:
        reader.execute("select * from published.about, published.comparison")
        other.execute("select * from published.about, published.now_own")
        with connect(ADMIN) as connection:
            connection.execute("set lock_timeout = '2s'")
            for file in ("40_quality.sql", "50_versions.sql", "70_about.sql"):
                connection.execute((schema.DDL / file).read_text().encode())
        night("b", 2)
    assert rows("analyst", "select distinct value from published.comparison") == [(2,)]


def test_a_mart_that_was_deprecated_first_may_go(warehouse: str) -> None:
    over = {"since": "2019-01-01", "remove_after": "2020-01-01", "use": "now_own"}
    night("a", 1, manifest=manifest(deprecated=over))
    declared = manifest()
    del declared["nodes"]["model.socialcare.comparison"]
    night("b", 2, manifest=declared)
    with pytest.raises(psycopg.errors.UndefinedTable):
        rows("analyst", "select * from published.comparison")
    assert rows("analyst", "select count(*) from published.about") == [(1,)]


def test_withdrawn_figures_stay_away_whatever_they_are_built_from_next(warehouse: str) -> None:
    night("a", 1)
    bad = night("b", 2)
    versions.rollback(why="the figure is wrong")
    with pytest.raises(Fault, match="version_withdrawn"):
        night("another key, the same figures", 2)
    assert versions.rollback(bad, why="it was right after all") == bad
    assert [v.state for v in versions.list_versions()] == ["published", "published"]


def test_going_back_to_a_later_number_withdraws_what_is_left(warehouse: str) -> None:
    """Sample, mirror, sample: the older version is current again; leaving it for the newer one withdraws it."""
    first = night("a", 1)
    second = night("b", 2)
    make_marts(1)
    assert versions.prepare("a", manifest=manifest()) == first
    versions.publish(first, second)
    assert versions.rollback(why="a test") == second
    states = {v.version_id: v.state for v in versions.list_versions()}
    assert states == {first: "withdrawn", second: "published"}
