-- PostgreSQL lets everybody call these. A reader must not be able to hold up the night (advisory locks), to write
-- (large objects), or to count other councils' rows (statistics and sizes of tables that it cannot read).
do $$
declare
    one record;
begin
    for one in
        select oid::regprocedure::text as signature from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace and (
            proname ~ '^pg_(try_)?advisory_' or proname ~ '^pg_stat_get_'
            or proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lowrite', 'lo_unlink')
            or proname in ('pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size')
        )
    loop
        execute format('revoke execute on function %s from public', one.signature);
        execute format('grant execute on function %s to loader, transformer, publisher', one.signature);
    end loop;
end
$$;
