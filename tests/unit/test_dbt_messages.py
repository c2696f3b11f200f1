"""What dbt says of a failure travels to logs, pages and notices: it must not carry a row."""

from socialcare.warehouse.dbt import _without_values


def test_a_row_that_postgres_quotes_is_left_out() -> None:
    said = (
        'Database Error in model x (models/x.sql) null value in column "council_code" violates not-null constraint\n'
        "  DETAIL:  Failing row contains (null, Durham, 2026-10-31, 1221).\n  compiled code at target/run/x.sql"
    )
    kept = _without_values(said)
    assert "violates not-null constraint" in kept
    assert "1221" not in kept


def test_a_value_that_would_not_convert_is_left_out() -> None:
    kept = _without_values('invalid input syntax for type date: "09/08/2013"\nLINE 3: cast(x as date)')
    assert kept == "invalid input syntax for type date: (value withheld)"


def test_the_name_of_what_is_missing_stays() -> None:
    assert _without_values('column "rate" does not exist') == 'column "rate" does not exist'
