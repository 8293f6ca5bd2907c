//! What is typed about a new customer, and how it becomes the profile a command carries.
//!
//! The rules of each field live in the domain and are asked there, one after the other, so that
//! every field shows its own error at once and no rule is written twice.

use crate::typed::{read_date, read_money};
use domain::customer::{
    Address, DocumentKind, Employment, EmploymentKind, IdentityDocument, Profile,
};
use domain::date::BusinessDate;
use domain::money::{Currency, Minor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Words by the path of the field they stand at, such as "profile.tax_id".
pub type FieldErrors = BTreeMap<String, String>;

/// Everything as typed: a draft keeps what cannot be read yet, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub given_name: String,
    pub family_name: String,
    pub birth_date: String,
    pub tax_id: String,
    pub phone: String,
    pub email: String,
    pub street: String,
    pub unit: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub document_kind: DocumentKind,
    pub document_number: String,
    pub employment_kind: EmploymentKind,
    pub employer: String,
    pub income_monthly: String,
    pub obligations_monthly: String,
}

impl Default for ProfileForm {
    fn default() -> Self {
        ProfileForm {
            given_name: String::new(),
            family_name: String::new(),
            birth_date: String::new(),
            tax_id: String::new(),
            phone: String::new(),
            email: String::new(),
            street: String::new(),
            unit: String::new(),
            city: String::new(),
            region: String::new(),
            postal_code: String::new(),
            country: "US".to_owned(),
            document_kind: DocumentKind::DriversLicense,
            document_number: String::new(),
            employment_kind: EmploymentKind::Employed,
            employer: String::new(),
            income_monthly: String::new(),
            obligations_monthly: String::new(),
        }
    }
}

pub const BIRTH_DATE: &str = "profile.birth_date";
pub const INCOME: &str = "profile.income_monthly_minor";
pub const OBLIGATIONS: &str = "profile.obligations_monthly_minor";

impl ProfileForm {
    /// The profile, or every field that stands in its way.
    pub fn read(&self, currency: Currency, today: BusinessDate) -> Result<Profile, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut note = |field: &str, words: String| {
            errors.insert(field.to_owned(), words);
        };
        let birth_date = read_date(today, &self.birth_date).unwrap_or_else(|words| {
            note(BIRTH_DATE, words);
            specimen_birth_date()
        });
        let mut monthly = |field: &str, typed: &str| {
            read_money(currency, typed).unwrap_or_else(|words| {
                note(field, words);
                Minor::ZERO
            })
        };
        let income_monthly_minor = monthly(INCOME, &self.income_monthly);
        let obligations_monthly_minor = monthly(OBLIGATIONS, &self.obligations_monthly);
        let profile = Profile {
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            birth_date,
            tax_id: self.tax_id.clone(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            address: Address {
                street: self.street.clone(),
                unit: self.unit.clone(),
                city: self.city.clone(),
                region: self.region.clone(),
                postal_code: self.postal_code.clone(),
                country: self.country.trim().to_ascii_uppercase(),
            },
            identity_document: IdentityDocument {
                kind: self.document_kind,
                number: self.document_number.clone(),
            },
            employment: Employment {
                kind: self.employment_kind,
                employer: self.employer.clone(),
            },
            income_monthly_minor,
            obligations_monthly_minor,
        }
        .tidied();
        errors.extend(every_refusal(&profile, today));
        if errors.is_empty() {
            Ok(profile)
        } else {
            Err(errors)
        }
    }
}

/// The domain names the first field it refuses. Putting something acceptable there and asking
/// again names the next one, until nothing is refused.
fn every_refusal(profile: &Profile, today: BusinessDate) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut tried = profile.clone();
    while let Err(refusal) = tried.check(today) {
        let Some(field) = refusal.field else { break };
        let mended = mend(&mut tried, &field);
        errors.insert(field, refusal.code.words().to_owned());
        if !mended {
            break;
        }
    }
    errors
}

/// Of age on any business date.
fn specimen_birth_date() -> BusinessDate {
    BusinessDate::EARLIEST
}

/// Puts an acceptable value into the field; false where the field is not known here.
fn mend(profile: &mut Profile, field: &str) -> bool {
    let text = match field {
        BIRTH_DATE => {
            profile.birth_date = specimen_birth_date();
            return true;
        }
        INCOME => {
            profile.income_monthly_minor = Minor::ZERO;
            return true;
        }
        OBLIGATIONS => {
            profile.obligations_monthly_minor = Minor::ZERO;
            return true;
        }
        "profile.given_name" => &mut profile.given_name,
        "profile.family_name" => &mut profile.family_name,
        "profile.tax_id" => &mut profile.tax_id,
        "profile.phone" => &mut profile.phone,
        "profile.email" => &mut profile.email,
        "profile.address.street" => &mut profile.address.street,
        "profile.address.unit" => &mut profile.address.unit,
        "profile.address.city" => &mut profile.address.city,
        "profile.address.region" => &mut profile.address.region,
        "profile.address.postal_code" => &mut profile.address.postal_code,
        "profile.address.country" => &mut profile.address.country,
        "profile.identity_document.number" => &mut profile.identity_document.number,
        "profile.employment.employer" => &mut profile.employment.employer,
        _ => return false,
    };
    let acceptable = match field {
        "profile.tax_id" => "123456789",
        "profile.phone" => "+1 202 555 0100",
        "profile.email" => "someone@example.com",
        "profile.address.country" => "US",
        _ => "x",
    };
    // Asking again about a value that is refused all the same would never end.
    let changed = text != acceptable;
    acceptable.clone_into(text);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn today() -> BusinessDate {
        "2026-03-02".parse().unwrap()
    }

    fn filled() -> ProfileForm {
        ProfileForm {
            given_name: " Marisol ".into(),
            family_name: "Ekström".into(),
            birth_date: "1984-07-19".into(),
            tax_id: "123-45-6789".into(),
            phone: "+1 218 555 0140".into(),
            street: "412 Lakeshore Drive".into(),
            city: "Duluth".into(),
            region: "MN".into(),
            postal_code: "55802".into(),
            country: "us".into(),
            document_number: "E440-118".into(),
            employer: "Northern Freight".into(),
            income_monthly: "5.2k".into(),
            obligations_monthly: "0".into(),
            ..ProfileForm::default()
        }
    }

    #[test]
    fn a_filled_form_is_a_profile() {
        let profile = filled().read(Currency::USD, today()).unwrap();
        assert_eq!(profile.given_name, "Marisol");
        assert_eq!(profile.tax_id, "123456789");
        assert_eq!(profile.address.country, "US");
        assert_eq!(profile.income_monthly_minor, Minor(520_000));
    }

    #[test]
    fn an_empty_form_names_every_required_field() {
        let errors = ProfileForm::default()
            .read(Currency::USD, today())
            .unwrap_err();
        let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            [
                "profile.address.city",
                "profile.address.postal_code",
                "profile.address.region",
                "profile.address.street",
                BIRTH_DATE,
                "profile.employment.employer",
                "profile.family_name",
                "profile.given_name",
                "profile.identity_document.number",
                INCOME,
                OBLIGATIONS,
                "profile.phone",
                "profile.tax_id",
            ]
        );
    }

    #[test]
    fn rules_of_the_domain_stand_at_their_fields() {
        let mut form = filled();
        form.birth_date = "2015-01-01".into();
        form.tax_id = "12-3".into();
        form.email = "nobody".into();
        form.country = "USA".into();
        let errors = form.read(Currency::USD, today()).unwrap_err();
        let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            [
                "profile.address.country",
                BIRTH_DATE,
                "profile.email",
                "profile.tax_id"
            ]
        );
    }
}
