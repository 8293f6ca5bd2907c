-- Reconciling with the payments network: its statements as they were read, and where they
-- disagree with the ledger. Views: all of them follow from the log.

-- One a day that is over.
create table statements (
    date text primary key,
    document text not null
) strict;
-- Its lines, so that what no statement shows can be found.
create table statement_lines (
    date text not null,
    line integer not null,
    transfer_id text not null,  -- the network's
    kind text not null,         -- settled or returned
    amount_minor integer not null,
    ours integer not null,      -- otherwise it stands in suspense
    primary key (date, line)
) strict;
create index statement_lines_by_transfer on statement_lines (transfer_id, kind);

create table findings (
    id text primary key,        -- class and what it is about: found once
    class text not null,
    open integer not null,
    movement_id text,
    document text not null
) strict;
create index findings_open on findings (id) where open = 1;
create index findings_by_movement on findings (movement_id) where movement_id is not null;
