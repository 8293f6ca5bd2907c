-- The desktop's store. Frozen once released: a change is a new file.
--
-- `events` is the truth. Everything below "Views" follows from it and can be rebuilt;
-- `branchline verify` proves that it does. Private values stand sealed under their customer's
-- own key wherever they stand in a payload or a document; clear names and phone numbers stand
-- only in `customers` and `customer_terms`, which forgetting deletes.

-- What this file is, and the store key wrapped under the passphrase.
create table store (
    one integer primary key check (one = 1),
    store_id text not null,
    device_id text not null,
    -- A restored backup goes on in a new epoch.
    epoch integer not null,
    demo integer not null,
    kdf text not null,          -- argon2id parameters and salt, as a PHC string without a hash
    wrapped_key blob not null
) strict;

create table events (
    seq integer primary key,
    stream text not null,
    stream_id text not null,
    stream_seq integer not null,
    type text not null,
    version integer not null,
    payload text not null,      -- the exact bytes; private members sealed
    at_ms integer not null,
    business_date text not null,
    command_id text not null,
    ordinal integer not null,
    user_id text,
    person_id text,
    device_id text not null,
    branch text not null,
    store_id text not null,
    epoch integer not null,
    customer_id text,           -- whose key seals the payload
    hash blob not null,         -- SHA-256 over the hash before and every column of this row
    unique (stream, stream_id, stream_seq),
    unique (command_id, ordinal)
) strict;

-- One a submission: what came of it, for the client that asks again.
create table receipts (
    command_id text primary key,
    actor text not null,        -- account id, or "guest", or "program"
    content_mac blob not null,  -- keyed, so that it betrays nothing of the content
    first_seq integer,
    last_seq integer,
    refusal_code text,
    refusal_field text,
    check ((first_seq is null) = (last_seq is null))
) strict;

-- Double entry, one row a leg. Debits positive, credits negative.
create table journal (
    seq integer not null references events (seq),
    entry integer not null,
    leg integer not null,
    kind text not null,
    account text not null,
    owner text not null,        -- line or teller; empty for an account of the branch
    amount_minor integer not null check (amount_minor <> 0),
    effective_on text not null,
    posted_on text not null,
    movement_id text,
    primary key (seq, entry, leg)
) strict, without rowid;
create index journal_by_owner on journal (owner, effective_on, seq, entry);
create index journal_by_account on journal (account, owner);

-- The key and the exact bytes of each transfer. The key is the movement's id: primary, so that
-- one obligation can never carry two.
create table outbox (
    idempotency_key text primary key,
    movement_id text not null unique check (movement_id = idempotency_key),
    line_id text not null,
    customer_id text not null,
    seq integer not null,       -- order within a line
    body text not null          -- sealed: it holds account numbers
) strict;

-- Keys and secrets. Not part of the log: deleting a key is how a customer is forgotten.
create table customer_keys (
    customer_id text primary key,
    version integer not null,
    wrapped blob not null
) strict;
create table credentials (
    user_id text primary key,
    phc text not null           -- argon2id; the log holds a keyed print of it
) strict;

-- Views -------------------------------------------------------------------------------------
-- `document` is the whole fold of an entity; the columns beside it are what is searched,
-- sorted and joined.

create table branch (
    one integer primary key check (one = 1),
    document text not null
) strict;
create table users (
    id text primary key,
    login text not null unique,
    name text not null,
    state text not null,
    role text,
    person_id text,
    document text not null
) strict;
create index users_by_state on users (state);
create table persons (
    employee_number text primary key,
    person_id text not null
) strict;
create table products (
    id text primary key,
    name text not null,
    document text not null
) strict;
create table customers (
    id text primary key,
    number text not null unique,
    name text,                  -- null once forgotten
    phone text,
    email text,
    city text,
    document text not null
) strict;
-- What a customer is found by: words of the name, digits of the phone, last four of an account.
create table customer_terms (
    term text not null,
    customer_id text not null,
    primary key (term, customer_id)
) strict, without rowid;
create index customer_terms_by_customer on customer_terms (customer_id);
-- Exact values found without being kept: keyed hashes.
create table blind_index (
    kind text not null,
    mac blob not null,
    customer_id text not null,
    primary key (kind, mac, customer_id)
) strict, without rowid;
create index blind_index_by_customer on blind_index (customer_id);
create table lines (
    id text primary key,
    number text not null unique,
    customer_id text not null,
    product_id text not null,
    status text not null,
    taken_by text not null,     -- account
    taken_person text not null,
    cancellation_requested integer not null,
    in_review integer not null,
    document text not null
) strict;
create index lines_by_customer on lines (customer_id);
create index lines_by_status on lines (status, number);
create index lines_by_taker on lines (taken_person, number);
create index lines_to_cancel on lines (number) where cancellation_requested = 1;
create table movements (
    id text primary key,
    line_id text not null,
    customer_id text not null,
    kind text not null,
    state text not null,
    on_its_way integer not null,
    -- Set while the sync job has something to do with it.
    next_at_ms integer,
    requested_seq integer not null, -- first event of it: the order of a line's history
    document text not null
) strict;
create index movements_by_line on movements (line_id, requested_seq);
create index movements_on_their_way on movements (line_id) where on_its_way = 1;
create index movements_to_do on movements (next_at_ms) where next_at_ms is not null;
create index movements_by_state on movements (state, requested_seq);

-- Not a view of the log: what somebody has typed and not sent yet. Sealed, deleted when sent.
create table drafts (
    user_id text not null,
    name text not null,
    body text not null,
    primary key (user_id, name)
) strict;

-- I8: nothing appended is ever edited.
create trigger events_stay before update on events begin select raise(abort, 'events are never edited'); end;
create trigger events_remain before delete on events begin select raise(abort, 'events are never deleted'); end;
create trigger journal_stays before update on journal begin select raise(abort, 'the journal is never edited'); end;
create trigger journal_remains before delete on journal begin select raise(abort, 'the journal is never deleted'); end;
create trigger receipts_stay before update on receipts begin select raise(abort, 'receipts are never edited'); end;
create trigger receipts_remain before delete on receipts begin select raise(abort, 'receipts are never deleted'); end;
create trigger outbox_stays before update on outbox begin select raise(abort, 'sent bytes are never edited'); end;
create trigger outbox_remains before delete on outbox begin select raise(abort, 'sent bytes are never deleted'); end;
