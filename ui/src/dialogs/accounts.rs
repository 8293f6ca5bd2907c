//! Decisions about the accounts people sign in with.

use super::CommandDialog;
use super::command_dialog::use_dialog_submission;
use crate::components::{CheckField, RadioGroup, RadioOption, TextField};
use crate::words::{FILL_IN, admin as words};
use domain::account::Role;
use domain::command::{
    ApproveAccount, Command, CommandKind, DeclineAccount, DemandSecondFactor, DisableAccount,
    EnableAccount, RemoveSecondFactor, SetRole, UnlockAccount,
};
use domain::view::AccountRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct AccountDialogProps {
    pub kind: CommandKind,
    pub account: AccountRow,
    pub on_close: Callback<()>,
}

const EMPLOYEE_NUMBER: &str = "employee_number";
const ROLE: &str = "role";
const STAFF: &str = "staff";
const ADMIN: &str = "admin";

#[component]
pub fn AccountDialog(props: &AccountDialogProps) -> Html {
    let account = &props.account;
    // Empty at first: typing it from the staff records is the check.
    let employee_number = use_state(String::new);
    let role = use_state(|| {
        match (account.role, account.admin_requested) {
            // What is changed begins as the other one.
            (Some(Role::Staff), _) | (None, true) => ADMIN,
            (Some(Role::Admin), _) | (None, false) => STAFF,
        }
        .to_owned()
    });
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let user_id = account.id;
    let chosen = if *role == ADMIN {
        Role::Admin
    } else {
        Role::Staff
    };
    let filled = match props.kind {
        CommandKind::ApproveAccount if employee_number.trim().is_empty() => {
            Err(vec![(EMPLOYEE_NUMBER.to_owned(), FILL_IN.to_owned())])
        }
        CommandKind::ApproveAccount => Ok(Command::ApproveAccount(ApproveAccount {
            user_id,
            employee_number: employee_number.trim().to_owned(),
            role: chosen,
        })),
        CommandKind::SetRole => Ok(Command::SetRole(SetRole {
            user_id,
            role: chosen,
        })),
        CommandKind::DisableAccount => Ok(Command::DisableAccount(DisableAccount { user_id })),
        CommandKind::EnableAccount => Ok(Command::EnableAccount(EnableAccount { user_id })),
        CommandKind::DeclineAccount => Ok(Command::DeclineAccount(DeclineAccount { user_id })),
        CommandKind::UnlockAccount => Ok(Command::UnlockAccount(UnlockAccount { user_id })),
        CommandKind::RemoveSecondFactor => {
            Ok(Command::RemoveSecondFactor(RemoveSecondFactor { user_id }))
        }
        _ => Err(Vec::new()),
    };
    let set = |state: &UseStateHandle<String>| {
        let state = state.setter();
        Callback::from(move |text| state.set(text))
    };
    let number = html! {
        <TextField name={EMPLOYEE_NUMBER} label={words::EMPLOYEE_NUMBER} required=true
            value={(*employee_number).clone()} on_input={set(&employee_number)}
            help={words::EMPLOYEE_NUMBER_HELP} error={submitting.at(EMPLOYEE_NUMBER)} />
    };
    let roles = html! {
        <RadioGroup name={ROLE} label={words::ROLE} value={(*role).clone()} on_change={set(&role)}
            error={submitting.at(ROLE)}
            options={vec![
                RadioOption { value: STAFF.into(), label: words::STAFF.into(), help: Some(words::STAFF_MAY.into()) },
                RadioOption { value: ADMIN.into(), label: words::ADMIN.into(), help: Some(words::ADMIN_MAY.into()) },
            ]} />
    };
    let fields = match props.kind {
        CommandKind::ApproveAccount => html! { <div class="stack">{ number }{ roles }</div> },
        CommandKind::SetRole => roles,
        _ => html! {},
    };
    html! {
        <CommandDialog kind={props.kind} about={format!("{} · {}", account.name, account.login)} {filled}
            submitting={submitting.clone()} on_close={props.on_close.clone()}
            fields={&[EMPLOYEE_NUMBER, ROLE][..]} without_preview=true>
            <div>{ fields }</div>
        </CommandDialog>
    }
}

#[derive(Properties, PartialEq)]
pub struct DemandDialogProps {
    /// Whether it is demanded now.
    pub demanded: bool,
    pub on_close: Callback<()>,
}

/// Demands a second factor of admins, or no longer.
#[component]
pub fn DemandDialog(props: &DemandDialogProps) -> Html {
    let kind = CommandKind::DemandSecondFactor;
    let submitting = use_dialog_submission(kind, &props.on_close);
    let of_admins = use_state(|| props.demanded);
    let on_change = {
        let of_admins = of_admins.setter();
        Callback::from(move |on| of_admins.set(on))
    };
    let filled = Ok(Command::DemandSecondFactor(DemandSecondFactor {
        of_admins: *of_admins,
    }));
    html! {
        <CommandDialog {kind} about="" {filled} submitting={submitting.clone()} on_close={props.on_close.clone()}
            fields={&["of_admins"][..]} without_preview=true>
            <CheckField name="of_admins" label={words::DEMAND} checked={*of_admins} {on_change}
                error={submitting.at("of_admins")} />
        </CommandDialog>
    }
}
