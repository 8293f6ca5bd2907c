//! The story of one customer at the branch, from an empty folder to a closed line.

use super::super::{Desk, Error, Outcome, Theme};
use super::accounts::{self, ShownOnce};
use super::hands::{self, Hands};
use super::people::{
    ACCOUNT_NUMBER, ADMIN, CUSTOMER_BEGUN, CUSTOMER_NAME, CUSTOMER_REST, Colleague, PASSPHRASE,
    ROUTING_NUMBER, STAFF,
};
use super::trouble;
use super::visit::Visit;
use serde_json::Value;
use std::cell::Cell;
use std::time::Duration;

/// How long a transfer may take once the network is back: the pause between two tries, the push,
/// and the network's own settlement.
pub const SETTLEMENT: Duration = Duration::from_secs(60);

pub const FIRST: &str = "LC-000001";
const SECOND: &str = "LC-000002";
const PRODUCT: &str = "Household line";

pub async fn tell(
    desk: &Desk,
    hands: Hands,
    theme: Theme,
    pictures: &Cell<u32>,
) -> Outcome<ShownOnce> {
    let visit = Visit::begin(desk, hands, theme, pictures).await?;
    found_the_store(&visit).await?;
    axe_sees_what_is_planted(&visit).await?;
    sign_up_the_first_admin(&visit).await?;
    define_a_product(&visit).await?;
    sign_up_staff(&visit).await?;
    begin_an_application(&visit).await?;
    // In the middle of the form the window goes away.
    visit.end().await?;

    let visit = Visit::begin(desk, hands, theme, pictures).await?;
    visit.look("door-locked").await?;
    visit.unlock().await?;
    visit.look("sign-in").await?;
    visit.sign_in(&STAFF).await?;
    finish_the_application(&visit).await?;
    apply_again(&visit, "A used boat trailer", SECOND).await?;
    apply_again(&visit, "A winter coat", "LC-000003").await?;
    withdraw(&visit).await?;
    admin_page_is_closed_to_staff(&visit).await?;
    visit.sign_out().await?;

    visit.sign_in(&ADMIN).await?;
    decide(&visit).await?;
    visit.sign_out().await?;

    visit.sign_in(&STAFF).await?;
    record_the_agreement(&visit).await?;
    add_a_bank_account(&visit).await?;
    draw_while_the_network_is_away(&visit).await?;
    desk.network().come_up()?;
    the_draw_settles_by_itself(&visit).await?;
    visit.sign_out().await?;

    visit.sign_in(&ADMIN).await?;
    trouble::tell(&visit, desk.network()).await?;
    visit.sign_out().await?;

    visit.sign_in(&STAFF).await?;
    open_the_drawer(&visit).await?;
    repay_to_zero(&visit).await?;
    draw_in_cash(&visit).await?;
    ask_for_a_higher_limit(&visit).await?;
    visit.sign_out().await?;

    visit.sign_in(&ADMIN).await?;
    agree_to_it(&visit).await?;
    freeze_and_tell(&visit).await?;
    visit.sign_out().await?;

    visit.sign_in(&STAFF).await?;
    open_line(&visit, FIRST, "Outstanding").await?;
    visit.window.reads("figure-limit", "4,500.00USD").await?;
    ask_why(&visit).await?;
    print_the_agreement(&visit).await?;
    close(&visit).await?;
    close_the_drawer(&visit).await?;
    look_at_reports(&visit).await?;
    look_around(&visit).await?;
    let shown_once = accounts::tell(&visit).await?;
    the_page_stops(&visit).await?;
    visit.end().await?;
    Ok(shown_once)
}

pub(super) async fn found_the_store(visit: &Visit<'_>) -> Outcome<()> {
    visit.look("door").await?;
    visit.press("open-store").await?;
    visit.window.sees("Fill this in.").await?;
    visit.look("door-errors").await?;
    visit.fill("field-branch_name", "Portsmouth").await?;
    visit.fill("field-time_zone", "America/New_York").await?;
    visit.fill("field-passphrase", PASSPHRASE).await?;
    visit.fill("field-again", PASSPHRASE).await?;
    visit.press("open-store").await?;
    visit.window.at("page-login").await.map(drop)
}

/// That axe-core finds nothing says something only if it finds what is there.
async fn axe_sees_what_is_planted(visit: &Visit<'_>) -> Outcome<()> {
    let driver = &visit.window.driver;
    let plant = "const image = document.createElement('img');
        image.id = 'planted'; image.src = '/branchline.svg';
        document.querySelector('main').append(image);";
    driver.execute(plant, vec![]).await?;
    let found = visit.window.violations().await?;
    driver
        .execute("document.getElementById('planted').remove()", vec![])
        .await?;
    if found.iter().any(|violation| violation.rule == "image-alt") {
        return Ok(());
    }
    Err(Error::Unexpected(format!(
        "axe-core did not see an image without words: {found:?}"
    )))
}

async fn type_sign_up(visit: &Visit<'_>, colleague: &Colleague) -> Outcome<()> {
    visit.fill("field-name", colleague.name).await?;
    visit
        .fill("field-employee_number", colleague.employee_number)
        .await?;
    visit.fill("field-login", colleague.login).await?;
    visit.fill("field-password", colleague.password).await
}

pub(super) async fn sign_up_the_first_admin(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    type_sign_up(visit, &ADMIN).await?;
    // On a fresh store the page proposes the flag.
    if !window.at("field-admin").await?.is_ticked().await? {
        visit.hands.tick(window, "field-admin").await?;
    }
    visit.look("sign-up").await?;
    visit.press("sign-up").await?;
    window.at("page-applications").await?;
    window.reads("user-role", "Admin").await?;
    visit.look("applications-empty").await
}

async fn define_a_product(visit: &Visit<'_>) -> Outcome<()> {
    visit.hands.go(&visit.window, hands::PRODUCTS).await?;
    visit.window.at("page-products").await?;
    visit
        .open_dialog("action-define_product", "define_product")
        .await?;
    visit.fill("field-name", PRODUCT).await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.look("dialog-product").await?;
    visit.submit_dialog().await?;
    visit.window.sees(PRODUCT).await?;
    visit.look("products").await
}

async fn sign_up_staff(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    visit.sign_out().await?;
    visit.press("to-sign-up").await?;
    type_sign_up(visit, &STAFF).await?;
    if window.at("field-admin").await?.is_ticked().await? {
        return Err(Error::Unexpected(
            "the page asks for an admin account unasked".to_owned(),
        ));
    }
    visit.press("sign-up").await?;
    window.at("account-waits").await?;
    visit.look("account-waits").await?;

    // Until an admin says yes, the right password opens nothing.
    visit.fill("field-login", STAFF.login).await?;
    visit.fill("field-password", STAFF.password).await?;
    visit.press("sign-in").await?;
    window.sees("waits for").await?;
    window.has_loaded().await?;
    if window.count_at("page-applications").await? > 0 {
        return Err(Error::Unexpected(
            "an account that waits was let in".to_owned(),
        ));
    }
    visit.sign_in(&ADMIN).await?;
    hands.go(window, hands::ADMIN).await?;
    window.at("section-waiting_accounts").await?;
    visit.look("admin-accounts").await?;
    visit
        .open_dialog("row-sam action-approve_account", "approve_account")
        .await?;
    visit
        .fill("field-employee_number", STAFF.employee_number)
        .await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.look("dialog-approve_account").await?;
    visit.submit_dialog().await?;
    window.sees("Nothing waits for you").await?;
    visit.look("admin-empty").await?;
    visit.sign_out().await?;
    visit.sign_in(&STAFF).await?;
    window.reads("user-role", "Staff").await
}

pub(super) async fn begin_an_application(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    visit.hands.begin_application(window).await?;
    window.at("page-create").await?;
    visit.look("create-search").await?;
    visit.press("record-new").await?;
    for (field, text) in CUSTOMER_BEGUN {
        visit.fill(field, text).await?;
    }
    window.reads("draft-state", "Draft saved.").await
}

async fn finish_the_application(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.begin_application(window).await?;
    window.sees("Your draft is back").await?;
    for (field, text) in CUSTOMER_BEGUN {
        let kept = window.at(field).await?.value().await?;
        if kept != *text {
            return Err(Error::Unexpected(format!(
                "the draft kept “{kept}” of “{text}” in {field}"
            )));
        }
    }
    visit.look("create-draft").await?;
    // What is missing is said where it is missing.
    visit.press("next-step").await?;
    window.sees("Fill this in.").await.ok();
    visit.look("create-errors").await?;
    for (field, text) in CUSTOMER_REST {
        visit.fill(field, text).await?;
    }
    visit.look("create-customer").await?;
    visit.press("next-step").await?;
    type_request(visit, "5k", "A new roof before winter").await?;
    visit.look("create-request").await?;
    visit.press("next-step").await?;
    window.at("review").await?;
    visit.look("create-review").await?;
    visit.press("submit-application").await?;
    arrive_at_line(visit, FIRST, "Open").await?;
    visit.look("details-open").await?;
    bring_the_papers(visit).await
}

/// A paper is missing, the customer is told, it comes; and every check is made.
async fn bring_the_papers(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    visit
        .open_dialog("action-record_missing", "record_missing")
        .await?;
    hands.tick(window, "field-missing.ProofOfIncome").await?;
    visit.look("dialog-record_missing").await?;
    visit.submit_dialog().await?;
    window.at("missing").await?;
    visit
        .open_dialog(
            "action-send_incompleteness_notice",
            "send_incompleteness_notice",
        )
        .await?;
    visit.look("dialog-send_incompleteness_notice").await?;
    visit.submit_dialog().await?;
    window.at("incompleteness-notice").await?;
    visit.press("print-incompleteness").await?;
    window.at("printed").await?;
    window.sees("-incompleteness-").await?;
    gone(visit, "toast").await?;
    visit.look("details-incomplete").await?;
    visit
        .open_dialog("action-record_missing", "record_missing")
        .await?;
    hands.tick(window, "field-missing.ProofOfIncome").await?;
    visit.submit_dialog().await?;
    gone(visit, "missing").await?;
    for check in ["Identity", "Sanctions", "MilitaryLending"] {
        visit
            .open_dialog("action-record_check", "record_check")
            .await?;
        if check == "Identity" {
            visit.look("dialog-record_check").await?;
        }
        visit.submit_dialog().await?;
        window
            .reads(&format!("check-{check} outcome"), "In order")
            .await?;
    }
    gone(visit, "toast").await?;
    visit.look("details-checked").await
}

async fn type_request(visit: &Visit<'_>, amount: &str, purpose: &str) -> Outcome<()> {
    let window = &visit.window;
    window.at("field-purpose").await?;
    visit
        .hands
        .choose(window, "field-product_id", &format!("{PRODUCT} · 14.9 %"))
        .await?;
    visit.fill("field-requested", amount).await?;
    visit.fill("field-purpose", purpose).await
}

async fn apply_again(visit: &Visit<'_>, purpose: &str, number: &str) -> Outcome<()> {
    let window = &visit.window;
    visit.hands.begin_application(window).await?;
    window.at("page-create").await?;
    visit.fill("field-customer_id", "ostergaard").await?;
    visit.press(".result").await?;
    window.at("chosen-customer").await?;
    visit.press("next-step").await?;
    type_request(visit, "2,500", purpose).await?;
    visit.press("next-step").await?;
    window.at("review").await?;
    visit.press("submit-application").await?;
    arrive_at_line(visit, number, "Open").await
}

async fn arrive_at_line(visit: &Visit<'_>, number: &str, status: &str) -> Outcome<()> {
    visit.window.at("page-details").await?;
    visit
        .window
        .until(&format!("the page of {number}"), async || {
            let heading = visit.window.count("heading", Some(number)).await?;
            Ok(if heading == 1 {
                Ok(())
            } else {
                Err("another".to_owned())
            })
        })
        .await?;
    visit.window.reads("page-details status", status).await
}

async fn withdraw(visit: &Visit<'_>) -> Outcome<()> {
    visit
        .open_dialog("action-cancel_application", "cancel_application")
        .await?;
    visit
        .fill("field-note", "The customer found a cheaper coat.")
        .await?;
    visit.look("dialog-cancel_application").await?;
    visit.submit_dialog().await?;
    visit
        .window
        .reads("page-details status", "Cancelled")
        .await?;
    visit.look("details-cancelled").await
}

async fn admin_page_is_closed_to_staff(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    // The navigation has no such entry for staff; the address is typed as a link from outside
    // would have it.
    if window.count_at("go-admin").await? > 0 {
        return Err(Error::Unexpected("staff is offered /admin".to_owned()));
    }
    let origin = window
        .driver
        .execute("return location.origin", vec![])
        .await?;
    let origin: String = origin.convert()?;
    window.go_to(&format!("{origin}/admin")).await?;
    window.sees("Only an admin may do this").await?;
    visit.look("admin-refused").await?;
    // Nor does the program answer a page that asks all the same.
    let ask = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('admin_desk', { input: null })
            .then(() => done('answered'), (error) => done(error.code ?? String(error)))";
    let answer = window.driver.execute_async(ask, vec![]).await?;
    match answer.json() {
        Value::String(words) if words == "answered" => Err(Error::Unexpected(
            "the admins' desk was handed to staff".to_owned(),
        )),
        refused if refused.to_string().contains("admin_only") => Ok(()),
        other => Err(Error::Unexpected(format!(
            "the admins' desk answered staff {other}"
        ))),
    }
}

async fn decide(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.go(window, hands::ADMIN).await?;
    window.at("section-open_applications").await?;
    visit.look("admin").await?;
    visit
        .open_dialog(
            &format!("row-{FIRST} action-approve_application"),
            "approve_application",
        )
        .await?;
    visit.fill("field-limit", "4,000").await?;
    window.at("counter-offer").await?;
    // A password that is not right is said at its field, and has to be typed again.
    visit.fill("field-password", STAFF.password).await?;
    visit.press("dialog-submit").await?;
    window.sees("The password is not right.").await?;
    visit.look("dialog-approve_application").await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.submit_dialog().await?;
    // What was decided leaves the list, and the next row takes its place under the mouse.
    gone(visit, &format!("row-{FIRST}")).await?;
    visit
        .open_dialog(
            &format!("row-{SECOND} action-reject_application"),
            "reject_application",
        )
        .await?;
    for reason in [
        "field-reason-excessive_obligations",
        "field-reason-income_insufficient",
    ] {
        hands.tick(window, reason).await?;
    }
    window.sees("2 of at most 4 chosen").await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.look("dialog-reject_application").await?;
    visit.submit_dialog().await?;
    window.sees("Nothing waits for you").await?;
    open_line(visit, SECOND, "Rejected").await?;
    window.at("decision").await?;
    visit.look("details-rejected").await
}

async fn gone(visit: &Visit<'_>, place: &str) -> Outcome<()> {
    visit
        .window
        .until(&format!("{place} to go"), async || {
            Ok(match visit.window.count_at(place).await? {
                0 => Ok(()),
                _ => Err("it is still there".to_owned()),
            })
        })
        .await
}

/// From the list of applications to one of them.
async fn open_line(visit: &Visit<'_>, number: &str, status: &str) -> Outcome<()> {
    visit.hands.go(&visit.window, hands::APPLICATIONS).await?;
    visit.window.at("page-applications").await?;
    visit.press(&format!("row-{number} .row-link")).await?;
    arrive_at_line(visit, number, status).await
}

async fn record_the_agreement(visit: &Visit<'_>) -> Outcome<()> {
    open_line(visit, FIRST, "Approved").await?;
    visit.look("details-approved").await?;
    visit
        .open_dialog("action-record_agreement", "record_agreement")
        .await?;
    visit.look("dialog-record_agreement").await?;
    visit.submit_dialog().await
}

async fn add_a_bank_account(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    visit.hands.go(window, hands::CUSTOMERS).await?;
    window.at("page-customers").await?;
    window.at("customers .row-link").await?;
    visit.look("customers").await?;
    visit.press("customers .row-link").await?;
    window.at("page-customer").await?;
    window.sees(CUSTOMER_NAME).await?;
    visit
        .open_dialog("action-add_bank_account", "add_bank_account")
        .await?;
    visit.fill("field-routing", ROUTING_NUMBER).await?;
    visit.fill("field-number", ACCOUNT_NUMBER).await?;
    visit.look("dialog-add_bank_account").await?;
    visit.submit_dialog().await?;
    window.at("account-2345").await?;
    visit
        .open_dialog("account-2345 action-authorize_debit", "authorize_debit")
        .await?;
    visit.look("dialog-authorize_debit").await?;
    visit.hands.close_dialog(window).await?;
    visit
        .open_dialog("action-add_contact_note", "add_contact_note")
        .await?;
    visit
        .fill("field-note", "Prefers to be called after five.")
        .await?;
    visit.look("dialog-add_contact_note").await?;
    visit.submit_dialog().await?;
    window.at("contact").await?;
    gone(visit, "toast").await?;
    visit.look("customer").await?;
    look_behind_the_masks(visit).await
}

/// What identifies a customer is masked, shown when it is asked for, and masked again.
async fn look_behind_the_masks(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    let account = format!("{ROUTING_NUMBER} {ACCOUNT_NUMBER}");
    for (testid, masked, value) in [
        ("tax-id", "•••-••-9999", "219-09-9999"),
        ("number-2345", "•••• 2345", account.as_str()),
    ] {
        window.reads(testid, masked).await?;
        visit.press(&format!("reveal-{testid}")).await?;
        window.reads(testid, value).await?;
    }
    visit.look("customer-revealed").await?;
    visit.press("reveal-tax-id").await?;
    window.reads("tax-id", "•••-••-9999").await
}

async fn draw_while_the_network_is_away(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    open_line(visit, FIRST, "Approved").await?;
    visit
        .open_dialog("action-request_draw", "request_draw")
        .await?;
    visit.fill("field-amount", "450").await?;
    hands.pick(window, "method", "bank").await?;
    let account = window.chosen_at("field-account_id").await?;
    if account != "Account ending 2345" {
        return Err(Error::Unexpected(format!(
            "the only account is not chosen, but “{account}”"
        )));
    }
    visit.look("dialog-request_draw").await?;
    visit.submit_dialog().await?;
    hands.turn_to(window, "movements").await?;
    window.reads("movements movement-state", "Queued").await?;
    window.reads("figure-owed", "0.00USD").await?;
    window
        .at("[data-testid=sync-mark][data-state=offline]")
        .await?;
    visit.look("details-queued").await?;
    hands.go(window, hands::SYNC).await?;
    window.at("page-sync").await?;
    window.reads("count-queued", "1").await?;
    visit.look("sync-offline").await
}

/// Nobody does anything: the page is only looked at.
async fn the_draw_settles_by_itself(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    open_line_when(visit, FIRST).await?;
    hands.turn_to(window, "movements").await?;
    window
        .reads_within(SETTLEMENT, "movements movement-state", "Settled")
        .await?;
    window.reads("page-details status", "Outstanding").await?;
    window
        .at("[data-testid=sync-mark][data-state=online]")
        .await?;
    visit.look("details-settled").await?;
    hands.go(window, hands::SYNC).await?;
    window.at("page-sync").await?;
    visit.look("sync-online").await
}

/// As [`open_line`], while its status may change under one's eyes.
pub async fn open_line_when(visit: &Visit<'_>, number: &str) -> Outcome<()> {
    visit.hands.go(&visit.window, hands::APPLICATIONS).await?;
    visit.window.at("page-applications").await?;
    visit.press(&format!("row-{number} .row-link")).await?;
    visit.window.at("page-details").await.map(drop)
}

async fn open_the_drawer(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.go(window, hands::COUNTER).await?;
    window.at("page-counter").await?;
    window.at("drawer-closed").await?;
    visit.look("counter-closed").await?;
    visit
        .open_dialog("action-open-drawer", "open_drawer")
        .await?;
    visit.fill("field-float", "1,000").await?;
    visit.look("dialog-open_drawer").await?;
    visit.submit_dialog().await?;
    window.reads("drawer-holds", "1,000.00").await
}

/// What the customer brought and took is in it; a coin is missing.
async fn close_the_drawer(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.go(window, hands::COUNTER).await?;
    window.at("page-counter").await?;
    // The float and what was repaid of the 450.00 and what the network's troubles left owed; what
    // was drawn in cash came back.
    let holds = 100_000 + 45_000 + trouble::LEFT_OWED_MINOR;
    let units = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    let shown = units(holds).replacen('1', "1,", 1);
    window.reads("drawer-holds", &shown).await?;
    gone(visit, "toast").await?;
    visit.look("counter-open").await?;
    visit
        .open_dialog("action-close-drawer", "close_drawer")
        .await?;
    visit.fill("field-counted", &units(holds - 50)).await?;
    visit.look("dialog-close_drawer").await?;
    visit.submit_dialog().await?;
    window.at("drawer-closed").await?;
    window.at("cash-cash_short").await?;
    gone(visit, "toast").await?;
    visit.look("counter-sheet").await
}

async fn repay_to_zero(visit: &Visit<'_>) -> Outcome<()> {
    open_line(visit, FIRST, "Outstanding").await?;
    repay(visit, Some("dialog-take_repayment")).await?;
    visit.window.reads("page-details status", "Repaid").await?;
    visit.window.reads("figure-owed", "0.00USD").await?;
    visit.look("details-repaid").await
}

async fn repay(visit: &Visit<'_>, picture: Option<&str>) -> Outcome<()> {
    visit
        .open_dialog("action-take_repayment", "take_repayment")
        .await?;
    visit.press("pay-in-full").await?;
    if let Some(name) = picture {
        visit.look(name).await?;
    }
    visit.submit_dialog().await
}

async fn draw_in_cash(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    visit
        .open_dialog("action-request_draw", "request_draw")
        .await?;
    visit.fill("field-amount", "320.50").await?;
    hands.tick(window, "field-identity_seen").await?;
    visit.look("dialog-request_draw-cash").await?;
    visit.submit_dialog().await?;
    window.reads("page-details status", "Outstanding").await?;
    window.reads("figure-owed", "320.50USD").await?;
    gone(visit, "toast").await?;
    visit.look("details-history").await?;
    // The same once more on the same day is asked about first.
    visit
        .open_dialog("action-request_draw", "request_draw")
        .await?;
    visit.fill("field-amount", "320.50").await?;
    hands.tick(window, "field-identity_seen").await?;
    visit.press("dialog-submit").await?;
    window.at("warned").await?;
    visit.look("dialog-request_draw-warned").await?;
    hands.close_dialog(window).await?;
    window.reads("figure-owed", "320.50USD").await
}

async fn ask_for_a_higher_limit(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    visit
        .open_dialog("action-request_change", "request_change")
        .await?;
    hands
        .choose(window, "field-change.what", "Raise or lower the limit")
        .await?;
    visit.fill("field-change.limit", "4,500").await?;
    visit
        .fill("field-reason", "A boiler has to be replaced.")
        .await?;
    visit.look("dialog-request_change").await?;
    visit.submit_dialog().await?;
    window.at("waiting-changes").await?;
    gone(visit, "toast").await?;
    visit.look("details-change-waiting").await
}

async fn agree_to_it(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.go(window, hands::ADMIN).await?;
    window.at("section-waiting_changes").await?;
    visit.look("admin-change-waiting").await?;
    visit
        .open_dialog(
            &format!("change-{FIRST} action-approve_change"),
            "approve_change",
        )
        .await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.look("dialog-approve_change").await?;
    visit.submit_dialog().await?;
    window.sees("Nothing waits for you").await?;
    hands.go(window, hands::COUNTER).await?;
    window.at("page-counter").await?;
    visit
        .open_dialog("action-set-holidays", "set_holidays")
        .await?;
    visit
        .fill("field-holidays", "2026-12-25, 2027-01-01")
        .await?;
    visit.look("dialog-set_holidays").await?;
    visit.submit_dialog().await
}

/// A line that is paid as agreed is frozen: its customer is told why, and it is released.
async fn freeze_and_tell(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    open_line(visit, FIRST, "Outstanding").await?;
    visit
        .open_dialog("action-freeze_line", "freeze_line")
        .await?;
    visit
        .fill("field-note", "Another bank asks about the account.")
        .await?;
    visit.look("dialog-freeze_line").await?;
    visit.submit_dialog().await?;
    window.at("untold").await?;
    gone(visit, "toast").await?;
    visit.look("details-frozen-untold").await?;
    visit
        .open_dialog("action-tell_adverse_action", "tell_adverse_action")
        .await?;
    visit.press("dialog-submit").await?;
    visit.look("dialog-tell_adverse_action-errors").await?;
    hands
        .tick(window, "field-reason-excessive_obligations")
        .await?;
    window.sees("1 of at most 4 chosen").await?;
    visit.look("dialog-tell_adverse_action").await?;
    visit.submit_dialog().await?;
    window.at("adverse-action-notice").await?;
    visit.press("print-adverse-action").await?;
    window.at("printed").await?;
    window.sees("-adverse-action-").await?;
    gone(visit, "toast").await?;
    visit.look("details-told").await?;
    visit
        .open_dialog("action-unfreeze_line", "unfreeze_line")
        .await?;
    visit
        .fill("field-note", "The other bank was mistaken.")
        .await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.submit_dialog().await
}

async fn close(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    repay(visit, None).await?;
    window.reads("page-details status", "Repaid").await?;
    visit
        .open_dialog("action-request_cancellation", "request_cancellation")
        .await?;
    visit
        .fill("field-reason", "The customer moves away.")
        .await?;
    visit.look("dialog-request_cancellation").await?;
    visit.submit_dialog().await?;
    window.reads("page-details status", "Closed").await?;
    visit.look("details-closed").await?;
    for tab in ["movements", "events", "terms"] {
        hands.turn_to(window, tab).await?;
        window.has_loaded().await?;
        visit.look(&format!("details-closed-{tab}")).await?;
    }
    Ok(())
}

/// A figure says what it is made of; the line has no statement before its first cycle ends.
async fn ask_why(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    visit.press("why-available").await?;
    window.at("dialog-why").await?;
    window.at("why-sum").await?;
    visit.look("why-available").await?;
    hands.close_dialog(window).await?;
    visit.press("what-if").await?;
    window.at("dialog-what-if").await?;
    visit.fill("field-repayments.0.amount", "100").await?;
    visit.press("what-if-ask").await?;
    window.at("outlook").await?;
    visit.look("what-if").await?;
    hands.close_dialog(window).await?;
    visit.press("past-open").await?;
    visit.fill("past-balance field-on", "t").await?;
    visit.press("past-ask").await?;
    window.at("stood-balance").await?;
    visit.look("past-balance").await?;
    hands.turn_to(window, "statements").await?;
    window.sees("No statements yet").await?;
    visit.look("no-statements").await
}

/// What was agreed on, on paper.
async fn print_the_agreement(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.turn_to(window, "documents").await?;
    visit.press("print-agreement").await?;
    window.at("printed").await?;
    window.sees("-agreement-").await?;
    visit.look("documents").await
}

/// What was paid out, sorted and saved.
async fn look_at_reports(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.go(window, hands::REPORTS).await?;
    window.at("page-reports").await?;
    hands.choose(window, "field-report", "Disbursals").await?;
    window.at("report-total").await?;
    visit.press("save-csv").await?;
    window.at("saved").await?;
    visit.look("reports").await
}

async fn look_around(visit: &Visit<'_>) -> Outcome<()> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.go(window, hands::APPLICATIONS).await?;
    window.at("page-applications").await?;
    window.at(&format!("row-{FIRST}")).await?;
    visit.look("applications").await?;
    visit.press("filter-closed").await?;
    window.sees("1 shown").await?;
    visit.look("applications-filtered").await?;
    hands.open_palette(window).await?;
    window.at("dialog-palette").await?;
    visit.look("palette").await?;
    hands.close_dialog(window).await?;
    hands.open_help(window).await?;
    window.at("dialog-help").await?;
    visit.look("help").await?;
    hands.close_dialog(window).await?;
    visit.press("user-menu").await?;
    window.at(".menu").await?;
    visit.look("user-menu").await?;
    hands.close_menu(window).await?;
    gone(visit, ".menu").await
}

/// A trap in the page's code is said on the screen, and one key brings the page back where it was,
/// with the same person signed in.
async fn the_page_stops(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    open_line(visit, FIRST, "Closed").await?;
    // As WebKit reports it; nothing in the page can be asked to fail.
    let trap = "setTimeout(() => { throw new WebAssembly.RuntimeError('planted'); })";
    window.driver.execute(trap, vec![]).await?;
    window.at("page-stopped").await?;
    visit.look("page-stopped").await?;
    visit.press("reload-page").await?;
    arrive_at_line(visit, FIRST, "Closed").await?;
    window.reads("user-name", STAFF.name).await
}
