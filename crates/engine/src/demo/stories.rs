//! What happens to the demonstration's applications: stories of a few kinds, their amounts and
//! days drawn by chance, each step one that the rules let through.

use super::Chance;
use super::people::PEOPLE;
use domain::command::{RejectionReason, Speed};
use domain::intake::{Check, ContactChannel, MissingItem};

/// Customers who only opened the door.
pub const WITHOUT_APPLICATION: [usize; 2] = [40, 41];
/// Who is forgotten: one rejected application and nothing else.
const FORGOTTEN: usize = 0;
/// A draw above this waits for a second person, as the products say.
const ONE_SIGNATURE: i64 = 500_000;

/// Whether a draw waits for a second person.
pub fn needs_two(amount: i64) -> bool {
    amount > ONE_SIGNATURE
}

#[derive(Clone, Copy, Debug)]
pub enum Step {
    Take,
    Check(&'static [Check]),
    Missing(&'static [MissingItem]),
    /// What is missing has to be here within so many days.
    Notice(i32),
    Contact(ContactChannel, &'static str),
    Approve(i64),
    Reject(&'static [RejectionReason], Option<&'static str>),
    Cancel(&'static str),
    Agree,
    /// In cash, with the second person where one is needed.
    Draw(i64),
    /// In cash, and left waiting for the second person.
    AskForDraw(i64),
    ApproveDraw,
    DeclineDraw,
    BankDraw(i64, Speed),
    Repay(i64),
    /// Everything that is owed on the day, and so much more.
    RepayAll(i64),
    Debit(i64),
    Refund(i64),
    Close,
    RequestCancellation(&'static str),
    Freeze(&'static str),
    Unfreeze(&'static str),
    Forget,
}

pub struct Story {
    pub person: usize,
    pub product: usize,
    pub requested: i64,
    pub purpose: &'static str,
    /// The working day of each step, in order.
    pub steps: Vec<(usize, Step)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Open,
    CancelledAtOnce,
    CancelledOffer,
    Rejected,
    Forgotten,
    Offer,
    Ready,
    Outstanding,
    Frozen,
    FrozenForAWhile,
    CancellationRequested,
    WaitingDraw,
    DrawAtTheCounter,
    DeclinedDraw,
    BankDraw,
    Debit,
    Repaid,
    CreditLeft,
    CreditRefunded,
    Closed,
    ClosedByItself,
}

/// How often each kind is told.
const KINDS: &[(Kind, usize)] = &[
    (Kind::Forgotten, 1),
    (Kind::Open, 8),
    (Kind::CancelledAtOnce, 4),
    (Kind::CancelledOffer, 2),
    (Kind::Rejected, 8),
    (Kind::Offer, 3),
    (Kind::Ready, 3),
    (Kind::Outstanding, 7),
    (Kind::Frozen, 2),
    (Kind::FrozenForAWhile, 1),
    (Kind::CancellationRequested, 2),
    (Kind::WaitingDraw, 2),
    (Kind::DrawAtTheCounter, 1),
    (Kind::DeclinedDraw, 1),
    (Kind::BankDraw, 3),
    (Kind::Debit, 1),
    (Kind::Repaid, 4),
    (Kind::CreditLeft, 1),
    (Kind::CreditRefunded, 1),
    (Kind::Closed, 4),
    (Kind::ClosedByItself, 3),
];

const PURPOSES: &[&str] = &[
    "New roof before the winter",
    "Tuition for the spring term",
    "Bringing two card balances together",
    "Kitchen cabinets and an oven",
    "Dental work",
    "A used car for the commute",
    "Heating that gave out",
    "A wedding in the family",
    "Moving closer to work",
    "Well pump and water treatment",
];
const BUSINESS_PURPOSES: &[&str] = &[
    "Repair of the delivery van",
    "Stock for the summer season",
    "Tools and a trailer",
    "Bridging a late invoice",
    "A second oven for the shop",
];
const WITHDRAWN: &[&str] = &[
    "Found the money in the family.",
    "The purchase fell through.",
    "Wants to wait until next year.",
];
const ENDINGS: &[&str] = &[
    "Moving out of the state.",
    "No longer needed.",
    "Selling the business.",
];
const REJECTIONS: &[(&[RejectionReason], Option<&str>)] = {
    use RejectionReason::*;
    &[
        (&[IncomeInsufficient], None),
        (&[ExcessiveObligations, IncomeInsufficient], None),
        (&[LengthOfEmployment], None),
        (&[EmploymentNotVerified, IncomeNotVerified], None),
        (&[LimitedCreditExperience, NoCreditFile], None),
        (
            &[DelinquentObligations, CollectionOrJudgment, RecentInquiries],
            None,
        ),
        (&[ResidenceNotVerified], None),
        (
            &[ApplicationIncomplete, Other],
            Some("The tax return asked for twice was not handed in."),
        ),
    ]
};

/// All stories of a year of `days` working days.
pub fn write(chance: &mut Chance, days: usize) -> Vec<Story> {
    let mut kinds: Vec<Kind> = KINDS
        .iter()
        .flat_map(|(kind, count)| std::iter::repeat_n(*kind, *count))
        .collect();
    // The first stays first: it is the forgotten person's. The rest are dealt out.
    for place in (2..kinds.len()).rev() {
        kinds.swap(place, chance.between(1, place));
    }
    let people = PEOPLE.len() - WITHOUT_APPLICATION.len() - 1;
    let mut stories = Vec::new();
    for (place, kind) in kinds.into_iter().enumerate() {
        let person = match kind {
            Kind::Forgotten => FORGOTTEN,
            // Everybody once, some a second time.
            _ => 1 + (place - 1) % people,
        };
        let product = usize::from(chance.between(0, 4) == 0);
        stories.push(story(kind, place, person, product, chance, days - 1));
    }
    stories
}

fn story(
    kind: Kind,
    place: usize,
    person: usize,
    product: usize,
    chance: &mut Chance,
    last: usize,
) -> Story {
    let largest = if product == 1 { 60 } else { 36 };
    // Where a large draw is to wait there has to be room for it.
    let least = match kind {
        Kind::WaitingDraw | Kind::DrawAtTheCounter | Kind::DeclinedDraw => 30,
        _ => 4,
    };
    let requested = units(chance.between(least, largest)) * 500;
    let taken = match kind {
        Kind::Open => last - chance.between(0, 12),
        Kind::Offer | Kind::Ready => last - chance.between(4, 18),
        // The year begins with somebody at the counter.
        Kind::Forgotten => 0,
        _ => chance.between(2, last - 70),
    };
    let mut pen = Pen {
        chance,
        steps: Vec::new(),
        day: taken,
        last,
        limit: 0,
        principal: 0,
        spare: 0,
    };
    pen.step(Step::Take);
    match kind {
        Kind::Open => pen.papers(place),
        Kind::CancelledAtOnce => {
            pen.wait(1, 6);
            let note = *pen.chance.one_of(WITHDRAWN);
            pen.step(Step::Cancel(note));
        }
        Kind::CancelledOffer => {
            pen.approve(requested);
            pen.wait(2, 15);
            let note = *pen.chance.one_of(WITHDRAWN);
            pen.step(Step::Cancel(note));
        }
        Kind::Rejected | Kind::Forgotten => {
            pen.wait(1, 5);
            let (reasons, words) = REJECTIONS[place % REJECTIONS.len()];
            pen.step(Step::Reject(reasons, words));
            if kind == Kind::Forgotten {
                pen.wait(80, 120);
                pen.step(Step::Forget);
            }
        }
        Kind::Offer => pen.approve(requested),
        Kind::Ready => {
            pen.approve(requested);
            pen.agree();
        }
        Kind::Outstanding => {
            pen.open(requested);
            pen.live_to(last);
        }
        Kind::Frozen => {
            pen.open(requested);
            pen.live_to(last - 12);
            pen.end(10);
            pen.step(Step::Contact(
                ContactChannel::Phone,
                "The number on file is no longer in service.",
            ));
            pen.step(Step::Freeze(
                "Mail came back twice; the address has to be confirmed.",
            ));
        }
        Kind::FrozenForAWhile => {
            pen.open(requested);
            pen.wait(10, 20);
            pen.step(Step::Freeze("The customer reported a stolen wallet."));
            pen.wait(3, 8);
            pen.step(Step::Unfreeze("New documents were seen."));
            pen.live_to(last);
        }
        Kind::CancellationRequested => {
            pen.open(requested);
            pen.live_to(last - 10);
            pen.end(8);
            let reason = *pen.chance.one_of(ENDINGS);
            pen.step(Step::RequestCancellation(reason));
        }
        Kind::WaitingDraw | Kind::DrawAtTheCounter => {
            pen.spare = 700_000;
            pen.open_with(requested, 400_000);
            pen.live_to(last - 3);
            pen.end(1);
            pen.step(Step::AskForDraw(650_000));
            if kind == Kind::DrawAtTheCounter {
                pen.step(Step::ApproveDraw);
            }
        }
        Kind::DeclinedDraw => {
            pen.open_with(requested, 400_000);
            pen.wait(8, 20);
            pen.step(Step::AskForDraw(700_000));
            pen.wait(1, 2);
            pen.step(Step::DeclineDraw);
            pen.live_to(last);
        }
        Kind::BankDraw => {
            pen.open(requested);
            pen.live_to(last - 3);
            pen.end(1);
            let room = pen.limit - pen.principal;
            let amount = rounded(room / 2, 5_000).min(450_000);
            let speed = if place.is_multiple_of(2) {
                Speed::Standard
            } else {
                Speed::Express
            };
            pen.step(Step::BankDraw(amount, speed));
        }
        Kind::Debit => {
            pen.open(requested);
            pen.live_to(last - 3);
            pen.end(0);
            let amount = rounded(pen.principal / 4, 500);
            pen.step(Step::Debit(amount));
        }
        Kind::Repaid | Kind::Closed => {
            pen.open(requested);
            pen.live_for(20, 50);
            pen.repay_all();
            if kind == Kind::Closed {
                pen.wait(2, 6);
                pen.step(Step::Close);
            }
        }
        Kind::CreditLeft | Kind::CreditRefunded => {
            pen.open(requested);
            pen.live_for(20, 50);
            let extra = 2_500;
            pen.step(Step::RepayAll(extra));
            pen.principal = 0;
            if kind == Kind::CreditRefunded {
                pen.wait(2, 5);
                pen.step(Step::Refund(extra));
            }
        }
        Kind::ClosedByItself => {
            pen.open(requested);
            pen.live_for(15, 40);
            let reason = *pen.chance.one_of(ENDINGS);
            pen.step(Step::RequestCancellation(reason));
            pen.wait(3, 15);
            pen.repay_all();
        }
    }
    let purposes = if product == 1 {
        BUSINESS_PURPOSES
    } else {
        PURPOSES
    };
    let purpose = purposes[place % purposes.len()];
    let steps = pen.steps;
    Story {
        person,
        product,
        requested,
        purpose,
        steps,
    }
}

/// Whole dollars in cents.
fn units(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(0) * 100
}

/// Down to a multiple, but never to nothing.
fn rounded(amount: i64, multiple: i64) -> i64 {
    (amount / multiple * multiple).max(multiple)
}

/// Writes one story and keeps its balance, so that every step is one the rules let through.
struct Pen<'a> {
    chance: &'a mut Chance,
    steps: Vec<(usize, Step)>,
    day: usize,
    last: usize,
    limit: i64,
    principal: i64,
    /// Kept free of the limit for a draw that is to come.
    spare: i64,
}

impl Pen<'_> {
    fn step(&mut self, step: Step) {
        self.steps.push((self.day, step));
    }

    fn wait(&mut self, least: usize, most: usize) {
        self.day = (self.day + self.chance.between(least, most)).min(self.last);
    }

    /// To the end of the year, less so many days.
    fn end(&mut self, before: usize) {
        self.day = self.day.max(self.last - before);
    }

    fn percent(&mut self, of: i64, least: usize, most: usize) -> i64 {
        let percent = i64::try_from(self.chance.between(least, most)).unwrap_or(0);
        of / 100 * percent
    }

    /// Mostly what was asked for, now and then less: a counter-offer.
    fn approve(&mut self, requested: i64) {
        self.wait(1, 4);
        self.limit = match self.chance.between(0, 3) {
            0 => rounded(requested / 5 * 4, 50_000),
            _ => requested,
        };
        self.step(Step::Approve(self.limit));
    }

    /// Open applications are found in every state of their papers.
    fn papers(&mut self, place: usize) {
        match place % 4 {
            0 => {}
            1 => self.step(Step::Check(&[Check::Identity, Check::Sanctions])),
            2 => self.step(Step::Missing(&[MissingItem::ProofOfIncome])),
            _ => {
                self.step(Step::Check(&[Check::Identity]));
                self.step(Step::Missing(&[
                    MissingItem::ProofOfIncome,
                    MissingItem::ListOfObligations,
                ]));
                self.wait(0, 2);
                self.step(Step::Contact(
                    ContactChannel::Phone,
                    "Will bring the pay slips after the weekend.",
                ));
                self.step(Step::Notice(14));
            }
        }
    }

    fn agree(&mut self) {
        self.wait(1, 5);
        self.step(Step::Agree);
    }

    /// Approved, signed, and the first draw paid out.
    fn open(&mut self, requested: i64) {
        self.open_with(requested, i64::MAX);
    }

    /// The same with a first draw of at most so much.
    fn open_with(&mut self, requested: i64, most: i64) {
        self.approve(requested);
        self.agree();
        self.wait(0, 4);
        let amount = rounded(self.percent(self.limit, 25, 60), 5_000).min(most);
        self.draw(amount);
    }

    fn draw(&mut self, amount: i64) {
        self.step(Step::Draw(amount));
        self.principal += amount;
    }

    fn repay_all(&mut self) {
        self.step(Step::RepayAll(0));
        self.principal = 0;
    }

    /// A repayment a month, and now and then another draw, as long as a day is left for it.
    fn live_to(&mut self, day: usize) {
        loop {
            let pause = self.chance.between(16, 24);
            if self.day + pause > day {
                return;
            }
            self.day += pause;
            let amount = rounded(self.percent(self.principal, 8, 22), 500);
            // Some is always left: these stories are not over.
            if amount < self.principal {
                self.step(Step::Repay(amount));
                self.principal -= amount;
            }
            let room = self.limit - self.principal - self.spare;
            if room > 60_000 && self.chance.between(0, 3) == 0 {
                let most = room.min(420_000);
                let draw = rounded(self.percent(most, 20, 60), 5_000);
                self.draw(draw);
            }
        }
    }

    fn live_for(&mut self, least: usize, most: usize) {
        let day = (self.day + self.chance.between(least, most)).min(self.last);
        self.live_to(day);
        self.day = day;
    }
}
