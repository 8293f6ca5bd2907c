-- Changes of a line that wait for a second person: how many, so that the admins' desk finds them.
alter table lines add column waiting_changes integer not null default 0;
create index lines_with_changes on lines (number) where waiting_changes > 0;
