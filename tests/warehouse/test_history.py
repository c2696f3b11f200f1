"""History without false change: ids given anew change nothing; corrections, deletions and late arrivals are kept.

Each test says what nights told, in rows of its own, and what is known after them.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from socialcare.database import connect
from socialcare.door import rotate
from socialcare.errors import Fault
from socialcare.registry import all_councils
from socialcare.warehouse import history

from .delivered import Row, deliver, empty, number, rows, token

EPISODES = (
    "select child_pseudonym, valid_from::text, valid_to::text, known_from::text, known_to::text, opened_as, closed_as"
    " from intermediate.int_history__ssda903__episodes order by 4, 2, 1, 5"
)


@pytest.fixture(autouse=True)
def _raw(module_warehouse: str) -> Iterator[None]:
    """One warehouse for all; after each test nothing of it is left."""
    yield
    empty()


def episode(child: str, decom: str, dec: str | None = None, **more: str | None) -> Row:
    said: Row = {"decom": decom, "dec": dec, "rne": "S", "ls": "C2", "place": "U6", "decom_is_month": False}
    return {"child_pseudonym": token(child), **said, **more}


def told(as_of: str, *episodes: Row, **more: object) -> int:
    return deliver(as_of, {"episodes": list(episodes)}, **more)  # type: ignore[arg-type]


def changes(delivery: int, table: str) -> dict[str, int]:
    return dict(
        rows(
            "select change, row_count from intermediate.int_history__changes"
            f" where delivery_id = {delivery} and table_name = '{table}'"
        )
    )


def referral(child: str, number: int, **more: str | None) -> Row:
    """A referral as SSD has it: its own number and that of its team, whatever the system calls them tonight."""
    return {
        "referral_pseudonym": token(f"record {number}"), "child_pseudonym": token(child),
        "referral_date": "2026-05-01", "need": "N1", "team_pseudonym": token("team"), **more,
    }  # fmt: skip


def test_a_night_of_numbers_given_anew_adds_no_change() -> None:
    children = [f"child {n}" for n in range(50)]
    for night, first in (("2026-06-01", 1000), ("2026-06-02", 5000)):
        tables = {
            "cin_episodes": [referral(child, first + n) for n, child in enumerate(children)],
            "cla_reviews": [
                {
                    "child_pseudonym": token(child), "review_pseudonym": token(f"review {first + n}"),
                    "care_pseudonym": token(f"care {first + n}"), "due_date": "2026-05-20", "review_date": None,
                }
                for n, child in enumerate(children)
            ],
        }  # fmt: skip
        last = deliver(night, tables, return_id="ssd")
    history.follow()
    assert changes(last, "cin_episodes") == {"told": 50}
    assert changes(last, "cla_reviews") == {"told": 50}
    assert rows("select distinct known_from::text, known_to from intermediate.int_history__ssd__cin_episodes") == [
        ("2026-06-01", None)
    ]


def test_rows_in_another_order_are_the_same_rows() -> None:
    a, b = episode("a", "2026-04-05"), episode("b", "2026-04-06")
    told("2026-06-01", a, b)
    last = told("2026-06-02", b, a)
    history.follow()
    assert changes(last, "episodes") == {"told": 2}


def test_a_correction_closes_what_was_said_and_opens_what_is_said_now() -> None:
    told("2026-06-01", episode("a", "2026-04-05", ls="C1"))
    last = told("2026-06-02", episode("a", "2026-04-05", ls="C2"))
    history.follow()
    assert rows("select ls, " + EPISODES.removeprefix("select ")) == [
        ("C1", token("a"), "2026-04-05", None, "2026-06-01", "2026-06-02", "first", "corrected"),
        ("C2", token("a"), "2026-04-05", None, "2026-06-02", None, "corrected", None),
    ]
    assert changes(last, "episodes") == {"told": 1, "corrected": 1}


def test_an_end_that_came_since_is_no_correction_and_one_that_was_forgotten_is() -> None:
    told("2026-06-01", episode("a", "2026-04-05"), episode("b", "2026-04-05"))
    told("2026-06-03", episode("a", "2026-04-05", "2026-06-02"), episode("b", "2026-04-05", "2026-05-02"))
    history.follow()
    assert rows("select child_pseudonym, opened_as from intermediate.int_history__ssda903__episodes"
                " where known_to is null order by 2") == [(token("b"), "corrected"), (token("a"), "ended")]  # fmt: skip


def test_a_deletion_closes_and_a_return_is_called_so() -> None:
    a, b = episode("a", "2026-04-05"), episode("b", "2026-04-06")
    told("2026-06-01", a, b)
    told("2026-06-02", a)
    told("2026-06-03", a, b)
    history.follow()
    assert [found for found in rows(EPISODES) if found[0] == token("b")] == [
        (token("b"), "2026-04-06", None, "2026-06-01", "2026-06-02", "first", "deleted"),
        (token("b"), "2026-04-06", None, "2026-06-03", None, "returned", None),
    ]


def test_what_was_entered_late_is_told_from_what_is_new() -> None:
    told("2026-06-01", episode("a", "2026-04-05"))
    last = told(
        "2026-06-03",
        *(episode("a", "2026-04-05"), episode("b", "2026-06-02"), episode("c", "2026-05-02")),
        # Taken in at birth: only the month is kept, and the day may be after the last delivery.
        episode("d", "2026-06-01", decom_is_month="true"),
    )
    history.follow()
    assert changes(last, "episodes") == {"told": 4, "new": 2, "late": 1}
    assert rows("select child_pseudonym from intermediate.int_history__ssda903__episodes where opened_as = 'late'") == [
        (token("c"),)
    ]


def test_a_row_that_waits_outside_is_not_a_deletion() -> None:
    a, b, c = (episode(child, "2026-04-05") for child in "abc")
    told("2026-06-01", a, b, c)
    last = told("2026-06-02", a, waiting={"episodes": [number("b")]})
    history.follow()
    assert changes(last, "episodes") == {"told": 1, "deleted": 1, "quarantined": 1}
    silent = "select child_pseudonym, not_told_since::text, not_told_because, known_to" \
             " from intermediate.int_history__ssda903__episodes where not_told_since is not null"  # fmt: skip
    assert rows(silent) == [(token("b"), "2026-06-02", "quarantined", None)]
    told("2026-06-03", a, waiting={"episodes": [number("b")]})
    history.follow()
    assert rows(silent) == [(token("b"), "2026-06-02", "quarantined", None)]
    told("2026-06-04", a, b)
    history.follow()
    assert rows(silent) == []
    assert [found[3:] for found in rows(EPISODES) if found[0] == token("b")] == [("2026-06-01", None, "first", None)]


def test_when_nobody_knows_whose_row_waits_nothing_is_called_deleted() -> None:
    told("2026-06-01", episode("a", "2026-04-05"), episode("b", "2026-04-05"))
    last = told("2026-06-02", waiting={"episodes": [None]})
    history.follow()
    assert changes(last, "episodes") == {"told": 0, "quarantined": 2}
    told("2026-06-03")
    history.follow()
    assert {found[4:] for found in rows(EPISODES)} == {("2026-06-03", "first", "deleted")}


def test_a_table_that_was_not_sent_says_nothing() -> None:
    deliver("2026-06-01", {"episodes": [episode("a", "2026-04-05")], "reviews": [
        {"child_pseudonym": token("a"), "review": "2026-05-01", "review_code": "PN1"}]})  # fmt: skip
    last = told("2026-06-02", episode("a", "2026-04-05"))
    history.follow()
    assert changes(last, "reviews") == {}
    assert rows(
        "select valid_from::text, valid_to::text, known_to from intermediate.int_history__ssda903__reviews"
    ) == [("2026-05-01", "2026-05-01", None)]


def test_what_leaves_the_span_of_a_list_is_not_deleted() -> None:
    def contact(day: str) -> Row:
        return {"child_pseudonym": token(day), "contact_date": day, "source": "1A"}

    days = ["2026-03-01", "2026-04-01", "2026-05-01"]
    deliver("2026-06-01", {"contacts": [contact(day) for day in days]}, return_id="annex_a")
    last = deliver("2026-06-02", {"contacts": [contact("2026-04-01")]}, return_id="annex_a")
    history.follow()
    assert changes(last, "contacts") == {"told": 1, "too_old": 1, "deleted": 1}
    # An older one is entered late: what left the span before is still not deleted.
    deliver("2026-06-03", {"contacts": [contact("2026-02-01"), contact("2026-04-01")]}, return_id="annex_a")
    history.follow()
    assert rows(
        "select valid_from::text, closed_as, not_told_because from intermediate.int_history__annex_a__contacts"
        " order by 1"
    ) == [
        ("2026-02-01", None, None), ("2026-03-01", None, "too_old"), ("2026-04-01", None, None),
        ("2026-05-01", "deleted", None),
    ]  # fmt: skip


def test_rows_that_say_exactly_the_same_are_counted_apart() -> None:
    factor = {"child_pseudonym": token("a"), "factor": "1A"}
    deliver("2026-03-30", {"assessment_factors": [factor, factor]}, return_id="cin_census", year=2026)
    last = deliver("2026-03-31", {"assessment_factors": [factor]}, return_id="cin_census", year=2026)
    history.follow()
    assert changes(last, "assessment_factors") == {"told": 1, "deleted": 1}


def test_two_collection_years_stand_side_by_side() -> None:
    told("2026-03-31", episode("a", "2025-10-01"), year=2026)
    told("2026-06-01", episode("a", "2025-10-01"), episode("b", "2026-05-01"), year=2027)
    last = told("2026-06-02", episode("a", "2025-10-02"), year=2026)  # last year's is still corrected
    history.follow()
    assert changes(last, "episodes") == {"told": 1, "deleted": 1, "late": 1}
    assert rows(
        "select collection_year, valid_from::text from intermediate.int_history__ssda903__episodes"
        " where known_to is null order by 1, 2"
    ) == [(2026, "2025-10-02"), (2027, "2025-10-01"), (2027, "2026-05-01")]


def test_a_list_of_no_year_goes_on_over_31_march() -> None:
    plan = {"child_pseudonym": token("a"), "plan_start": "2025-12-01", "plan_start_is_month": False}
    deliver("2026-03-31", {"child_protection": [plan]}, return_id="annex_a", year=2026)
    last = deliver("2026-04-01", {"child_protection": [plan]}, return_id="annex_a", year=2027)
    history.follow()
    assert changes(last, "child_protection") == {"told": 1}


def test_synthetic_and_real_never_mix() -> None:
    told("2026-06-01", episode("a", "2026-04-05"), is_synthetic=True)
    last = told("2026-06-02", episode("b", "2026-04-05"))
    history.follow()
    assert changes(last, "episodes") == {"told": 1, "first": 1}


def test_the_same_night_twice_reads_nothing_twice() -> None:
    told("2026-06-01", episode("a", "2026-04-05"))
    assert history.follow() == 1
    before = rows("select * from intermediate.int_history__ssda903__episodes")
    assert history.follow() == 0
    assert rows("select * from intermediate.int_history__ssda903__episodes") == before


def test_made_anew_it_is_the_same() -> None:
    nights = [
        (episode("a", "2026-04-05"), episode("b", "2026-04-06")),
        (episode("a", "2026-04-05", ls="C1"),),
        (episode("b", "2026-04-06"), episode("c", "2026-05-05")),
    ]
    for day, night in enumerate(nights, start=1):
        told(f"2026-06-0{day}", *night)
        history.follow()
    step_by_step = rows(EPISODES)
    assert len(step_by_step) == 5
    history.forget("durham")
    assert rows(EPISODES) == []
    assert history.follow() == 3
    assert rows(EPISODES) == step_by_step


def test_a_delivery_out_of_turn_takes_its_place() -> None:
    first, second = episode("a", "2026-04-05", ls="C1"), episode("a", "2026-04-05", ls="C2")
    told("2026-06-01", first)
    told("2026-06-05", second)
    history.follow()
    told("2026-06-03", second)
    assert history.follow() == 3
    assert [found[3:5] for found in rows(EPISODES)] == [("2026-06-01", "2026-06-03"), ("2026-06-03", None)]


def test_a_delivery_that_was_judged_again_is_read_again() -> None:
    delivery = told("2026-06-01", episode("a", "2026-04-05"))
    told("2026-06-02", episode("a", "2026-04-05"))
    history.follow()
    with connect("loader") as connection:
        connection.execute("update raw.ssda903__episodes set ls = 'E1' where _delivery_id = %s", [delivery])
        connection.execute("update raw.deliveries set reason = '' where delivery_id = %s", [delivery])
    assert history.follow() == 2
    assert [found[5:] for found in rows(EPISODES)] == [("first", "corrected"), ("corrected", None)]


def test_after_a_rotation_the_history_holds_the_new_tokens_and_no_change() -> None:
    told("2026-06-01", episode("a", "2026-04-05"))
    told("2026-06-02", episode("a", "2026-04-05"))
    history.follow()
    rotate.rotate("durham")
    history.follow()
    ((now,),) = rows("select distinct child_pseudonym from raw.ssda903__episodes")
    assert now != token("a")
    assert rows(EPISODES) == [(now, "2026-04-05", None, "2026-06-01", None, "first", None)]


def test_after_a_rotation_a_row_of_somebody_who_never_came_in_hides_no_deletion() -> None:
    told("2026-06-01", episode("a", "2026-04-05"))
    last = told("2026-06-02", waiting={"episodes": [number("never came in")]})
    rotate.rotate("durham")
    history.follow()
    assert changes(last, "episodes") == {"told": 0, "deleted": 1}


def test_a_rejected_delivery_is_no_night() -> None:
    told("2026-06-01", episode("a", "2026-04-05"))
    told("2026-06-02", verdict="rejected")
    assert history.follow() == 1
    assert rows(EPISODES)[0][4] is None


def test_a_history_is_not_made_from_a_part_of_the_rows() -> None:
    delivery = told("2026-06-01", episode("a", "2026-04-05"))
    with connect("loader") as connection:
        connection.execute("delete from raw.ssda903__episodes where _delivery_id = %s", [delivery])
    with pytest.raises(Fault, match="rows_missing_in_raw"):
        history.follow()
    assert rows("select 1 from intermediate.int_history__deliveries") == []


@pytest.mark.parametrize("role", ["analyst", *(council.role for council in all_councils())])
def test_nobody_who_reads_what_is_published_reads_a_history(role: str) -> None:
    for table in ("int_history__ssda903__episodes", "int_history__changes", "int_history__deliveries"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(f"select 1 from intermediate.{table}", role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows("select 1 from raw.waiting_subjects", role)
