//! The fields of a customer's profile, by section. Whoever shows them keeps the typed
//! [`ProfileForm`] and hands in the errors by the paths of the contract.

use super::{DateField, FormSection, MoneyField, SelectField, TextField};
use crate::pages::create::profile_form::{
    BIRTH_DATE, FieldErrors, INCOME, OBLIGATIONS, ProfileForm,
};
use crate::words::customers as words;
use domain::customer::{DocumentKind, EmploymentKind, ProfileChange};
use domain::date::BusinessDate;
use domain::money::Currency;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ProfileFieldsProps {
    pub form: ProfileForm,
    pub errors: FieldErrors,
    /// The whole form with one field changed.
    pub on_change: Callback<ProfileForm>,
    pub today: BusinessDate,
    pub currency: Currency,
}

type Part = fn(&mut ProfileForm) -> &mut String;

impl ProfileFieldsProps {
    fn set(&self, part: Part) -> Callback<String> {
        let (form, on_change) = (self.form.clone(), self.on_change.clone());
        Callback::from(move |text: String| {
            let mut changed = form.clone();
            *part(&mut changed) = text;
            on_change.emit(changed);
        })
    }

    fn typed(&self, part: Part) -> AttrValue {
        part(&mut self.form.clone()).clone().into()
    }

    fn at(&self, path: &str) -> Option<AttrValue> {
        self.errors.get(path).map(|words| words.clone().into())
    }

    fn text(&self, path: &'static str, label: &'static str, part: Part, more: Text) -> Html {
        html! {
            <TextField name={path} {label} value={self.typed(part)} on_input={self.set(part)}
                error={self.at(path)} required={more.required} max_length={more.max}
                kind={more.kind} help={more.help.map(AttrValue::from)} autofocus={more.autofocus} />
        }
    }
}

/// What differs between the text fields.
struct Text {
    required: bool,
    max: u32,
    kind: &'static str,
    help: Option<&'static str>,
    autofocus: bool,
}

const REQUIRED: Text = Text {
    required: true,
    max: 200,
    kind: "text",
    help: None,
    autofocus: false,
};
const OPTIONAL: Text = Text {
    required: false,
    ..REQUIRED
};

/// Who the customer is: recorded once.
#[component]
pub fn IdentityFields(props: &ProfileFieldsProps) -> Html {
    let document_kinds = [
        DocumentKind::DriversLicense,
        DocumentKind::Passport,
        DocumentKind::StateId,
        DocumentKind::MilitaryId,
    ];
    let set_kind = {
        let (form, on_change) = (props.form.clone(), props.on_change.clone());
        Callback::from(move |tag: String| {
            let kind = document_kinds.iter().find(|kind| tag_of(*kind) == tag);
            if let Some(kind) = kind {
                on_change.emit(ProfileForm {
                    document_kind: *kind,
                    ..form.clone()
                });
            }
        })
    };
    html! {
        <FormSection title={words::IDENTITY}>
            { props.text("profile.given_name", words::GIVEN_NAME, |f| &mut f.given_name, Text { autofocus: true, ..REQUIRED }) }
            { props.text("profile.family_name", words::FAMILY_NAME, |f| &mut f.family_name, REQUIRED) }
            <DateField name={BIRTH_DATE} label={words::BIRTH_DATE} required=true today={props.today}
                help={AttrValue::from(words::BIRTH_DATE_HELP)} value={props.typed(|f| &mut f.birth_date)}
                on_input={props.set(|f| &mut f.birth_date)} error={props.at(BIRTH_DATE)} />
            { props.text("profile.tax_id", words::TAX_ID, |f| &mut f.tax_id, Text { max: 20, help: Some(words::TAX_ID_HELP), ..REQUIRED }) }
            <SelectField name="profile.identity_document.kind" label={words::DOCUMENT_KIND} required=true
                value={tag_of(&props.form.document_kind)} options={options(&document_kinds, document_words)} on_change={set_kind} />
            { props.text("profile.identity_document.number", words::DOCUMENT_NUMBER, |f| &mut f.document_number, Text { max: 40, ..REQUIRED }) }
        </FormSection>
    }
}

/// How the customer is reached.
#[component]
pub fn ContactFields(props: &ProfileFieldsProps) -> Html {
    html! {
        <>
            <FormSection title={words::CONTACT}>
                { props.text("profile.phone", words::PHONE, |f| &mut f.phone, Text { kind: "tel", max: 30, ..REQUIRED }) }
                { props.text("profile.email", words::EMAIL, |f| &mut f.email, Text { kind: "email", max: 254, ..OPTIONAL }) }
            </FormSection>
            <FormSection title={words::ADDRESS}>
                { props.text("profile.address.street", words::STREET, |f| &mut f.street, REQUIRED) }
                { props.text("profile.address.unit", words::UNIT, |f| &mut f.unit, OPTIONAL) }
                { props.text("profile.address.city", words::TOWN, |f| &mut f.city, REQUIRED) }
                { props.text("profile.address.region", words::REGION, |f| &mut f.region, REQUIRED) }
                { props.text("profile.address.postal_code", words::POSTAL_CODE, |f| &mut f.postal_code, Text { max: 20, ..REQUIRED }) }
                { props.text("profile.address.country", words::COUNTRY, |f| &mut f.country, Text { max: 2, help: Some(words::COUNTRY_HELP), ..REQUIRED }) }
            </FormSection>
        </>
    }
}

/// What the customer lives on.
#[component]
pub fn HouseholdFields(props: &ProfileFieldsProps) -> Html {
    let kinds = [
        EmploymentKind::Employed,
        EmploymentKind::SelfEmployed,
        EmploymentKind::Retired,
        EmploymentKind::Student,
        EmploymentKind::NotEmployed,
    ];
    let set_kind = {
        let (form, on_change) = (props.form.clone(), props.on_change.clone());
        Callback::from(move |tag: String| {
            let kind = kinds.iter().find(|kind| tag_of(*kind) == tag);
            if let Some(kind) = kind {
                on_change.emit(ProfileForm {
                    employment_kind: *kind,
                    ..form.clone()
                });
            }
        })
    };
    let employed = props.form.employment_kind == EmploymentKind::Employed;
    let employer = Text {
        required: employed,
        ..REQUIRED
    };
    html! {
        <FormSection title={words::HOUSEHOLD}>
            <SelectField name="profile.employment.kind" label={words::EMPLOYMENT} required=true
                value={tag_of(&props.form.employment_kind)} options={options(&kinds, employment_words)} on_change={set_kind} />
            { props.text("profile.employment.employer", words::EMPLOYER, |f| &mut f.employer, employer) }
            <MoneyField name={INCOME} label={words::INCOME} required=true help={words::INCOME_HELP}
                currency={props.currency} value={props.typed(|f| &mut f.income_monthly)}
                on_input={props.set(|f| &mut f.income_monthly)} error={props.at(INCOME)} />
            <MoneyField name={OBLIGATIONS} label={words::OBLIGATIONS} required=true help={words::OBLIGATIONS_HELP}
                currency={props.currency} value={props.typed(|f| &mut f.obligations_monthly)}
                on_input={props.set(|f| &mut f.obligations_monthly)} error={props.at(OBLIGATIONS)} />
        </FormSection>
    }
}

pub fn document_words(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::DriversLicense => words::DRIVERS_LICENSE,
        DocumentKind::Passport => words::PASSPORT,
        DocumentKind::StateId => words::STATE_ID,
        DocumentKind::MilitaryId => words::MILITARY_ID,
    }
}

pub fn employment_words(kind: EmploymentKind) -> &'static str {
    match kind {
        EmploymentKind::Employed => words::EMPLOYED,
        EmploymentKind::SelfEmployed => words::SELF_EMPLOYED,
        EmploymentKind::Retired => words::RETIRED,
        EmploymentKind::Student => words::STUDENT,
        EmploymentKind::NotEmployed => words::NOT_EMPLOYED,
    }
}

/// The contract's own name of a kind.
fn tag_of(kind: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(kind).ok();
    let tag = value.as_ref().and_then(serde_json::Value::as_str);
    tag.unwrap_or_default().to_owned()
}

fn options<K: serde::Serialize + Copy>(
    kinds: &[K],
    words: fn(K) -> &'static str,
) -> Vec<(AttrValue, AttrValue)> {
    let option = |kind: &K| (tag_of(kind).into(), words(*kind).into());
    kinds.iter().map(option).collect()
}

/// The part of a form that may change later, judged by the same rules. The fields recorded once
/// are not on the screen then, so acceptable ones stand in for them.
pub fn read_change(
    form: &ProfileForm,
    currency: Currency,
    today: BusinessDate,
) -> Result<ProfileChange, FieldErrors> {
    let whole = ProfileForm {
        given_name: "x".to_owned(),
        family_name: "x".to_owned(),
        birth_date: BusinessDate::EARLIEST.to_string(),
        tax_id: "123456789".to_owned(),
        document_number: "x".to_owned(),
        ..form.clone()
    };
    let profile = whole.read(currency, today)?;
    Ok(ProfileChange {
        phone: profile.phone,
        email: profile.email,
        address: profile.address,
        employment: profile.employment,
        income_monthly_minor: profile.income_monthly_minor,
        obligations_monthly_minor: profile.obligations_monthly_minor,
    })
}
