use crate::components::{
    Button, ButtonKind, ContactFields, Dialog, ErrorAlert, Form, HouseholdFields, IdentityFields,
    use_toasts,
};
use crate::hooks::{use_submission, use_unique_id};
use crate::mint;
use crate::pages::create::profile_form::ProfileForm;
use crate::session::use_desk;
use crate::words::{self as common, customers as words};
use domain::command::{Command, RecordCustomer};
use domain::ids::CustomerId;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct RecordCustomerDialogProps {
    pub on_close: Callback<()>,
    pub on_recorded: Callback<CustomerId>,
}

/// Records a customer who is new to the branch.
#[component]
pub fn RecordCustomerDialog(props: &RecordCustomerDialogProps) -> Html {
    let desk = use_desk();
    let toasts = use_toasts();
    let form_id = use_unique_id("record-customer");
    let customer_id = *use_memo((), |()| CustomerId(mint::new_id()));
    let form = use_state(ProfileForm::default);
    let submission = {
        let (on_close, on_recorded) = (props.on_close.clone(), props.on_recorded.clone());
        use_submission(Callback::from(move |_| {
            toasts.success(words::RECORDED);
            on_close.emit(());
            on_recorded.emit(customer_id);
        }))
    };
    let (today, currency) = (desk.business_date, desk.currency);
    let on_submit = {
        let (form, submission) = (form.clone(), submission.clone());
        Callback::from(move |()| match form.read(currency, today) {
            Ok(profile) => submission.submit(Command::RecordCustomer(RecordCustomer {
                customer_id,
                profile,
            })),
            Err(errors) => submission.refuse(errors.into_iter().collect()),
        })
    };
    let on_change = {
        let form = form.setter();
        Callback::from(move |changed| form.set(changed))
    };
    let errors = submission.all();
    let elsewhere = submission
        .error
        .clone()
        .filter(|error| error.field.is_none());
    let footer = html! {
        <>
            <Button kind={ButtonKind::Primary} submit=true form={form_id.clone()} busy={submission.busy}
                testid="dialog-submit">{ words::RECORD }</Button>
            <Button kind={ButtonKind::Link} on_click={props.on_close.reform(|_: MouseEvent| ())}>{ common::CANCEL }</Button>
        </>
    };
    html! {
        <Dialog title={words::RECORD} testid="dialog-record_customer" large=true
            on_close={props.on_close.clone()} {footer}>
            <Form id={form_id} {on_submit} label={words::RECORD}>
                <div>{ elsewhere.map_or_else(|| html! {}, |error| html! { <ErrorAlert {error} /> }) }</div>
                <IdentityFields form={(*form).clone()} errors={errors.clone()} on_change={on_change.clone()} {today} {currency} />
                <ContactFields form={(*form).clone()} errors={errors.clone()} on_change={on_change.clone()} {today} {currency} />
                <HouseholdFields form={(*form).clone()} {errors} {on_change} {today} {currency} />
            </Form>
        </Dialog>
    }
}
