-- Days are closed: what falls due on a line is found by date.

-- The next evening on which the close of the day has something to do with the line: its cycle
-- ends, or a late fee falls due. Null while there is nothing, so that the index stays small.
alter table lines add column next_due_on text;
create index lines_due on lines (next_due_on, id) where next_due_on is not null;
