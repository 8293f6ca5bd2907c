//! Any past balance, as it was known then and as it is known now, against what was shown then.

use crate::branch::{Branch, CASH, usd};
use crate::proof;
use domain::command::*;
use domain::date::BusinessDate;
use domain::ids::{LineId, MovementId};
use domain::refusal::{ErrorCode, FaultCode};
use domain::view::PastQuery;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The day, and what the history said stood on its evening: principal, interest, fees, credit and
/// the balance after its last entry.
type Shown = BTreeMap<BusinessDate, [i64; 5]>;

struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn amount(&mut self, most: u64) -> i64 {
        i64::try_from(1 + self.below(most)).unwrap()
    }
}

/// What the line's history shows this morning for each evening since its first day: the entries,
/// walked from the first on, and the running balance the page itself shows.
async fn shown(
    branch: &Branch,
    line_id: LineId,
    first: BusinessDate,
    today: BusinessDate,
) -> Shown {
    let reader = branch.engine.reader();
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = reader
            .transactions(line_id, after.as_deref(), 100)
            .await
            .unwrap();
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    rows.reverse();
    let mut shown = Shown::new();
    let mut stood = [0; 5];
    let mut rows = rows.into_iter().peekable();
    let mut day = first;
    while day < today {
        while let Some(row) = rows.next_if(|row| row.effective_on <= day) {
            let parts = [
                row.principal_minor,
                row.interest_minor,
                row.fees_minor,
                row.credit_minor,
            ];
            for (sum, part) in stood.iter_mut().zip(parts) {
                *sum += part.0;
            }
            stood[4] = row.balance_minor.0;
        }
        shown.insert(day, stood);
        day = day.plus_days(1);
    }
    shown
}

/// A line on which things come to light late, and what was shown of it on each morning.
async fn a_line(branch: &Branch, dice: &mut Dice, line_id: LineId) -> i64 {
    let today = branch.viewer(&branch.teller).await.today;
    match dice.below(6) {
        0 | 1 => {
            // Refused where the limit is used up, as it may be.
            let request = RequestDraw {
                line_id,
                draw_id: MovementId(Uuid::now_v7()),
                amount: usd(dice.amount(9_000)),
                method: CASH,
            };
            i64::from(
                branch
                    .teller_does(Command::RequestDraw(request))
                    .await
                    .is_ok(),
            )
        }
        days @ 2..=4 => {
            let back = i32::try_from(dice.below(20)).unwrap();
            let take = TakeRepayment {
                line_id,
                repayment_id: MovementId(Uuid::now_v7()),
                amount: usd(dice.amount(4_000)),
                method: PayIn::Cash {},
                taken_on: (days > 2 && back > 0).then(|| today.plus_days(-back)),
            };
            i64::from(
                branch
                    .teller_does(Command::TakeRepayment(take))
                    .await
                    .is_ok(),
            )
        }
        _ => 0,
    }
}

#[tokio::test]
async fn a_past_balance_is_what_was_shown_then() {
    let samples_wanted = proof::count(1_500, 10_000);
    let branch = Branch::open().await;
    let mut dice = Dice(5);
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let lines = [
        branch.line(zoe, 100_000).await,
        branch.line(zoe, 100_000).await,
        branch.line(zoe, 100_000).await,
    ];
    let first = branch.viewer(&branch.teller).await.today;
    for line_id in lines {
        branch.draw(line_id, 30_000, CASH).await;
    }
    // Of each line, what was shown on the morning after each day.
    let mut mornings: BTreeMap<(LineId, BusinessDate), Shown> = BTreeMap::new();
    let (mut samples, mut done) = (0, 0);
    while samples < samples_wanted {
        for line_id in lines {
            done += a_line(&branch, &mut dice, line_id).await;
        }
        let evening = branch.viewer(&branch.teller).await.today;
        branch.work_until(&evening.plus_days(1).to_string()).await;
        for line_id in lines {
            let shown = shown(&branch, line_id, first, evening.plus_days(1)).await;
            samples += shown.len();
            mornings.insert((line_id, evening), shown);
        }
    }
    let today = branch.viewer(&branch.teller).await.today;
    let reader = branch.engine.reader();
    let mut told_later = 0;
    for line_id in lines {
        let now = shown(&branch, line_id, first, today).await;
        for ((_, known_on), then) in mornings.iter().filter(|((id, _), _)| *id == line_id) {
            for (on, stood) in then {
                let query = PastQuery {
                    line_id,
                    on: *on,
                    known_on: Some(*known_on),
                };
                let past = reader.past_balance(&query, today).await.unwrap();
                assert_eq!(parts(&past.then), *stood, "{on} as known on {known_on}");
                assert_eq!(parts(&past.now), now[on], "{on} as known now");
                told_later += usize::from(past.then != past.now);
            }
        }
    }
    assert!(
        told_later > samples / 20,
        "{told_later} of {samples} differ"
    );
    proof::proved(
        "past-balances",
        "past balances, as known then and as known now, that are not what was shown then",
        &format!(
            "0 of {samples}, {told_later} of which look different now ({done} draws and repayments)"
        ),
        "5",
    )
    .unwrap();
}

fn parts(stood: &domain::view::StoodView) -> [i64; 5] {
    [
        stood.principal_minor.0,
        stood.interest_minor.0,
        stood.fees_minor.0,
        stood.credit_minor.0,
        stood.balance_minor.0,
    ]
}

#[tokio::test]
async fn a_day_to_come_and_a_line_of_nobody_have_no_past() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.line(zoe, 100_000).await;
    let today = branch.viewer(&branch.teller).await.today;
    let ask = async |line_id, on: BusinessDate, known_on| {
        let query = PastQuery {
            line_id,
            on,
            known_on,
        };
        let told = branch.engine.reader().past_balance(&query, today).await;
        told.map_err(domain::refusal::ApiError::from)
    };
    let tomorrow = today.plus_days(1);
    for (on, known_on, field) in [
        (tomorrow, None, "on"),
        (tomorrow, Some(today), "on"),
        (today, Some(tomorrow), "known_on"),
    ] {
        let error = ask(line_id, on, known_on).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field));
    }
    let error = ask(LineId(Uuid::now_v7()), today, None).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Fault(FaultCode::NotFound));
    // Before the line was there, and on its first day, nothing stood on it.
    for on in [today.plus_days(-400), today] {
        let past = ask(line_id, on, None).await.unwrap();
        assert_eq!((parts(&past.then), parts(&past.now)), ([0; 5], [0; 5]));
        assert_eq!(past.known_on, on);
    }
}
