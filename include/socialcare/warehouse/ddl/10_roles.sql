-- Roles of the platform. Login roles and passwords are made in Python (socialcare.warehouse.schema), so that
-- no password is ever part of a file. PUBLIC has nothing.
revoke all on schema public from public;

create schema if not exists ops;
create schema if not exists raw authorization loader;
create schema if not exists door authorization loader;
create schema if not exists reference authorization transformer;
create schema if not exists staging authorization transformer;
create schema if not exists intermediate authorization transformer;
create schema if not exists marts authorization transformer;
create schema if not exists quality authorization publisher;
create schema if not exists versions authorization publisher;
create schema if not exists published authorization publisher;

grant usage on schema raw to transformer, publisher;
grant usage on schema reference, marts to publisher;
grant usage on schema published to analyst;
alter default privileges for role loader in schema raw grant select on tables to transformer, publisher;
alter default privileges for role transformer in schema reference, marts grant select on tables to publisher;
