//! What may be changed about a customer, each in a dialog of its own.

use crate::components::{
    Button, ButtonKind, CheckField, ContactFields, DateField, Dialog, ErrorAlert, Form,
    HouseholdFields, SelectField, TextField, read_change, use_toasts,
};
use crate::dialogs::{PASSWORD, hand_in, own_password, without_password};
use crate::hooks::{Submitting, use_submission, use_unique_id};
use crate::pages::create::profile_form::ProfileForm;
use crate::session::use_desk;
use crate::words::{self as common, customers as words};
use crate::{mint, typed};
use domain::command::{
    AddBankAccount, AddContactNote, AuthorizeDebit, Command, ForgetCustomer, UpdateCustomer,
};
use domain::ids::{BankAccountId, CustomerId};
use domain::intake::ContactChannel;
use domain::view::CustomerDetails;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
struct FormDialogProps {
    title: AttrValue,
    testid: AttrValue,
    /// On the button that hands it in.
    submit: AttrValue,
    #[prop_or_default]
    danger: bool,
    #[prop_or_default]
    large: bool,
    submission: Submitting,
    /// The fields whose errors the form shows itself.
    fields: Vec<&'static str>,
    on_submit: Callback<()>,
    on_close: Callback<()>,
    children: Html,
}

/// A dialog with one form: its errors above, its buttons below.
#[component]
fn FormDialog(props: &FormDialogProps) -> Html {
    let form_id = use_unique_id("customer-form");
    let kind = if props.danger {
        ButtonKind::Danger
    } else {
        ButtonKind::Primary
    };
    let footer = html! {
        <>
            <Button {kind} submit=true form={form_id.clone()} busy={props.submission.busy} testid="dialog-submit">
                { &props.submit }
            </Button>
            <Button kind={ButtonKind::Link} on_click={props.on_close.reform(|_: MouseEvent| ())}>{ common::CANCEL }</Button>
        </>
    };
    let elsewhere = props.submission.elsewhere(&props.fields);
    html! {
        <Dialog title={props.title.clone()} testid={props.testid.clone()} large={props.large}
            on_close={props.on_close.clone()} {footer}>
            <Form id={form_id} on_submit={props.on_submit.clone()} label={props.title.clone()}>
                <div>{ elsewhere.map_or_else(|| html! {}, |error| html! { <ErrorAlert {error} /> }) }</div>
                { props.children.clone() }
            </Form>
        </Dialog>
    }
}

/// A submission that says it is done and closes its dialog.
#[hook]
fn use_closing(done: &'static str, on_close: Callback<()>) -> Submitting {
    let toasts = use_toasts();
    use_submission(Callback::from(move |_| {
        toasts.success(done);
        on_close.emit(());
    }))
}

#[hook]
fn use_text() -> (UseStateHandle<String>, Callback<String>) {
    let state = use_state(String::new);
    let set = {
        let state = state.setter();
        Callback::from(move |text| state.set(text))
    };
    (state, set)
}

#[derive(Properties, PartialEq)]
pub struct ChangeDialogProps {
    pub customer: Rc<CustomerDetails>,
    pub on_close: Callback<()>,
}

/// Changes how the customer is reached and what they live on.
#[component]
pub fn ChangeDialog(props: &ChangeDialogProps) -> Html {
    let desk = use_desk();
    let (today, currency) = (desk.business_date, desk.currency);
    // What was on the screen when the dialog opened is what the change is about.
    let seen = use_memo((), |()| props.customer.clone());
    let form = use_state(|| filled(&props.customer, currency));
    let submission = use_closing(words::CHANGED, props.on_close.clone());
    let on_submit = {
        let (form, submission) = (form.clone(), submission.clone());
        Callback::from(move |()| match read_change(&form, currency, today) {
            Ok(change) => submission.submit(Command::UpdateCustomer(UpdateCustomer {
                customer_id: seen.row.id,
                seen_version: seen.version,
                change,
            })),
            Err(errors) => submission.refuse(errors.into_iter().collect()),
        })
    };
    let on_change = {
        let form = form.setter();
        Callback::from(move |changed| form.set(changed))
    };
    let errors = submission.all();
    html! {
        <FormDialog title={words::CHANGE} testid="dialog-update_customer" submit={words::SAVE} large=true
            submission={submission.clone()} fields={FIELDS.to_vec()} {on_submit} on_close={props.on_close.clone()}>
            <ContactFields form={(*form).clone()} errors={errors.clone()} on_change={on_change.clone()} {today} {currency} />
            <HouseholdFields form={(*form).clone()} {errors} {on_change} {today} {currency} />
        </FormDialog>
    }
}

const FIELDS: &[&str] = &[
    "profile.phone",
    "profile.email",
    "profile.address.street",
    "profile.address.unit",
    "profile.address.city",
    "profile.address.region",
    "profile.address.postal_code",
    "profile.address.country",
    "profile.employment.employer",
    "profile.income_monthly_minor",
    "profile.obligations_monthly_minor",
];

/// The form as it stands now.
fn filled(customer: &CustomerDetails, currency: domain::money::Currency) -> ProfileForm {
    let mut form = ProfileForm {
        phone: customer.row.phone.clone(),
        email: customer.row.email.clone(),
        income_monthly: currency.format(customer.income_monthly_minor),
        obligations_monthly: currency.format(customer.obligations_monthly_minor),
        ..ProfileForm::default()
    };
    if let Some(address) = &customer.address {
        form.street = address.street.clone();
        form.unit = address.unit.clone();
        form.city = address.city.clone();
        form.region = address.region.clone();
        form.postal_code = address.postal_code.clone();
        form.country = address.country.clone();
    }
    if let Some(employment) = &customer.employment {
        form.employment_kind = employment.kind;
        form.employer = employment.employer.clone();
    }
    form
}

#[derive(Properties, PartialEq)]
pub struct AddAccountDialogProps {
    pub customer_id: CustomerId,
    pub on_close: Callback<()>,
}

/// Records a bank account to pay out to or to debit.
#[component]
pub fn AddAccountDialog(props: &AddAccountDialogProps) -> Html {
    let customer_id = props.customer_id;
    let account_id = *use_memo((), |()| BankAccountId(mint::new_id()));
    let (routing, set_routing) = use_text();
    let (number, set_number) = use_text();
    let submission = use_closing(words::ACCOUNT_ADDED, props.on_close.clone());
    let on_submit = {
        let (routing, number, submission) = (digits(&routing), digits(&number), submission.clone());
        Callback::from(move |()| {
            let empty: Vec<(String, String)> = [("routing", &routing), ("number", &number)]
                .into_iter()
                .filter(|(_, text)| text.is_empty())
                .map(|(field, _)| (field.to_owned(), common::FILL_IN.to_owned()))
                .collect();
            if !empty.is_empty() {
                return submission.refuse(empty);
            }
            submission.submit(Command::AddBankAccount(AddBankAccount {
                customer_id,
                account_id,
                routing: routing.clone(),
                number: number.clone(),
            }));
        })
    };
    html! {
        <FormDialog title={words::ADD_ACCOUNT} testid="dialog-add_bank_account" submit={words::ADD_ACCOUNT}
            submission={submission.clone()} fields={vec!["routing", "number"]} {on_submit}
            on_close={props.on_close.clone()}>
            <TextField name="routing" label={words::ROUTING} help={words::ROUTING_HELP} required=true
                max_length=20 input_mode="numeric" value={(*routing).clone()} on_input={set_routing}
                error={submission.at("routing")} />
            <TextField name="number" label={words::ACCOUNT_NUMBER} help={words::ACCOUNT_NUMBER_HELP} required=true
                max_length=30 input_mode="numeric" value={(*number).clone()} on_input={set_number}
                error={submission.at("number")} />
        </FormDialog>
    }
}

/// People group digits with blanks and dashes.
fn digits(typed: &str) -> String {
    typed.chars().filter(|c| !matches!(c, ' ' | '-')).collect()
}

#[derive(Properties, PartialEq)]
pub struct AuthorizeDialogProps {
    pub customer_id: CustomerId,
    pub account_id: BankAccountId,
    pub on_close: Callback<()>,
}

/// Records that the customer signed for debits.
#[component]
pub fn AuthorizeDialog(props: &AuthorizeDialogProps) -> Html {
    let (customer_id, account_id) = (props.customer_id, props.account_id);
    let today = use_desk().business_date;
    let (signed_on, set_signed_on) = use_text();
    let submission = use_closing(words::AUTHORIZED_DONE, props.on_close.clone());
    let on_submit = {
        let (signed_on, submission) = (signed_on.clone(), submission.clone());
        Callback::from(move |()| match typed::read_date(today, &signed_on) {
            Ok(signed_on) => submission.submit(Command::AuthorizeDebit(AuthorizeDebit {
                customer_id,
                account_id,
                signed_on,
            })),
            Err(words) => submission.refuse(vec![("signed_on".to_owned(), words)]),
        })
    };
    html! {
        <FormDialog title={words::AUTHORIZE_TITLE} testid="dialog-authorize_debit" submit={words::AUTHORIZE}
            submission={submission.clone()} fields={vec!["signed_on"]} {on_submit} on_close={props.on_close.clone()}>
            <p>{ words::AUTHORIZE_WORDS }</p>
            <DateField name="signed_on" label={words::SIGNED_ON} {today} required=true
                value={(*signed_on).clone()} on_input={set_signed_on} error={submission.at("signed_on")} />
        </FormDialog>
    }
}

#[derive(Properties, PartialEq)]
pub struct ForgetDialogProps {
    pub customer_id: CustomerId,
    pub on_close: Callback<()>,
}

/// Deletes the key to a customer's private data, after a second thought.
#[component]
pub fn ForgetDialog(props: &ForgetDialogProps) -> Html {
    let customer_id = props.customer_id;
    let (reason, set_reason) = use_text();
    let sure = use_state(|| false);
    let submission = use_closing(words::FORGOTTEN_DONE, props.on_close.clone());
    let password = use_node_ref();
    let on_submit = {
        let (reason, sure, submission) = (reason.clone(), *sure, submission.clone());
        let password = password.clone();
        Callback::from(move |()| {
            let mut problems = Vec::new();
            if reason.trim().is_empty() {
                problems.push(("reason".to_owned(), common::FILL_IN.to_owned()));
            }
            if !sure {
                problems.push(("sure".to_owned(), words::FORGET_CONFIRM_MISSING.to_owned()));
            }
            without_password(&password, &mut problems);
            if !problems.is_empty() {
                return submission.refuse(problems);
            }
            let forget = Command::ForgetCustomer(ForgetCustomer {
                customer_id,
                reason: reason.trim().to_owned(),
            });
            hand_in(&submission, forget, &password);
        })
    };
    let set_sure = {
        let sure = sure.setter();
        Callback::from(move |on| sure.set(on))
    };
    html! {
        <FormDialog title={words::FORGET} testid="dialog-forget_customer" submit={words::FORGET} danger=true
            submission={submission.clone()} fields={vec!["reason", "sure", PASSWORD]} {on_submit}
            on_close={props.on_close.clone()}>
            <p>{ words::FORGET_WORDS }</p>
            <TextField name="reason" label={words::FORGET_REASON} multiline=true required=true max_length=2000
                value={(*reason).clone()} on_input={set_reason} error={submission.at("reason")} />
            <CheckField name="sure" label={words::FORGET_CONFIRM} required=true checked={*sure}
                on_change={set_sure} error={submission.at("sure")} />
            { own_password(&password, &submission) }
        </FormDialog>
    }
}

#[derive(Properties, PartialEq)]
pub struct AddNoteDialogProps {
    pub customer_id: CustomerId,
    pub on_close: Callback<()>,
}

/// Notes what was said with the customer.
#[component]
pub fn AddNoteDialog(props: &AddNoteDialogProps) -> Html {
    let customer_id = props.customer_id;
    let channel = use_state(|| ContactChannel::Counter);
    let (note, set_note) = use_text();
    let submission = use_closing(words::NOTE_ADDED, props.on_close.clone());
    let on_submit = {
        let (channel, note, submission) = (*channel, note.clone(), submission.clone());
        Callback::from(move |()| {
            if note.trim().is_empty() {
                return submission.refuse(vec![("note".to_owned(), common::FILL_IN.to_owned())]);
            }
            submission.submit(Command::AddContactNote(AddContactNote {
                customer_id,
                channel,
                note: note.trim().to_owned(),
            }));
        })
    };
    let options = ContactChannel::ALL
        .iter()
        .map(|channel| (channel.words().into(), channel.words().into()))
        .collect::<Vec<(AttrValue, AttrValue)>>();
    let on_channel = {
        let channel = channel.setter();
        Callback::from(move |words: String| {
            let mut all = ContactChannel::ALL.iter();
            let found = all.find(|channel| channel.words() == words);
            channel.set(found.copied().unwrap_or(ContactChannel::Counter));
        })
    };
    html! {
        <FormDialog title={words::ADD_NOTE} testid="dialog-add_contact_note" submit={words::ADD_NOTE}
            submission={submission.clone()} fields={vec!["channel", "note"]} {on_submit}
            on_close={props.on_close.clone()}>
            <SelectField name="channel" label={words::HOW} {options} value={channel.words()}
                on_change={on_channel} error={submission.at("channel")} />
            <TextField name="note" label={words::NOTE} multiline=true required=true max_length=2000
                value={(*note).clone()} on_input={set_note} error={submission.at("note")} />
        </FormDialog>
    }
}
