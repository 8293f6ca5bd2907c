//! Signing in, asking for an account, and setting a new password with a reset code.

mod reset;

use crate::backend;
use crate::components::{
    Alert, AlertKind, Button, ButtonKind, CheckField, ErrorAlert, Form, TextField,
};
use crate::hooks::{Wrong, keeps_its_id, use_title, use_wrong};
use crate::mint;
use crate::session::use_entrance;
use crate::words::{self as common, frame, login as words};
use domain::ids::{CommandId, UserId};
use domain::refusal::{ApiError, ErrorCode, RefusalCode};
use domain::view::{SessionView, SignIn, SignUp};
use reset::ResetForm;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The shortest password the program takes, in characters.
const PASSWORD_LEAST: usize = 15;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    In,
    Up,
    Reset,
}

/// What was done here, for whoever signs in next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Waits,
    Reset,
}

#[component]
pub fn LoginPage() -> Html {
    let entrance = use_entrance();
    let store = entrance.store.clone();
    // On a fresh store there is nobody who could sign in.
    let side = use_state(|| if store.has_admin { Side::In } else { Side::Up });
    let told = use_state(|| None::<Told>);
    use_title(match *side {
        Side::In => words::TITLE_IN,
        Side::Up => words::TITLE_UP,
        Side::Reset => words::TITLE_RESET,
    });
    let turn = |to: Side| {
        let side = side.setter();
        Callback::from(move |_: MouseEvent| side.set(to))
    };
    let on_waiting = {
        let (side, told) = (side.setter(), told.setter());
        let look_again = entrance.look_again.clone();
        Callback::from(move |()| {
            told.set(Some(Told::Waits));
            side.set(Side::In);
            look_again.emit(());
        })
    };
    let on_reset = {
        let (side, told) = (side.setter(), told.setter());
        Callback::from(move |()| {
            told.set(Some(Told::Reset));
            side.set(Side::In);
        })
    };
    let form = match *side {
        Side::In => html! {
            <section key="in">
                <h1 class="pf-v6-c-title pf-m-2xl">{ words::TITLE_IN }</h1>
                <SignInForm />
                <p class="entrance__other">{ words::NO_ACCOUNT }
                    <Button kind={ButtonKind::Link} on_click={turn(Side::Up)} testid="to-sign-up">{ words::SIGN_UP }</Button>
                </p>
                <p class="entrance__other">{ words::HAVE_CODE }
                    <Button kind={ButtonKind::Link} on_click={turn(Side::Reset)} testid="to-reset">{ words::RESET }</Button>
                </p>
            </section>
        },
        Side::Up => html! {
            <section key="up">
                <h1 class="pf-v6-c-title pf-m-2xl">{ words::TITLE_UP }</h1>
                <SignUpForm {on_waiting} />
                <p class="entrance__other">{ words::HAVE_ACCOUNT }
                    <Button kind={ButtonKind::Link} on_click={turn(Side::In)} testid="to-sign-in">{ words::SIGN_IN }</Button>
                </p>
            </section>
        },
        Side::Reset => html! {
            <section key="reset">
                <h1 class="pf-v6-c-title pf-m-2xl">{ words::TITLE_RESET }</h1>
                <ResetForm {on_reset} />
                <p class="entrance__other">{ words::HAVE_ACCOUNT }
                    <Button kind={ButtonKind::Link} on_click={turn(Side::In)} testid="to-sign-in">{ words::SIGN_IN }</Button>
                </p>
            </section>
        },
    };
    let note = if *told == Some(Told::Waits) {
        html! { <Alert kind={AlertKind::Info} title={words::WAITING_TITLE} testid="account-waits">{ words::WAITING }</Alert> }
    } else if *told == Some(Told::Reset) {
        html! { <Alert kind={AlertKind::Info} title={words::RESET_DONE_TITLE} testid="password-reset">{ words::RESET_DONE }</Alert> }
    } else if !store.has_admin {
        html! { <Alert kind={AlertKind::Info} title={words::FRESH_TITLE} testid="fresh-store">{ words::FRESH }</Alert> }
    } else {
        html! {}
    };
    let demo = store.demo.then(|| {
        html! { <Alert kind={AlertKind::Info} title={words::DEMO_TITLE}>{ frame::DEMO }</Alert> }
    });
    html! {
        <main class="entrance" data-testid="page-login">
            <div class="entrance__brand">
                <img class="entrance__logo" src="/branchline.svg" alt="" />
                <p class="entrance__name">{ "Branchline" }</p>
                <p class="entrance__line">{ words::WELCOME_LINE }</p>
                <p class="entrance__branch">
                    { &store.branch_name }{ " · " }{ store.business_date.to_string() }{ " · " }{ store.currency.code() }
                </p>
            </div>
            <div class="entrance__card">
                <div class="entrance__notes">{ demo.unwrap_or_default() }{ note }</div>
                { form }
            </div>
        </main>
    }
}

/// A text that is typed, and the callback that keeps it.
#[hook]
fn use_typed() -> (UseStateHandle<String>, Callback<String>) {
    let state = use_state(String::new);
    let set = {
        let state = state.setter();
        Callback::from(move |text| state.set(text))
    };
    (state, set)
}

/// A password field that can be read while it is typed.
#[derive(Properties, PartialEq)]
struct PasswordProps {
    value: AttrValue,
    on_input: Callback<String>,
    error: Option<AttrValue>,
    #[prop_or_default]
    help: Option<AttrValue>,
    autocomplete: AttrValue,
}

#[component]
fn Password(props: &PasswordProps) -> Html {
    let shown = use_state(|| false);
    let on_change = {
        let shown = shown.setter();
        Callback::from(move |on| shown.set(on))
    };
    html! {
        <div class="password">
            <TextField name="password" label={words::PASSWORD} required=true max_length=1000
                kind={if *shown { "text" } else { "password" }} value={props.value.clone()}
                on_input={props.on_input.clone()} error={props.error.clone()} help={props.help.clone()}
                autocomplete={props.autocomplete.clone()} />
            <CheckField name="show_password" label={words::SHOW_PASSWORD} checked={*shown} {on_change} />
        </div>
    }
}

#[component]
fn SignInForm() -> Html {
    let entrance = use_entrance();
    let (login, set_login) = use_typed();
    let (password, set_password) = use_typed();
    let (code, set_code) = use_typed();
    // Asked for once the program has asked for it: most people have none.
    let asks_code = use_state(|| false);
    let busy = use_state(|| false);
    let (wrong, set_wrong) = use_wrong();
    let on_submit = {
        let busy = busy.clone();
        let set_wrong = set_wrong.clone();
        let asks_code = asks_code.setter();
        let input = SignIn {
            login: login.trim().to_owned(),
            password: (*password).clone(),
            code: Some(code.trim().to_owned()).filter(|code| !code.is_empty()),
        };
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let problems = empty(&[("login", &input.login), ("password", &input.password)]);
            if !problems.is_empty() {
                set_wrong.emit(Wrong::found(problems));
                return;
            }
            busy.set(true);
            set_wrong.emit(Wrong::default());
            let (busy, set_wrong) = (busy.setter(), set_wrong.clone());
            let (input, entered) = (input.clone(), entrance.entered.clone());
            let asks_code = asks_code.clone();
            spawn_local(async move {
                let outcome = backend::sign_in(input).await;
                busy.set(false);
                match outcome {
                    Ok(session) => entered.emit(session),
                    Err(error) => {
                        if error.code == ErrorCode::Refused(RefusalCode::CodeNeeded) {
                            asks_code.set(true);
                        }
                        set_wrong.emit(Wrong::said(error));
                    }
                }
            });
        })
    };
    const FIELDS: &[&str] = &["login", "password", "code"];
    html! {
        <Form {on_submit} label={words::SIGN_IN}>
            <div>{ alert(wrong.elsewhere(FIELDS)) }</div>
            <TextField name="login" label={words::LOGIN} required=true autofocus=true max_length=100
                autocomplete="username" value={(*login).clone()} on_input={set_login} error={wrong.at("login")} />
            <Password value={(*password).clone()} on_input={set_password} error={wrong.at("password")}
                autocomplete="current-password" />
            <div hidden={!*asks_code}>
                if *asks_code {
                    <TextField name="code" label={words::FACTOR_CODE} required=true max_length=10 input_mode="numeric"
                        autocomplete="one-time-code" value={(*code).clone()} on_input={set_code}
                        error={wrong.at("code")} help={words::FACTOR_CODE_HELP} />
                }
            </div>
            <div>
                <Button kind={ButtonKind::Primary} submit=true busy={*busy} testid="sign-in">{ words::SIGN_IN }</Button>
            </div>
        </Form>
    }
}

#[derive(Properties, PartialEq)]
struct SignUpFormProps {
    /// The account was recorded and waits for an admin.
    on_waiting: Callback<()>,
}

#[component]
fn SignUpForm(props: &SignUpFormProps) -> Html {
    let entrance = use_entrance();
    let (login, set_login) = use_typed();
    let (name, set_name) = use_typed();
    let (employee_number, set_employee_number) = use_typed();
    let (password, set_password) = use_typed();
    let admin = use_state(|| !entrance.store.has_admin);
    let set_admin = {
        let admin = admin.setter();
        Callback::from(move |on| admin.set(on))
    };
    let busy = use_state(|| false);
    let (wrong, set_wrong) = use_wrong();
    let user_id = *use_memo((), |()| UserId(mint::new_id()));
    // The submission that has no final answer yet, with its id.
    let pending = use_mut_ref(|| None::<SignUp>);
    let on_submit = {
        let set_wrong = set_wrong.clone();
        let busy = busy.clone();
        let entrance = entrance.clone();
        let on_waiting = props.on_waiting.clone();
        let typed = SignUp {
            id: CommandId(uuid::Uuid::nil()),
            user_id,
            login: login.trim().to_owned(),
            name: name.trim().to_owned(),
            employee_number: employee_number.trim().to_owned(),
            password: (*password).clone(),
            admin: *admin,
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
            let (entrance, on_waiting, pending) =
                (entrance.clone(), on_waiting.clone(), pending.clone());
            spawn_local(async move {
                let outcome = sign_up_and_in(input).await;
                busy.set(false);
                match outcome {
                    Ok(Some(session)) => entrance.entered.emit(session),
                    Ok(None) => on_waiting.emit(()),
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
    const FIELDS: &[&str] = &["login", "name", "employee_number", "password", "admin"];
    html! {
        <Form {on_submit} label={words::SIGN_UP}>
            <div>{ alert(wrong.elsewhere(FIELDS)) }</div>
            <TextField name="name" label={words::NAME} required=true autofocus=true max_length=100
                help={words::NAME_HELP} value={(*name).clone()} on_input={set_name} error={wrong.at("name")} />
            <TextField name="employee_number" label={words::EMPLOYEE_NUMBER} required=true max_length=40
                help={words::EMPLOYEE_NUMBER_HELP} value={(*employee_number).clone()}
                on_input={set_employee_number} error={wrong.at("employee_number")} />
            <TextField name="login" label={words::LOGIN} required=true max_length=100 autocomplete="username"
                value={(*login).clone()} on_input={set_login} error={wrong.at("login")} />
            <Password value={(*password).clone()} on_input={set_password} error={wrong.at("password")}
                help={words::PASSWORD_HELP} autocomplete="new-password" />
            <CheckField name="admin" label={words::ADMIN} checked={*admin} on_change={set_admin}
                error={wrong.at("admin")}
                help={if entrance.store.has_admin { words::ADMIN_LATER } else { words::ADMIN_FIRST }} />
            <div>
                <Button kind={ButtonKind::Primary} submit=true busy={*busy} testid="sign-up">{ words::SIGN_UP }</Button>
            </div>
        </Form>
    }
}

/// Signs up, and in at once where nobody has to approve the account first.
async fn sign_up_and_in(input: SignUp) -> Result<Option<SessionView>, ApiError> {
    let (login, password) = (input.login.clone(), input.password.clone());
    let signed_up = backend::sign_up(input).await?;
    if !signed_up.active {
        return Ok(None);
    }
    let code = None;
    let form = SignIn {
        login,
        password,
        code,
    };
    backend::sign_in(form).await.map(Some)
}

/// The same content is the same submission; another content is another one.
fn same_or_new(pending: Option<&SignUp>, typed: &SignUp) -> SignUp {
    let same = pending.filter(|pending| {
        let id = pending.id;
        **pending
            == SignUp {
                id,
                ..typed.clone()
            }
    });
    same.cloned().unwrap_or_else(|| SignUp {
        id: CommandId(mint::new_id()),
        ..typed.clone()
    })
}

fn problems_of(typed: &SignUp) -> Vec<(&'static str, &'static str)> {
    let mut problems = empty(&[
        ("name", &typed.name),
        ("employee_number", &typed.employee_number),
        ("login", &typed.login),
        ("password", &typed.password),
    ]);
    if !typed.password.is_empty() && typed.password.chars().count() < PASSWORD_LEAST {
        problems.push(("password", words::PASSWORD_SHORT));
    }
    problems
}

fn empty(fields: &[(&'static str, &str)]) -> Vec<(&'static str, &'static str)> {
    let empty = fields.iter().filter(|(_, text)| text.is_empty());
    empty.map(|(field, _)| (*field, common::FILL_IN)).collect()
}

fn alert(error: Option<ApiError>) -> Html {
    error.map_or_else(|| html! {}, |error| html! { <ErrorAlert {error} /> })
}
