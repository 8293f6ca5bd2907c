-- Who holds the file alone can write into it, but not as the program does: rows that rights,
-- money and decisions hang on carry a MAC under a key only the open store has, and every commit's
-- head of the log is signed by this device.

-- The key the heads are signed with; the private half sealed under the store key.
create table device_key (
    one integer primary key check (one = 1),
    public_key blob not null,
    sealed blob not null
) strict;

-- The head of the log as each commit left it.
create table heads (
    seq integer primary key references events (seq),
    epoch integer not null,
    hash blob not null,
    signature blob not null
) strict;
create trigger heads_stay before update on heads begin select raise(abort, 'signed heads are never edited'); end;
create trigger heads_remain before delete on heads begin select raise(abort, 'signed heads are never deleted'); end;

-- HMAC-SHA-256 over a row's other columns. Null only until a store of an older program is opened
-- for the first time.
alter table store add column mac blob;
-- Whether a head of this store was ever kept outside of it: from then on it may not be missing.
alter table store add column remembered integer not null default 0;
alter table branch add column mac blob;
alter table users add column mac blob;
alter table persons add column mac blob;
alter table products add column mac blob;
alter table customers add column mac blob;
alter table lines add column mac blob;
-- The last event that changed the movement: an earlier row put back shows by it.
alter table movements add column last_seq integer;
alter table movements add column mac blob;
alter table findings add column mac blob;
alter table receipts add column mac blob;
alter table outbox add column mac blob;
