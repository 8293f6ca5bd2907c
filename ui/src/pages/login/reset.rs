//! A new password, with the code an admin handed over.

use super::*;
use domain::view::ResetPassword;

#[derive(Properties, PartialEq)]
pub struct ResetFormProps {
    /// The new password is set.
    pub on_reset: Callback<()>,
}

const FIELDS: &[&str] = &["login", "code", "password"];

#[component]
pub fn ResetForm(props: &ResetFormProps) -> Html {
    let (login, set_login) = use_typed();
    let (code, set_code) = use_typed();
    let (password, set_password) = use_typed();
    let busy = use_state(|| false);
    let (wrong, set_wrong) = use_wrong();
    // The submission that has no final answer yet, with its id.
    let pending = use_mut_ref(|| None::<ResetPassword>);
    let on_submit = {
        let (busy, set_wrong) = (busy.clone(), set_wrong.clone());
        let on_reset = props.on_reset.clone();
        let typed = ResetPassword {
            id: CommandId(uuid::Uuid::nil()),
            login: login.trim().to_owned(),
            code: code.trim().to_owned(),
            password: (*password).clone(),
        };
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let problems = problems_of(&typed);
            if !problems.is_empty() {
                set_wrong.emit(Wrong::found(problems));
                return;
            }
            let input = same_or_new(pending.borrow().as_ref(), &typed);
            *pending.borrow_mut() = Some(input.clone());
            busy.set(true);
            set_wrong.emit(Wrong::default());
            let (busy, set_wrong) = (busy.setter(), set_wrong.clone());
            let (on_reset, pending) = (on_reset.clone(), pending.clone());
            spawn_local(async move {
                let outcome = backend::reset_password(input).await;
                busy.set(false);
                match outcome {
                    Ok(()) => on_reset.emit(()),
                    Err(error) => {
                        if !keeps_its_id(error.code) {
                            *pending.borrow_mut() = None;
                        }
                        set_wrong.emit(Wrong::said(error));
                    }
                }
            });
        })
    };
    html! {
        <Form {on_submit} label={words::RESET}>
            <div>{ alert(wrong.elsewhere(FIELDS)) }</div>
            <TextField name="login" label={words::LOGIN} required=true autofocus=true max_length=100
                autocomplete="username" value={(*login).clone()} on_input={set_login} error={wrong.at("login")} />
            <TextField name="code" label={words::CODE} required=true max_length=60 help={words::CODE_HELP}
                value={(*code).clone()} on_input={set_code} error={wrong.at("code")} />
            <Password value={(*password).clone()} on_input={set_password} error={wrong.at("password")}
                help={words::PASSWORD_HELP} autocomplete="new-password" />
            <div>
                <Button kind={ButtonKind::Primary} submit=true busy={*busy} testid="reset-password">{ words::RESET }</Button>
            </div>
        </Form>
    }
}

/// The same content is the same submission; another content is another one.
fn same_or_new(pending: Option<&ResetPassword>, typed: &ResetPassword) -> ResetPassword {
    let with = |id| ResetPassword {
        id,
        ..typed.clone()
    };
    let same = pending.filter(|pending| **pending == with(pending.id));
    same.cloned()
        .unwrap_or_else(|| with(CommandId(mint::new_id())))
}

fn problems_of(typed: &ResetPassword) -> Vec<(&'static str, &'static str)> {
    let mut problems = empty(&[
        ("login", &typed.login),
        ("code", &typed.code),
        ("password", &typed.password),
    ]);
    if !typed.password.is_empty() && typed.password.chars().count() < PASSWORD_LEAST {
        problems.push(("password", words::PASSWORD_SHORT));
    }
    problems
}
