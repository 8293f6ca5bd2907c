-- Reads at a bank's size: what a page shows is in the order of an index, and small.

-- A line with a long past once more, without the length of it: what rows and the page of a line
-- show. Sealed like the document beside it. Null while the document itself is short.
alter table lines add column summary text;

-- The lines of one customer in the order they are listed in.
drop index lines_by_customer;
create index lines_by_customer on lines (customer_id, number);
