//! A store that was just founded, and several people who want to be its admin: however their sign-ups
//! meet, whatever shares a commit, and wherever the power goes, it is one of them.
#![forbid(unsafe_code)]

use domain::account::{AccountState, Role};
use domain::ids::{CommandId, UserId};
use domain::view::SignUp;
use engine::engine::HashedSignUp;
use simulator::dice::Dice;
use simulator::disk::{Fate, Trouble};
use simulator::world::{World, id_of, password};
use simulator::{processors, proof};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

const PEOPLE: usize = 5;

/// Two of them may be the same person.
fn forms(same_person: bool) -> Vec<SignUp> {
    (0..PEOPLE)
        .map(|number| {
            let login = format!("claimant{number}");
            let person = if same_person && number == 1 {
                0
            } else {
                number
            };
            SignUp {
                id: CommandId(id_of(0xa000 + number as u128)),
                user_id: UserId(id_of(0xb000 + number as u128)),
                password: password(&login),
                login,
                name: format!("Claimant {person}"),
                employee_number: format!("C-{person:03}"),
                admin: true,
            }
        })
        .collect()
}

/// What came of each, in the order they ended.
async fn all_of<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<Pin<Box<F>>> = futures.map(Box::pin).collect();
    let mut done = Vec::new();
    poll_fn(|context| {
        waiting.retain_mut(|future| match future.as_mut().poll(context) {
            Poll::Ready(output) => {
                done.push(output);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done
}

/// All at once, each after as many turns of the others as the dice say. Some knock twice.
/// Who was told what; nothing where the power went first.
fn all_at_once(
    world: &World,
    same_person: bool,
    dice: &mut Dice,
) -> Option<BTreeMap<UserId, bool>> {
    let hashed = world.ask(async |engine| {
        let mut hashed = Vec::new();
        for form in forms(same_person) {
            let user_id = form.user_id;
            hashed.push((user_id, engine.hash_sign_up(form).await.expect("hashed")));
        }
        hashed
    });
    let mut knocks: Vec<(UserId, HashedSignUp, usize)> = Vec::new();
    for (user_id, hashed) in hashed.ok()? {
        for _ in 0..=usize::from(dice.percent(20)) {
            knocks.push((user_id, hashed.clone(), dice.below(40)));
        }
    }
    for place in (1..knocks.len()).rev() {
        knocks.swap(place, dice.below(place + 1));
    }
    let answers = world.ask(async |engine| {
        let knocking = knocks
            .into_iter()
            .map(|(user_id, hashed, turns)| async move {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                (user_id, engine.sign_up_hashed(hashed).await)
            });
        all_of(knocking).await
    });
    let mut told = BTreeMap::new();
    for (user_id, answer) in answers.ok()? {
        let active = answer.ok()?.active;
        let before = told.insert(user_id, active);
        assert!(
            before.is_none_or(|before| before == active),
            "{user_id} was told both"
        );
    }
    Some(told)
}

/// Whether the power went meanwhile.
fn one_admin(seed: u64) -> Result<bool, String> {
    engine::chance::seed_this_thread(Some(seed));
    let mut dice = Dice::seeded(seed);
    let mut world = World::unclaimed(seed);
    world.batch_max = Some(1 + dice.below(PEOPLE));
    world.start()?;
    if dice.percent(30) {
        let after = dice.below(60) as u64;
        world.disk.trouble(after, Trouble::PowerLoss);
    }
    let same_person = dice.percent(30);
    let mut told = all_at_once(&world, same_person, &mut dice);
    let power_went = world.disk.is_off();
    if power_went {
        world.die(Fate::ByDice);
        world.start()?;
        // Nobody heard, so everybody asks again.
        told = all_at_once(&world, same_person, &mut dice);
    }
    let told = told.ok_or("nobody was answered")?;
    let admins: Vec<_> = told.iter().filter(|(_, active)| **active).collect();
    let stored = world.ask(async |engine| {
        let mut admins = Vec::new();
        for user_id in told.keys() {
            let user = engine
                .reader()
                .user(*user_id)
                .await
                .map_err(|error| error.to_string())?;
            let active = user.state == AccountState::Active;
            if active != (user.role == Some(Role::Admin)) {
                return Err(format!("{user_id} is {:?} and {:?}", user.state, user.role));
            }
            if active {
                admins.push(*user_id);
            }
        }
        Ok(admins)
    });
    let stored = stored.map_err(|_| "the power went once more".to_owned())??;
    if told.len() != PEOPLE || admins.len() != 1 || stored != [*admins[0].0] {
        return Err(format!(
            "{admins:?} of {} were told, {stored:?} are",
            told.len()
        ));
    }
    Ok(power_went)
}

#[test]
fn of_many_who_claim_a_fresh_store_one_becomes_its_admin() {
    let many = proof::count(300, 10_000) as u64;
    let first = proof::seed() % 1_000_000_000;
    let (next, losses) = (AtomicU64::new(0), AtomicU64::new(0));
    let wrong = Mutex::new(Vec::new());
    processors::on_each(|| {
        loop {
            let number = next.fetch_add(1, Ordering::SeqCst);
            if number >= many {
                return;
            }
            match one_admin(first + number) {
                Ok(power_went) => {
                    losses.fetch_add(u64::from(power_went), Ordering::SeqCst);
                }
                Err(why) => wrong.lock().unwrap().push((first + number, why)),
            }
        }
    });
    let (wrong, losses) = (wrong.into_inner().unwrap(), losses.into_inner());
    assert!(
        wrong.is_empty(),
        "BRANCHLINE_SEED={}: {}",
        wrong[0].0,
        wrong[0].1
    );
    assert!(losses > many / 20, "the power went {losses} times");
    proof::proved(
        "claims",
        "sign-ups of five people who all claim a fresh store, in any order and any commits: one admin",
        &format!("{many} interleavings, {losses} with a power loss"),
        &format!("{first} and those after it"),
    )
    .expect("the proof is written");
}
