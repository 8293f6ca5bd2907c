//! A colleague has forgotten a password, sets a new one with a reset code, changes that one, and
//! sets up a second factor beside it.

use super::super::{Error, Outcome};
use super::hands;
use super::people::{ADMIN, STAFF, STAFF_ANEW, STAFF_CHANGED};
use super::visit::Visit;
use engine::totp;
use std::time::SystemTime;

/// What the page showed once, and nothing may keep.
pub type ShownOnce = Vec<String>;

/// Begins and ends with staff signed in.
pub async fn tell(visit: &Visit<'_>) -> Outcome<ShownOnce> {
    visit.sign_out().await?;
    visit.sign_in(&ADMIN).await?;
    let code = issue_a_reset_code(visit).await?;
    visit.sign_out().await?;
    set_a_new_password(visit, &code).await?;
    visit.sign_in(&STAFF_ANEW).await?;
    read_what_befell_the_account(visit).await?;
    change_the_password(visit).await?;
    let secret = set_up_a_second_factor(visit).await?;
    visit.sign_out().await?;
    sign_in_with_both(visit, &secret).await?;
    Ok(vec![code, secret])
}

async fn issue_a_reset_code(visit: &Visit<'_>) -> Outcome<String> {
    let (window, hands) = (&visit.window, visit.hands);
    hands.go(window, hands::ADMIN).await?;
    window.at("section-accounts").await?;
    visit.look("admin-accounts").await?;
    let action = |name: &str| format!("section-accounts row-{} action-{name}", STAFF.login);
    visit.open_dialog(&action("set_role"), "set_role").await?;
    visit.look("dialog-set_role").await?;
    hands.close_dialog(window).await?;
    visit
        .open_dialog(&action("issue_reset_code"), "issue_reset_code")
        .await?;
    visit.fill("field-password", ADMIN.password).await?;
    visit.look("dialog-issue_reset_code").await?;
    visit.press("dialog-submit").await?;
    window.at("dialog-reset_code").await?;
    let code = window.at("reset-code").await?.text().await?;
    visit.look("dialog-reset_code").await?;
    visit.press("dialog-done").await?;
    Ok(code)
}

async fn set_a_new_password(visit: &Visit<'_>, code: &str) -> Outcome<()> {
    let window = &visit.window;
    visit.press("to-reset").await?;
    visit.fill("field-login", STAFF_ANEW.login).await?;
    visit.fill("field-code", "AAAAA-AAAAA-AAAAA").await?;
    visit.fill("field-password", STAFF_ANEW.password).await?;
    visit.press("reset-password").await?;
    window.sees("The name or the code is not right").await?;
    visit.look("reset-password").await?;
    visit.fill("field-code", code).await?;
    visit.press("reset-password").await?;
    window.at("password-reset").await.map(drop)
}

/// Whoever did not do it is told; once read, it stands in nobody's way.
async fn read_what_befell_the_account(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    window.at("last-time").await?;
    for told in [
        "A wrong password or code was given for your account.",
        "A reset code was issued.",
        ADMIN.name,
        "A new password was set with the reset code.",
    ] {
        window.sees(told).await?;
    }
    visit.look("last-time").await?;
    visit.press("last-time-read").await?;
    window
        .sees_no_more("A new password was set with the reset code.")
        .await
}

/// Another's guess at the old one is told at its field; what was typed as the new one stays there.
async fn change_the_password(visit: &Visit<'_>) -> Outcome<()> {
    let window = &visit.window;
    visit
        .hands
        .of_the_account(window, "own-password", "Change password")
        .await?;
    window.at("dialog-own_password").await?;
    visit.press("dialog-submit").await?;
    window.sees("Fill this in.").await?;
    visit.fill("field-current", STAFF.password).await?;
    visit.fill("field-password", STAFF_CHANGED.password).await?;
    visit.press("dialog-submit").await?;
    window.sees("The password is not right.").await?;
    visit.look("dialog-own_password").await?;
    visit.fill("field-current", STAFF_ANEW.password).await?;
    visit.submit_dialog().await
}

async fn set_up_a_second_factor(visit: &Visit<'_>) -> Outcome<String> {
    let window = &visit.window;
    visit
        .hands
        .of_the_account(window, "second-factor", "Second factor")
        .await?;
    window.at("dialog-second_factor").await?;
    visit.fill("field-password", STAFF_CHANGED.password).await?;
    visit.look("dialog-second_factor").await?;
    visit.press("dialog-submit").await?;
    window.at("dialog-second_factor_code").await?;
    let secret = window.at("second-factor-secret").await?.text().await?;
    visit.look("dialog-second_factor_code").await?;
    visit.fill("field-code", &code_of(&secret, 0)?).await?;
    visit.submit_dialog().await?;
    Ok(secret)
}

/// The password alone opens nothing any more, and a code is good once: the next one is brought,
/// which is good already.
async fn sign_in_with_both(visit: &Visit<'_>, secret: &str) -> Outcome<()> {
    let window = &visit.window;
    visit.fill("field-login", STAFF_CHANGED.login).await?;
    visit.fill("field-password", STAFF_CHANGED.password).await?;
    visit.press("sign-in").await?;
    window.at("field-code").await?;
    visit.look("sign-in-code").await?;
    visit.fill("field-code", &code_of(secret, 1)?).await?;
    visit.press("sign-in").await?;
    window.at("page-applications").await?;
    window.reads("user-name", STAFF_CHANGED.name).await
}

/// What an authenticator shows now, or so many half minutes later.
fn code_of(secret: &str, later: u64) -> Outcome<String> {
    let no_code = || Error::Unexpected(format!("no code can be made of “{secret}”"));
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let step = since.map_err(|_| no_code())?.as_secs() / 30 + later;
    let key = from_base32(secret).ok_or_else(no_code)?;
    Ok(totp::code(&key, step).to_string())
}

/// RFC 4648, without padding: five bits a letter, what is left over at the end is nothing.
fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.chars().filter(|letter| !letter.is_whitespace()) {
        let five = match letter {
            'A'..='Z' => u32::from(letter) - u32::from('A'),
            '2'..='7' => u32::from(letter) - u32::from('2') + 26,
            _ => return None,
        };
        held = held << 5 | five;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}
