//! A read that fails half-way leaves nothing behind: what is read later is what is there then.
#![forbid(unsafe_code)]

use domain::command::{Command, FreezeLine, UnfreezeLine};
use domain::ids::{CommandId, LineId};
use simulator::disk::Trouble;
use simulator::world::{World, base, id_of};

#[test]
fn reads_after_a_failed_read_see_what_was_written_since() {
    engine::chance::seed_this_thread(Some(3));
    let mut world = World::new(3);
    world.start().expect("it starts");
    let line = world
        .ask(async |engine| {
            let id: String = sqlx::query_scalar("select id from lines order by number limit 1")
                .fetch_one(&engine.reader().pool)
                .await
                .expect("a line");
            id.parse::<LineId>().expect("an id")
        })
        .expect("it lives");
    let mut failed = 0;
    for round in 0..60_u32 {
        world.disk.trouble(u64::from(round % 12), Trouble::Eio);
        let read = world.ask(async |engine| {
            // A page cache that was emptied reads the disk again.
            let _ = sqlx::query("pragma shrink_memory")
                .execute(&engine.reader().pool)
                .await;
            engine.reader().trial_balance(Some(line)).await.is_ok()
        });
        failed += u32::from(read == Ok(false));
        world.disk.no_trouble();
        let note = "A look".to_owned();
        let command = if round % 2 == 0 {
            Command::FreezeLine(FreezeLine {
                line_id: line,
                note,
            })
        } else {
            Command::UnfreezeLine(UnfreezeLine {
                line_id: line,
                note,
            })
        };
        let (_, last) = world
            .ask(async |engine| {
                let id = CommandId(id_of(0xd000 + u128::from(round)));
                engine.give_command(base().people.ada, id, command).await
            })
            .expect("it lives")
            .expect("it is done");
        let newest = world
            .ask(async |engine| engine.reader().events(None, None, 1).await)
            .expect("it lives")
            .expect("the log can be read");
        assert_eq!(newest.rows[0].seq, last, "round {round}: the past was read");
    }
    assert!(failed >= 5, "only {failed} reads failed");
}
