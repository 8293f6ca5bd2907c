//! A commit that failed may stand on the disk all the same. Once the store is open again, the next
//! command belongs to the day the store is in.
#![forbid(unsafe_code)]

use domain::command::{CloseDay, Command, FreezeLine};
use domain::date::BusinessDate;
use domain::ids::{CommandId, LineId};
use simulator::disk::Trouble;
use simulator::world::{World, base, id_of};

/// Whether the day was closed, and the date of the command after it.
fn closed_and_gone_on(world: &World, day: BusinessDate) -> (bool, BusinessDate) {
    world
        .ask(async |engine| {
            let pool = &engine.reader().pool;
            let closed: bool = sqlx::query_scalar(
                "select exists (select 1 from events where type = 'day_closed')",
            )
            .fetch_one(pool)
            .await
            .expect("the log can be read");
            let line: String = sqlx::query_scalar("select id from lines order by number limit 1")
                .fetch_one(pool)
                .await
                .expect("a line");
            let freeze = Command::FreezeLine(FreezeLine {
                line_id: line.parse::<LineId>().expect("an id"),
                note: format!("After {day}"),
            });
            let id = CommandId(id_of(0xd101));
            let (_, last) = engine
                .give_command(base().people.ada, id, freeze)
                .await
                .expect("it is done");
            let date: String = sqlx::query_scalar("select business_date from events where seq = ?")
                .bind(i64::try_from(last).expect("a place"))
                .fetch_one(pool)
                .await
                .expect("the log can be read");
            (closed, date.parse().expect("a date"))
        })
        .expect("it lives")
}

#[test]
fn what_follows_a_failed_close_belongs_to_the_day_the_store_is_in() {
    let mut closed_unheard = 0;
    for at in 0.. {
        engine::chance::seed_this_thread(Some(5));
        let mut world = World::new(5);
        world.start().expect("it starts");
        let day = world
            .ask(async |engine| engine.store_view().await)
            .expect("it lives")
            .expect("the store can be read")
            .business_date;
        world.disk.trouble(at, Trouble::Eio);
        let answer = world
            .ask(async |engine| {
                let close = Command::CloseDay(CloseDay { date: day });
                let id = CommandId(id_of(0xd100));
                engine.give_command(base().people.ada, id, close).await
            })
            .expect("it lives");
        let struck = world.disk.struck();
        world.disk.no_trouble();
        let (closed, next) = closed_and_gone_on(&world, day);
        if closed {
            assert!(
                next > day,
                "operation {at}: after the close of {day} came {next}"
            );
        } else {
            assert_eq!(next, day, "operation {at}: {day} was not closed");
        }
        closed_unheard += u32::from(closed && struck);
        if !struck {
            assert!(answer.is_ok() && closed, "without trouble: {answer:?}");
            break;
        }
    }
    assert!(closed_unheard > 0, "no commit failed and stood");
}
