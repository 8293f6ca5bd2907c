//! Every question is asked once: all that the bridge lists and all that the reader knows, of a branch
//! in which all happened that can happen. Each is answered, and says something where there is something
//! to say. A question that is new and not asked here fails the test by its name.

use crate::golden::{self, Writing};
use crate::tidy::{files, root};
use domain::change::LineChange;
use domain::command::*;
use domain::event::Stream;
use domain::ids::*;
use domain::line::Status;
use domain::movement::{MovementKind, MovementState};
use domain::paper::PaperQuery;
use domain::reconcile::Finding;
use domain::report::{ReportName, ReportQuery};
use domain::transfer::{PostAnswer, RemoteStatus};
use domain::view::*;
use domain::what_if::{Supposed, WhatIfQuery};
use engine::store::reads::{Reader, Viewer};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Debug;
use stories::branch::paper::*;
use stories::branch::{Branch, people};
use uuid::Uuid;

/// What the page calls to have something done: no questions.
const CHANGES: [&str; 16] = [
    "unlock",
    "sign_up",
    "sign_in",
    "sign_out",
    "reset_password",
    "change_password",
    "present",
    "reveal",
    "begin_second_factor",
    "confirm_second_factor",
    "prove",
    "submit",
    "draft_save",
    "draft_discard",
    "try_network",
    "reconcile",
];
/// Answered by the shell, before a store is open.
const OF_THE_SHELL: [&str; 1] = ["door"];
/// More than there is of anything here.
const ALL: u32 = 200;

fn of_the_bridge() -> Vec<&'static str> {
    macro_rules! bridge_commands {
        ($($name:ident),* $(,)?) => { vec![$(stringify!($name)),*] };
    }
    include!("../../../src-tauri/src/bridge_list.rs")
}

/// What a `Reader` answers, by its source.
fn of_the_reader() -> Vec<String> {
    let mut names = Vec::new();
    for path in files("crates/engine/src/store/reads", ".rs") {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        let begun = text
            .lines()
            .filter_map(|line| line.strip_prefix("    pub async fn "));
        names.extend(begun.filter_map(|rest| Some(rest.split_once('(')?.0.to_owned())));
    }
    names
}

// --- The branch --------------------------------------------------------------------------------

/// What waits, is in doubt or under review; the golden log leaves nothing undone.
struct Undone {
    /// Somebody asked for a lower limit of it.
    reduced: LineId,
    /// Drawn on and overpaid today.
    overpaid: LineId,
}

impl Undone {
    async fn left_by(writing: &Writing<'_>) -> Undone {
        let (branch, product_id) = (writing.branch, writing.branch.product_id);
        let moved = || MovementId(Uuid::now_v7());
        let float = usd(2_500_000);
        writing
            .done(Command::OpenDrawer(OpenDrawer { float }))
            .await;

        let (customer_id, _) = branch.customer(21).await;
        let large = branch.open_line(customer_id, 2_000_000).await;
        let draws = [moved(), moved(), moved()];
        for draw_id in draws {
            writing.done(draw_cash(large, draw_id, 600_000)).await;
        }
        // The third waits for an admin. The others make a day that has to be reported.
        for draw_id in draws.into_iter().take(2) {
            let (line_id, identity_seen) = (large, true);
            let approve = ApproveDraw { line_id, draw_id };
            writing.decided(Command::ApproveDraw(approve)).await;
            let pay = PayCashDraw {
                line_id,
                draw_id,
                identity_seen,
            };
            writing.done(Command::PayCashDraw(pay)).await;
        }

        let (customer_id, _) = branch.customer(22).await;
        let waiting = LineId(Uuid::now_v7());
        writing
            .done(take_application(waiting, customer_id, product_id, 90_000))
            .await;

        let (customer_id, _) = branch.customer(23).await;
        let reduced = branch.open_line(customer_id, 900_000).await;
        let lower = LineChange::SetLimit {
            limit: usd(500_000),
            notice_given_on: Some(branch.today().await),
        };
        writing.asked(reduced, lower).await;

        let (customer_id, _) = branch.customer(24).await;
        let leaving = branch.open_line(customer_id, 900_000).await;
        writing.done(draw_cash(leaving, moved(), 1_000)).await;
        let leave = RequestCancellation {
            line_id: leaving,
            reason: None,
        };
        writing.done(Command::RequestCancellation(leave)).await;

        let (customer_id, _) = branch.customer(25).await;
        let overpaid = branch.open_line(customer_id, 900_000).await;
        writing.done(draw_cash(overpaid, moved(), 1_000)).await;
        writing.done(repay_cash(overpaid, moved(), 10_000)).await;

        Undone::transfers(writing).await;
        let form = people::sign_up_form("joel", "E-020", false);
        branch.engine.sign_up(form).await.unwrap();
        let (name, content) = ("application".to_owned(), "{}".to_owned());
        branch
            .engine
            .keep_draft(&branch.ada.token, name, Some(content))
            .await
            .unwrap();
        Undone { reduced, overpaid }
    }

    /// One waits, one is in doubt, one under review; and one that nobody asked for.
    async fn transfers(writing: &Writing<'_>) {
        let draw = MovementKind::Draw;
        let (customer_id, account_id) = writing.branch.customer(26).await;
        let line_id = writing.branch.open_line(customer_id, 900_000).await;
        let doubtful = writing.transfer(line_id, account_id, draw, 20_000).await;
        let silence = PostAnswer::NoAnswer { reason: "time-out" };
        writing.answered(line_id, doubtful, 1, silence).await;
        let waits = MovementId(Uuid::now_v7());
        let speed = Speed::Standard;
        writing
            .done(draw_to_bank(line_id, waits, 30_000, account_id, speed))
            .await;

        let (customer_id, account_id) = writing.branch.customer(27).await;
        let line_id = writing.branch.open_line(customer_id, 900_000).await;
        let odd = writing.transfer(line_id, account_id, draw, 40_000).await;
        let answer = golden::remote(odd, draw, 1, RemoteStatus::Accepted);
        let answer = PostAnswer::Transfer(answer);
        writing.answered(line_id, odd, 1, answer).await;

        let stranger = MovementId(Uuid::now_v7());
        let stranger = golden::remote(stranger, draw, 5_000, RemoteStatus::Settled);
        let finding = Finding::orphan(&stranger);
        writing.told(Internal::OpenFinding { finding }).await;
    }
}

/// The branch, and everything in it that can be asked about.
struct Desk {
    branch: Branch,
    /// An admin.
    viewer: Viewer,
    teller: Viewer,
    lines: Vec<LineRow>,
    movements: Vec<MovementRow>,
    customers: Vec<CustomerRow>,
    statements: Vec<StatementQuery>,
    papers: Vec<PaperQuery>,
    undone: Undone,
}

impl Desk {
    async fn filled() -> Desk {
        let (branch, clock) = golden::founded().await;
        let undone = {
            let writing = Writing {
                branch: &branch,
                clock,
            };
            writing.every_type_of_event().await;
            Undone::left_by(&writing).await
        };
        let viewer = branch.engine.viewer(&branch.ada.token).await.unwrap();
        let teller = branch.engine.viewer(&branch.sam.token).await.unwrap();
        let reader = branch.engine.reader();
        let lines = reader.lines(&viewer, &every_line()).await.unwrap().rows;
        let movements = reader.movements(&viewer, &[], None, ALL).await.unwrap();
        let customers = reader.customers(&every_customer("")).await.unwrap();
        let (mut statements, mut papers) = (Vec::new(), Vec::new());
        for LineRow { id, .. } in &lines {
            let line_id = *id;
            let page = reader.statement_page(line_id, None, ALL).await.unwrap();
            for StatementRow { closing_on, .. } in page.rows {
                statements.push(StatementQuery {
                    line_id,
                    closing_on,
                });
                papers.push(PaperQuery::Statement {
                    line_id,
                    closing_on,
                });
            }
            let rows = reader.papers(&viewer, line_id).await.unwrap();
            papers.extend(rows.into_iter().map(|row| row.query));
        }
        let settled = |row: &&MovementRow| row.state == MovementState::Settled;
        papers.extend(movements.rows.iter().filter(settled).map(|row| {
            let movement_id = row.id;
            PaperQuery::Receipt { movement_id }
        }));
        papers.push(PaperQuery::LimitReductionToCome {
            line_id: undone.overpaid,
            limit: usd(500_000),
            reason: "Fewer draws".to_owned(),
        });
        Desk {
            viewer,
            teller,
            lines,
            movements: movements.rows,
            customers: customers.rows,
            statements,
            papers,
            undone,
            branch,
        }
    }

    fn reader(&self) -> &Reader {
        self.branch.engine.reader()
    }

    fn owing(&self) -> impl Iterator<Item = &LineRow> {
        self.lines.iter().filter(|row| row.owed_minor.is_positive())
    }
}

fn every_line() -> LineQuery {
    LineQuery {
        statuses: Vec::new(),
        search: String::new(),
        mine: false,
        customer_id: None,
        order: LineOrder::NewestFirst,
        after: None,
        limit: ALL,
    }
}

fn every_customer(search: &str) -> CustomerQuery {
    CustomerQuery {
        search: search.to_owned(),
        after: None,
        limit: ALL,
    }
}

// --- The questions -----------------------------------------------------------------------------

/// What was answered to one question.
struct Said<'a> {
    question: &'a str,
    answers: u32,
}

impl Said<'_> {
    /// An answer, in the words that cross the bridge; it may be that there is nothing to say.
    fn any<T: Serialize, E: Debug>(&mut self, answer: Result<T, E>) -> Value {
        self.answers += 1;
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error:?}", self.question));
        serde_json::to_value(answer).unwrap()
    }

    /// An answer that says something.
    fn full<T: Serialize, E: Debug>(&mut self, answer: Result<T, E>) -> Value {
        let value = self.any(answer);
        assert!(!is_empty(&value), "{} says {value}", self.question);
        value
    }

    /// The same, and in each of these members.
    fn full_of<T: Serialize, E: Debug>(&mut self, members: &[&str], answer: Result<T, E>) {
        let value = self.full(answer);
        for member in members {
            let said = &value[*member];
            assert!(!is_empty(said), "{} says {said} of {member}", self.question);
        }
    }
}

/// Nothing, or a list of nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.get("rows").is_some_and(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Desk {
    /// Whether the question is known.
    async fn about_lines(&self, said: &mut Said<'_>) -> bool {
        let (reader, viewer) = (self.reader(), &self.viewer);
        match said.question {
            "lines" => self.lists_of_lines(said).await,
            "line" => {
                for row in &self.lines {
                    said.full(reader.line(viewer, row.id).await);
                }
            }
            "line_id" => {
                said.full(reader.line_id(&self.lines[0].number).await);
            }
            "line_events" | "events" => {
                for row in &self.lines {
                    let stream = Some(Stream::Line(row.id));
                    said.full(reader.events(stream, None, ALL).await);
                }
                said.full(reader.events(None, None, ALL).await);
            }
            "statements" | "statement_page" => {
                for row in &self.lines {
                    said.any(reader.statement_page(row.id, None, ALL).await);
                }
                for StatementQuery { line_id, .. } in &self.statements {
                    said.full(reader.statement_page(*line_id, None, ALL).await);
                    said.full(reader.statements(*line_id).await);
                }
            }
            "statement" => {
                for query in &self.statements {
                    said.full(reader.statement(query).await);
                }
            }
            "figures_explained" | "explained" => {
                for row in self.owing() {
                    said.full(reader.explained(row.id, viewer.today).await);
                }
            }
            "payoff" => {
                for row in self.owing() {
                    let payoff = reader.payoff(row.id, viewer.today).await;
                    said.full(payoff.map(|payoff| payoff.payoff_minor));
                }
            }
            "what_if" => {
                for row in self.owing() {
                    let repaid = Supposed {
                        on: viewer.today.plus_days(10),
                        amount: usd(1_000),
                    };
                    let query = WhatIfQuery {
                        line_id: row.id,
                        draws: Vec::new(),
                        repayments: vec![repaid],
                        rate: None,
                        until: viewer.today.plus_days(60),
                    };
                    said.full(reader.what_if(&query, viewer.today).await);
                }
            }
            "past_balance" => {
                for row in self.owing() {
                    let query = PastQuery {
                        line_id: row.id,
                        on: viewer.today,
                        known_on: None,
                    };
                    let past = reader.past_balance(&query, viewer.today).await;
                    said.full(past.map(|past| past.then.balance_minor));
                }
            }
            "documents" | "papers" => {
                for row in &self.lines {
                    let papers = reader.papers(viewer, row.id).await;
                    // An agreement, or why there is none.
                    if matches!(row.status, Status::Open | Status::Cancelled) {
                        said.any(papers);
                    } else {
                        said.full(papers);
                    }
                }
            }
            "document" | "paper" => {
                for query in &self.papers {
                    let paper = reader.paper(viewer, query).await;
                    said.full(paper.map(|paper| paper.customer.name));
                }
            }
            "last_reduction" => {
                said.full(reader.last_reduction(self.undone.reduced).await);
            }
            // A preview asks for the warnings: so much was drawn today already.
            "preview" | "warnings" => {
                let draw = draw_cash(self.undone.overpaid, MovementId(Uuid::now_v7()), 1_000);
                let (engine, token) = (&self.branch.engine, &self.branch.sam.token);
                said.full_of(&["warnings"], engine.preview(token, draw).await);
            }
            _ => return false,
        }
        true
    }

    async fn lists_of_lines(&self, said: &mut Said<'_>) {
        let mut queries = Vec::new();
        for order in [
            LineOrder::NewestFirst,
            LineOrder::OldestFirst,
            LineOrder::CustomerName,
        ] {
            queries.push(LineQuery {
                order,
                ..every_line()
            });
        }
        queries.extend(Status::ALL.iter().map(|status| LineQuery {
            statuses: vec![*status],
            ..every_line()
        }));
        for search in [self.lines[0].number.as_str(), "Wilhelmina21"] {
            queries.push(LineQuery {
                search: search.to_owned(),
                ..every_line()
            });
        }
        queries.push(LineQuery {
            mine: true,
            ..every_line()
        });
        queries.push(LineQuery {
            customer_id: Some(self.lines[0].customer_id),
            ..every_line()
        });
        for query in queries {
            said.full(self.reader().lines(&self.teller, &query).await);
        }
    }

    async fn about_money(&self, said: &mut Said<'_>) -> bool {
        let (reader, viewer) = (self.reader(), &self.viewer);
        let (engine, admin) = (&self.branch.engine, &self.branch.ada.token);
        match said.question {
            "transactions" => {
                for row in &self.lines {
                    said.any(reader.transactions(row.id, None, ALL).await);
                }
                for row in self.owing() {
                    said.full(reader.transactions(row.id, None, ALL).await);
                }
            }
            "ledger" => {
                said.full(reader.ledger(None, None, ALL).await);
                for row in self.owing() {
                    said.full(reader.ledger(Some(row.id), None, ALL).await);
                }
            }
            "trial_balance" => {
                said.full(reader.trial_balance(None).await);
                for row in self.owing() {
                    said.full(reader.trial_balance(Some(row.id)).await);
                }
            }
            "movements" => {
                said.full(reader.movements(viewer, &[], None, ALL).await);
                for row in &self.movements {
                    said.full(reader.movements(viewer, &[row.state], None, ALL).await);
                }
            }
            "movement" | "movement_of" | "line_of_movement" | "timeline" => {
                for MovementRow { id, .. } in &self.movements {
                    said.full(reader.movement(viewer, *id).await);
                    said.full(reader.movement_of(viewer, &id.to_string()).await);
                    said.full(reader.line_of_movement(*id).await);
                    said.full(reader.timeline(*id).await);
                }
            }
            // A file is made of the very same table.
            "report" | "report_file" => {
                for name in ReportName::ALL {
                    let query = ReportQuery {
                        name: *name,
                        from: None,
                        to: None,
                        as_of: None,
                    };
                    let report = reader.report(viewer, &query).await;
                    said.full_of(&["columns", "rows"], report);
                }
            }
            "sync" | "transfers" | "reconciled" => {
                said.full_of(&["jobs", "why"], engine.sync_view(admin).await);
                let facts = reader.transfers(viewer).await;
                said.full(facts.map(|facts| facts.jobs));
                said.full(reader.reconciled().await);
            }
            "attention" => {
                let members = ["in_review", "findings", "reconciled_through"];
                said.full_of(&members, engine.attention(admin).await);
            }
            "findings" => {
                said.full(reader.findings(true).await);
                said.full(reader.findings(false).await);
            }
            "counter" | "day_sheet" => {
                let (teller_id, date) = (Some(self.teller.user.id), None);
                let asked = CounterQuery { teller_id, date };
                let members = ["own", "drawers", "sheet", "holidays"];
                said.full_of(&members, engine.counter(admin, &asked).await);
                let own = CounterQuery {
                    teller_id: None,
                    ..asked
                };
                let token = &self.branch.sam.token;
                said.full_of(&["own", "sheet"], engine.counter(token, &own).await);
                let (teller, today) = (self.teller.user.id, viewer.today);
                said.full(reader.day_sheet(teller, today).await);
            }
            _ => return false,
        }
        true
    }

    async fn about_people(&self, said: &mut Said<'_>) -> bool {
        let (reader, viewer) = (self.reader(), &self.viewer);
        let (engine, admin) = (&self.branch.engine, &self.branch.ada.token);
        match said.question {
            "customers" => {
                for search in ["", "Ostergaard"] {
                    said.full(reader.customers(&every_customer(search)).await);
                }
            }
            "customer" => {
                for row in &self.customers {
                    said.full(reader.customer(viewer, row.id).await);
                }
            }
            "customer_id" => {
                said.full(reader.customer_id(&self.customers[0].number).await);
            }
            "products" | "product" => {
                said.full(reader.products().await);
                said.full(reader.product(self.branch.product_id).await);
            }
            "admin_desk" => {
                let members = [
                    "open_applications",
                    "waiting_draws",
                    "waiting_accounts",
                    "cancellations",
                    "waiting_changes",
                    "in_review",
                    "accounts",
                ];
                said.full_of(&members, engine.admin_desk(admin).await);
            }
            "store" | "store_view" | "branch" => {
                said.full(engine.store_view().await);
                said.full(reader.branch().await);
            }
            "session" => {
                said.full(engine.session(admin).await);
            }
            "last_time" => {
                // Signed in again, after a wrong password.
                let form = |password: &str| domain::view::SignIn {
                    login: "ada".to_owned(),
                    password: password.to_owned(),
                    code: None,
                };
                engine
                    .sign_in(form("seven wrong lanterns"))
                    .await
                    .unwrap_err();
                people::sign_in(engine, "ada").await;
                said.full_of(
                    &["last_wrong_at"],
                    reader.last_time(viewer.user.id).await.map(Option::unwrap),
                );
            }
            "user" | "user_id" | "sign_in_facts" => {
                said.full(reader.user(viewer.user.id).await);
                said.full(reader.user_id("ada").await);
                let facts = reader.sign_in_facts("ada").await;
                said.full(facts.map(|facts| facts.map(|facts| facts.user)));
            }
            "draft_load" => {
                said.full(engine.load_draft(admin, "application").await);
            }
            _ => return false,
        }
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_is_answered() {
    let bridge = of_the_bridge();
    for name in CHANGES.iter().chain(&OF_THE_SHELL) {
        assert!(bridge.contains(name), "the bridge has no {name}");
    }
    let reader = of_the_reader();
    let mut questions: BTreeSet<&str> = reader.iter().map(String::as_str).collect();
    questions.extend(&bridge);
    let desk = Desk::filled().await;
    for question in questions {
        if CHANGES.contains(&question) || OF_THE_SHELL.contains(&question) {
            continue;
        }
        let mut said = Said {
            question,
            answers: 0,
        };
        let asked = desk.about_lines(&mut said).await
            || desk.about_money(&mut said).await
            || desk.about_people(&mut said).await;
        assert!(
            asked,
            "nobody asks {question} here; if it has something done, it is one of CHANGES"
        );
        assert!(said.answers > 0, "{question} was asked about nothing");
    }
    desk.branch.verify_clean().await;
    desk.branch.engine.stop().await;
}
