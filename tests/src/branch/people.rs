//! Accounts of a story's people.

use super::new_id;
use domain::account::Role;
use domain::command::{ApproveAccount, Command, Submission};
use domain::ids::UserId;
use domain::refusal::ApiError;
use domain::view::{Prove, SignIn, SignUp, SignedUp};
use engine::Engine;
use engine::sessions::Token;
use uuid::Uuid;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub user_id: UserId,
    pub login: String,
    pub token: Token,
}

pub fn password(login: &str) -> String {
    // The rules refuse a password that holds the sign-in name.
    let turned: String = login.chars().rev().collect();
    format!("seven grey herons over {turned}9")
}

pub fn sign_up_form(login: &str, employee_number: &str, admin: bool) -> SignUp {
    SignUp {
        id: new_id(),
        user_id: UserId(Uuid::now_v7()),
        login: login.to_owned(),
        name: format!("Person {employee_number}"),
        employee_number: employee_number.to_owned(),
        password: password(login),
        admin,
    }
}

pub async fn sign_in(engine: &Engine, login: &str) -> Person {
    let form = SignIn {
        login: login.to_owned(),
        password: password(login),
        code: None,
    };
    let (token, view) = engine.sign_in(form).await.expect("the password is right");
    Person {
        user_id: view.user_id,
        login: view.login,
        token,
    }
}

/// Gives the password again where the command asks for it.
pub async fn prove(engine: &Engine, person: &Person, command: &Command) -> Result<(), ApiError> {
    if !command.kind().asks_password() {
        return Ok(());
    }
    let form = Prove {
        password: password(&person.login),
        command: command.clone(),
    };
    engine.prove(&person.token, form).await
}

/// The first flagged account of a fresh store is an admin at once.
pub async fn first_admin(engine: &Engine, login: &str, employee_number: &str) -> Person {
    let form = sign_up_form(login, employee_number, true);
    let SignedUp { active, .. } = engine.sign_up(form).await.expect("the first sign-up");
    assert!(active, "the first flagged account has to wait");
    sign_in(engine, login).await
}

/// Everybody after that waits for an admin.
pub async fn join(
    engine: &Engine,
    admin: &Person,
    login: &str,
    employee_number: &str,
    as_admin: bool,
) -> Person {
    let form = sign_up_form(login, employee_number, as_admin);
    let SignedUp { user_id, active } = engine.sign_up(form).await.expect("a sign-up");
    assert!(!active, "{login} did not have to wait for an admin");
    let command = Command::ApproveAccount(ApproveAccount {
        user_id,
        employee_number: employee_number.to_owned(),
        role: if as_admin { Role::Admin } else { Role::Staff },
    });
    prove(engine, admin, &command)
        .await
        .expect("the password is right");
    let submission = Submission {
        id: new_id(),
        command,
    };
    engine
        .submit(&admin.token, submission)
        .await
        .expect("the admin approves");
    sign_in(engine, login).await
}
