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
            or proname in (
                'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size',
                'pg_tablespace_size', 'pg_lock_status', 'pg_export_snapshot', 'pg_notify'
            )
        )
    loop
        execute format('revoke execute on function %s from public', one.signature);
        execute format('grant execute on function %s to loader, transformer, publisher', one.signature);
    end loop;
end
$$;

-- The estimated rows of every table, of all councils together, are columns of pg_class that anybody may read: whoever
-- knows its own count would know that of the others. A tool that asks for all columns of pg_class is refused.
do $$
begin
    execute 'revoke select on pg_catalog.pg_class from public';
    execute (
        select format('grant select (%s) on pg_catalog.pg_class to public', string_agg(quote_ident(attname), ', '))
        from pg_attribute
        where attrelid = 'pg_catalog.pg_class'::regclass and not attisdropped
            and attname not in ('reltuples', 'relpages', 'relallvisible', 'relallfrozen')
    );
    execute 'grant select on pg_catalog.pg_class to loader, transformer, publisher';
end
$$;

-- Samples of councils' own rows, taken before versions_tables.py had none taken: EXPLAIN would count with them.
delete from pg_catalog.pg_statistic
where starelid in (select polrelid from pg_policy where polname = 'council_reads_its_own_current_rows');

-- Nobody who reads has a use for programs of their own (DO, functions): they would run for as long as they like.
revoke usage on language sql, plpgsql from public;
grant usage on language sql, plpgsql to loader, transformer, publisher;

-- What the administrator makes here later is not for everybody either.
alter default privileges revoke execute on functions from public;
