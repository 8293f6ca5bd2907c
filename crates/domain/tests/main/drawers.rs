//! Cash at the counter: a drawer is opened, moved through, counted and closed, and holds what its
//! legs in the journal say.

use crate::desk::*;
use crate::proof;
use crate::random::Dice;
use domain::change::LineChange;
use domain::command::*;
use domain::drawer::VaultWay;
use domain::ids::*;
use domain::ledger::Account;
use domain::refusal::RefusalCode;
use std::collections::BTreeMap;

fn open(desk: &mut Desk, teller: UserId, float: i64) -> Judged {
    let float = usd(float);
    desk.give(teller, Command::OpenDrawer(OpenDrawer { float }))
}

fn move_cash(desk: &mut Desk, teller: UserId, way: VaultWay, amount: i64) -> Judged {
    let amount = usd(amount);
    desk.give(
        teller,
        Command::MoveVaultCash(MoveVaultCash { way, amount }),
    )
}

fn count(desk: &mut Desk, teller: UserId, counted: i64) -> Judged {
    let counted = usd(counted);
    desk.give(teller, Command::CountDrawer(CountDrawer { counted }))
}

fn close(desk: &mut Desk, by: UserId, teller_id: UserId, counted: i64) -> Judged {
    let counted = usd(counted);
    desk.give(by, Command::CloseDrawer(CloseDrawer { teller_id, counted }))
}

fn close_day(desk: &mut Desk) -> Judged {
    let date = desk.today;
    desk.give(desk.ada, Command::CloseDay(CloseDay { date }))
}

fn sum(desk: &Desk, account: Account) -> i64 {
    desk.sums.get(&account).copied().unwrap_or(0)
}

#[test]
fn a_day_at_the_counter_ends_with_everything_in_the_vault() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let cleo = desk.cleo;
    assert_eq!(cell(&open(&mut desk, cleo, 100_000)), "drawer_opened");
    desk.draw_cash(line, 30_000);
    desk.repay_cash(line, 12_000);
    move_cash(&mut desk, cleo, VaultWay::ToVault, 50_000).unwrap();
    move_cash(&mut desk, cleo, VaultWay::FromVault, 5_000).unwrap();
    assert_eq!(sum(&desk, Account::Drawer(cleo)), 37_000);
    // 1.00 short at noon, 0.30 over in the evening.
    assert_eq!(cell(&count(&mut desk, cleo, 36_900)), "drawer_counted");
    assert_eq!(sum(&desk, Account::OverShort), 100);
    assert_eq!(sum(&desk, Account::Drawer(cleo)), 36_900);
    assert_eq!(close_day(&mut desk), Err(RefusalCode::DrawerStillOpen));
    assert_eq!(cell(&close(&mut desk, cleo, cleo, 36_930)), "drawer_closed");
    assert_eq!(sum(&desk, Account::OverShort), 70);
    assert_eq!(sum(&desk, Account::Drawer(cleo)), 0);
    // What the customer got and did not bring back, and what is missing.
    assert_eq!(sum(&desk, Account::Vault), -18_000 - 70);
    assert_eq!(cell(&close_day(&mut desk)), "day_closed");
}

#[test]
fn cash_goes_through_open_drawers_that_hold_it() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let (ada, cleo) = (desk.ada, desk.cleo);
    // Before the first drawer of the branch nobody asks for one.
    desk.draw_cash(line, 10_000);
    open(&mut desk, ada, 0).unwrap();
    let (_, judged) = desk.ask_draw(line, 10_000, CASH);
    assert_eq!(judged, Err(RefusalCode::DrawerNotOpen));
    let (_, judged) = desk.ask_repay(line, 10_000, PayIn::Cash {});
    assert_eq!(judged, Err(RefusalCode::DrawerNotOpen));
    let bank = desk.bank();
    desk.ask_draw(line, 1_000, bank).1.unwrap();
    // What left the drawer before it was opened is made up for by the float.
    open(&mut desk, cleo, 20_000).unwrap();
    assert_eq!(sum(&desk, Account::Drawer(cleo)), 20_000);
    let (_, judged) = desk.ask_draw(line, 20_001, CASH);
    assert_eq!(judged, Err(RefusalCode::OverDrawer));
    desk.draw_cash(line, 20_000);
    let repaid = desk.repay_cash(line, 30_000);
    assert_eq!(sum(&desk, Account::Drawer(cleo)), 30_000);
    // A repayment that is reversed leaves the drawer of whoever asked for it.
    move_cash(&mut desk, cleo, VaultWay::ToVault, 25_000).unwrap();
    let reverse = LineChange::Reverse {
        movement_id: repaid,
    };
    let asked = desk.ask_change(line, reverse).unwrap();
    assert_eq!(desk.agree(line, asked), Err(RefusalCode::OverDrawer));
    move_cash(&mut desk, cleo, VaultWay::FromVault, 25_000).unwrap();
    desk.agree(line, asked).unwrap();
    assert_eq!(sum(&desk, Account::Drawer(cleo)), 0);
    // So does a refund.
    desk.repay_cash(line, 40_000);
    assert_eq!(desk.balances(line)[3], 10_000);
    move_cash(&mut desk, cleo, VaultWay::ToVault, 40_000).unwrap();
    assert_eq!(desk.refund(line, 10_000), Err(RefusalCode::OverDrawer));
}

#[test]
fn what_a_drawer_refuses() {
    let mut desk = Desk::new();
    let (ada, cleo) = (desk.ada, desk.cleo);
    let before = desk.world.clone();
    assert_eq!(open(&mut desk, cleo, -1), Err(RefusalCode::AmountNegative));
    let too_much = domain::money::LARGEST_AMOUNT_MINOR + 1;
    assert_eq!(
        open(&mut desk, cleo, too_much),
        Err(RefusalCode::AmountTooLarge)
    );
    let francs = domain::money::Money {
        minor: domain::money::Minor(0),
        currency: "CHF".parse().unwrap(),
    };
    let judged = desk.give(cleo, Command::OpenDrawer(OpenDrawer { float: francs }));
    assert_eq!(judged, Err(RefusalCode::WrongCurrency));
    for judged in [
        move_cash(&mut desk, cleo, VaultWay::FromVault, 100),
        count(&mut desk, cleo, 0),
        close(&mut desk, cleo, cleo, 0),
    ] {
        assert_eq!(judged, Err(RefusalCode::DrawerNotOpen));
    }
    assert_eq!(desk.world, before);
    open(&mut desk, cleo, 5_000).unwrap();
    let before = desk.world.clone();
    assert_eq!(
        open(&mut desk, cleo, 5_000),
        Err(RefusalCode::DrawerOpenAlready)
    );
    assert_eq!(
        move_cash(&mut desk, cleo, VaultWay::ToVault, 5_001),
        Err(RefusalCode::OverDrawer)
    );
    assert_eq!(
        move_cash(&mut desk, cleo, VaultWay::FromVault, 0),
        Err(RefusalCode::AmountNotPositive)
    );
    assert_eq!(count(&mut desk, cleo, -1), Err(RefusalCode::AmountNegative));
    assert_eq!(desk.world, before);
    open(&mut desk, ada, 1_000).unwrap();
    assert_eq!(
        close(&mut desk, cleo, ada, 1_000),
        Err(RefusalCode::DrawerOfAnother)
    );
    // Somebody left without closing: an admin counts it.
    close(&mut desk, ada, cleo, 4_000).unwrap();
    assert_eq!(sum(&desk, Account::OverShort), 1_000);
}

/// A day of cash at random, reversals of earlier days included; a second book kept beside.
#[test]
fn every_drawer_is_right_after_each_of_many_random_days() {
    let days = proof::count(1_000, 10_000);
    let stories = days as u64 / 50;
    for seed in 0..stories {
        days_at_the_counter(seed, 50);
    }
    proof::proved(
        "drawers",
        "teller days: every drawer's expected count and the trial balance",
        &format!("{days} days"),
        &format!("0 to {}", stories - 1),
    )
    .unwrap();
}

fn days_at_the_counter(seed: u64, days: i32) {
    let mut dice = Dice::new(seed);
    let mut desk = Desk::new();
    let lines = [desk.open_line(LIMIT), desk.open_line(LIMIT)];
    let tellers = [desk.cleo, desk.boris];
    let mut cash: Vec<(LineId, MovementId)> = Vec::new();
    // What the two tellers would count, and what is over or short, by hand.
    let mut book: BTreeMap<UserId, i64> = BTreeMap::new();
    let mut over = 0;
    for _ in 0..days {
        for teller in tellers {
            let float = i64::try_from(dice.below(200_000)).unwrap();
            open(&mut desk, teller, float).unwrap();
            book.insert(teller, float);
        }
        for _ in 0..8 {
            let line = lines[dice.below(2)];
            let amount = i64::try_from(1 + dice.below(60_000)).unwrap();
            let cleo = desk.cleo;
            let teller = tellers[dice.below(2)];
            match dice.below(6) {
                0 | 1 => {
                    let (id, judged) = desk.ask_draw(line, amount, CASH);
                    assert!(judged.is_err() || amount <= book[&cleo], "{seed}");
                    if judged.is_ok() {
                        *book.get_mut(&cleo).unwrap() -= amount;
                        cash.push((line, id));
                    }
                }
                2 => {
                    let (id, judged) = desk.ask_repay(line, amount, PayIn::Cash {});
                    if judged.is_ok() {
                        *book.get_mut(&cleo).unwrap() += amount;
                        cash.push((line, id));
                    }
                }
                3 if !cash.is_empty() => {
                    let place = dice.below(cash.len());
                    let (line, movement_id) = cash[place];
                    let moved = desk.movement(movement_id).clone();
                    let out = moved.kind == domain::movement::MovementKind::Repayment;
                    let judged = desk.change(line, LineChange::Reverse { movement_id });
                    let short = out && moved.amount_minor.0 > book[&cleo];
                    assert_eq!(judged == Err(RefusalCode::OverDrawer), short, "{seed}");
                    if judged.is_ok() {
                        let back = if out { -1 } else { 1 };
                        *book.get_mut(&cleo).unwrap() += back * moved.amount_minor.0;
                        cash.remove(place);
                    }
                }
                4 => {
                    let way = [VaultWay::FromVault, VaultWay::ToVault][dice.below(2)];
                    let judged = move_cash(&mut desk, teller, way, amount);
                    let holds = book.get_mut(&teller).unwrap();
                    match (way, judged) {
                        (VaultWay::FromVault, judged) => {
                            judged.unwrap();
                            *holds += amount;
                        }
                        (VaultWay::ToVault, Ok(_)) => *holds -= amount,
                        (VaultWay::ToVault, judged) => {
                            assert_eq!(judged, Err(RefusalCode::OverDrawer), "{seed}");
                            assert!(amount > *holds, "{seed}");
                        }
                    }
                }
                _ => {
                    let counted = i64::try_from(dice.below(200_000)).unwrap();
                    count(&mut desk, teller, counted).unwrap();
                    over += counted - book[&teller];
                    book.insert(teller, counted);
                }
            }
            for teller in tellers {
                let holds = desk.world.branch.drawers[&teller].holds_minor.0;
                assert_eq!(holds, book[&teller], "{seed}");
            }
        }
        for teller in tellers {
            let counted = book[&teller] + i64::try_from(dice.below(3)).unwrap();
            over += counted - book[&teller];
            let ada = desk.ada;
            close(&mut desk, ada, teller, counted).unwrap();
            assert_eq!(sum(&desk, Account::Drawer(teller)), 0, "{seed}");
        }
        assert_eq!(sum(&desk, Account::OverShort), -over, "{seed}");
        let tomorrow = desk.today.plus_days(1);
        desk.work_until(tomorrow);
    }
}
