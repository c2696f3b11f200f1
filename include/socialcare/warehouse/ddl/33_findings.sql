-- What the door found, counted: all of it that may be read on the other side.
set role loader;

create or replace view raw.delivery_findings as
select
    delivery_id,
    table_name,
    rule_code,
    column_name,
    severity,
    count(distinct line) as rows_found
from door.findings
group by delivery_id, table_name, rule_code, column_name, severity;
comment on view raw.delivery_findings is 'How many rows of a delivery broke a rule, per table, rule and columns. No row, no value, no child.';

reset role;
