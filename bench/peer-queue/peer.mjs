// The founding document's stack at the same business change: a draw on a line of credit.
// BullMQ's queue in Redis, one worker at concurrency 1, better-sqlite3 with synchronous FULL.
//
//   node peer.mjs clients=64 jobs=3000 lines=8192 redis=/path/to/redis.sock db=/path/to/file
//
// Prints one JSON line: { jobs, seconds, p99_ms }.
import Database from 'better-sqlite3';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { randomUUID } from 'node:crypto';

const given = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split('=')));
const clients = Number(given.clients);
const jobs = Number(given.jobs);
const lines = Number(given.lines);
const connection = { path: given.redis, maxRetriesPerRequest: null };

const store = new Database(given.db);
store.pragma('journal_mode = wal');
store.pragma('synchronous = full');
store.exec(`
  create table if not exists lines (
    id integer primary key, customer_id text not null, limit_minor integer not null,
    principal_minor integer not null, on_their_way_minor integer not null, version integer not null) strict;
  create table if not exists transactions (
    id text primary key, line_id integer not null references lines (id), kind text not null,
    amount_minor integer not null, state text not null, at_ms integer not null) strict;
  create index if not exists transactions_by_line on transactions (line_id, at_ms);
  create table if not exists outbox (
    idempotency_key text primary key, transaction_id text not null, body text not null) strict;
  create table if not exists audit (
    seq integer primary key, job_id text not null unique, who text not null, what text not null,
    payload text not null, at_ms integer not null) strict;
`);
if (store.prepare('select count(*) from lines').pluck().get() === 0) {
  const insert = store.prepare('insert into lines values (?, ?, 4000000, 0, 0, 1)');
  store.transaction(() => {
    for (let id = 0; id < lines; id += 1) insert.run(id, randomUUID());
  })();
}

const readLine = store.prepare('select * from lines where id = ?');
const updateLine = store.prepare(
  'update lines set on_their_way_minor = on_their_way_minor + ?, version = version + 1 where id = ?');
const insertTransaction = store.prepare('insert into transactions values (?, ?, ?, ?, ?, ?)');
const insertOutbox = store.prepare('insert into outbox values (?, ?, ?)');
const insertAudit = store.prepare(
  'insert into audit (job_id, who, what, payload, at_ms) values (?, ?, ?, ?, ?)');

const draw = store.transaction((job) => {
  const { drawId, lineId, amountMinor, who } = job.data;
  const line = readLine.get(lineId);
  if (!line) throw new Error('unknown line');
  const available = line.limit_minor - line.principal_minor - line.on_their_way_minor;
  if (amountMinor > available) throw new Error('over available');
  const now = Date.now();
  const transfer = {
    reference: drawId, direction: 'credit', amount_minor: amountMinor, currency: 'USD',
    account: { routing: '021000021', number: '770000000001' }, speed: 'standard', line: lineId,
  };
  updateLine.run(amountMinor, lineId);
  insertTransaction.run(drawId, lineId, 'draw', amountMinor, 'queued', now);
  insertOutbox.run(drawId, drawId, JSON.stringify(transfer));
  insertAudit.run(job.id, who, 'draw_requested', JSON.stringify(job.data), now);
  return { drawId, version: line.version + 1 };
});

const name = `draws-${process.pid}`;
const queue = new Queue(name, { connection });
const events = new QueueEvents(name, { connection });
const worker = new Worker(name, async (job) => draw.immediate(job), { connection, concurrency: 1 });
await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()]);
const keep = { removeOnComplete: true, removeOnFail: true };

let next = 0;
const latencies = [];
async function client() {
  while (next < jobs) {
    const place = next;
    next += 1;
    const began = performance.now();
    const data = { drawId: randomUUID(), lineId: place % lines, amountMinor: 100, who: 'sam' };
    const job = await queue.add('draw', data, { jobId: randomUUID(), ...keep });
    await job.waitUntilFinished(events);
    latencies.push(performance.now() - began);
  }
}
const began = performance.now();
await Promise.all(Array.from({ length: clients }, client));
const seconds = (performance.now() - began) / 1000;

latencies.sort((one, other) => one - other);
const p99 = latencies[Math.ceil(latencies.length * 0.99) - 1];
console.log(JSON.stringify({ jobs, seconds, p99_ms: p99 }));
await worker.close();
await queue.obliterate({ force: true });
await Promise.all([events.close(), queue.close()]);
store.close();
