//! The borrower.

use crate::date::BusinessDate;
use crate::ids::{BankAccountId, CustomerId};
use crate::money::{LARGEST_AMOUNT_MINOR, Minor};
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use serde::{Deserialize, Serialize};

/// Everything that identifies a customer, and the household figures the decision needs. In
/// events it stands sealed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub given_name: String,
    pub family_name: String,
    pub birth_date: BusinessDate,
    /// Nine digits of a US social security or taxpayer number; dashes and spaces are dropped.
    pub tax_id: String,
    pub phone: String,
    /// May be empty.
    pub email: String,
    pub address: Address,
    pub identity_document: IdentityDocument,
    pub employment: Employment,
    /// Gross, per month.
    pub income_monthly_minor: Minor,
    /// Rent, loans, support: per month.
    pub obligations_monthly_minor: Minor,
}

/// What changes in a customer's life. Names, birth date and tax id stay as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    pub phone: String,
    pub email: String,
    pub address: Address,
    pub employment: Employment,
    pub income_monthly_minor: Minor,
    pub obligations_monthly_minor: Minor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Address {
    pub street: String,
    /// Apartment, building: may be empty.
    pub unit: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    /// Two letters, ISO 3166.
    pub country: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    DriversLicense,
    Passport,
    StateId,
    MilitaryId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentityDocument {
    pub kind: DocumentKind,
    pub number: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EmploymentKind {
    Employed,
    SelfEmployed,
    Retired,
    Student,
    NotEmployed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Employment {
    pub kind: EmploymentKind,
    /// May be empty unless employed.
    pub employer: String,
}

/// The youngest a borrower may be.
const ADULT_YEARS: i32 = 18;

impl Profile {
    /// The profile with the shapes people type brought to the one that is kept: digits only for
    /// the tax id, no outer blanks.
    pub fn tidied(mut self) -> Profile {
        self.tax_id.retain(|c| !matches!(c, '-' | ' '));
        let address = &mut self.address;
        for text in [
            &mut self.given_name,
            &mut self.family_name,
            &mut self.phone,
            &mut self.email,
            &mut address.street,
            &mut address.unit,
            &mut address.city,
            &mut address.region,
            &mut address.postal_code,
            &mut address.country,
            &mut self.identity_document.number,
            &mut self.employment.employer,
        ] {
            let trimmed = text.trim().to_owned();
            *text = trimmed;
        }
        self
    }

    /// The profile after a change.
    pub fn changed(mut self, change: ProfileChange) -> Profile {
        self.phone = change.phone;
        self.email = change.email;
        self.address = change.address;
        self.employment = change.employment;
        self.income_monthly_minor = change.income_monthly_minor;
        self.obligations_monthly_minor = change.obligations_monthly_minor;
        self.tidied()
    }

    pub fn check(&self, today: BusinessDate) -> Result<(), Refusal> {
        text::line("profile.given_name", &self.given_name, text::NAME_MAX)?;
        text::line("profile.family_name", &self.family_name, text::NAME_MAX)?;
        if self.birth_date > today {
            return Err(Refusal::at("profile.birth_date", RefusalCode::DateInFuture));
        }
        if today.years_since(self.birth_date) < ADULT_YEARS {
            return Err(Refusal::at("profile.birth_date", RefusalCode::TooYoung));
        }
        text::digits("profile.tax_id", &self.tax_id, 9..=9)?;
        check_phone(&self.phone)?;
        check_email(&self.email)?;
        self.address.check()?;
        text::line(
            "profile.identity_document.number",
            &self.identity_document.number,
            40,
        )?;
        match self.employment.kind {
            EmploymentKind::Employed => {
                text::line(
                    "profile.employment.employer",
                    &self.employment.employer,
                    text::LINE_MAX,
                )?;
            }
            EmploymentKind::SelfEmployed
            | EmploymentKind::Retired
            | EmploymentKind::Student
            | EmploymentKind::NotEmployed => text::optional_line(
                "profile.employment.employer",
                &self.employment.employer,
                text::LINE_MAX,
            )?,
        }
        check_monthly("profile.income_monthly_minor", self.income_monthly_minor)?;
        check_monthly(
            "profile.obligations_monthly_minor",
            self.obligations_monthly_minor,
        )
    }
}

impl Address {
    fn check(&self) -> Result<(), Refusal> {
        text::line("profile.address.street", &self.street, text::LINE_MAX)?;
        text::optional_line("profile.address.unit", &self.unit, text::LINE_MAX)?;
        text::line("profile.address.city", &self.city, text::NAME_MAX)?;
        text::line("profile.address.region", &self.region, text::NAME_MAX)?;
        text::line("profile.address.postal_code", &self.postal_code, 20)?;
        text::line("profile.address.country", &self.country, 2)?;
        let two_letters =
            self.country.len() == 2 && self.country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !two_letters {
            return Err(Refusal::at(
                "profile.address.country",
                RefusalCode::FieldMalformed,
            ));
        }
        Ok(())
    }
}

fn check_phone(phone: &str) -> Result<(), Refusal> {
    text::line("profile.phone", phone, 30)?;
    let digits = phone.bytes().filter(u8::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '.');
    if !(7..=15).contains(&digits) || !phone.chars().all(known) {
        return Err(Refusal::at("profile.phone", RefusalCode::FieldMalformed));
    }
    Ok(())
}

fn check_email(email: &str) -> Result<(), Refusal> {
    text::optional_line("profile.email", email, 254)?;
    if email.is_empty() {
        return Ok(());
    }
    let shaped = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if !shaped || email.contains(char::is_whitespace) {
        return Err(Refusal::at("profile.email", RefusalCode::FieldMalformed));
    }
    Ok(())
}

fn check_monthly(field: &'static str, amount: Minor) -> Result<(), Refusal> {
    if amount.0 < 0 {
        return Err(Refusal::at(field, RefusalCode::AmountNotPositive));
    }
    if amount.0 > LARGEST_AMOUNT_MINOR {
        return Err(Refusal::at(field, RefusalCode::AmountTooLarge));
    }
    Ok(())
}

/// Where money goes to or comes from through the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankAccount {
    pub id: BankAccountId,
    pub numbers: Private<AccountNumbers>,
    /// The last four digits of the number, for people to recognize it by.
    pub last4: String,
    /// The customer's recorded consent to debits, and the day it was signed.
    pub debit_authorized_on: Option<BusinessDate>,
    /// When it was last heard that a consent had ended: another one has to be signed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debit_ended_on: Option<BusinessDate>,
    /// The return code after which nothing may be sent to this account any more.
    pub unusable_since_code: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountNumbers {
    pub routing: String,
    pub number: String,
}

/// What of a customer is shown masked, and in full to whoever asks for it: each time an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Masked {
    TaxId,
    BirthDate,
    IdentityDocument,
    /// Routing and number.
    BankAccount {
        account_id: BankAccountId,
    },
}

impl Masked {
    /// For a sentence of the log: what was shown.
    pub fn words(self) -> &'static str {
        match self {
            Masked::TaxId => "tax id",
            Masked::BirthDate => "birth date",
            Masked::IdentityDocument => "number of the identity document",
            Masked::BankAccount { .. } => "number of a bank account",
        }
    }
}

/// A customer as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    pub id: CustomerId,
    pub version: u64,
    pub number: String,
    pub profile: Private<Profile>,
    pub bank_accounts: Vec<BankAccount>,
    pub recorded_on: BusinessDate,
    pub forgotten_on: Option<BusinessDate>,
}

impl Customer {
    /// What stands behind the mask; nothing of a forgotten customer, or of an account they have not.
    pub fn unmasked(&self, masked: Masked) -> Option<String> {
        let profile = self.profile.known()?;
        Some(match masked {
            Masked::TaxId => {
                let digits = |range| profile.tax_id.get(range).unwrap_or("");
                format!("{}-{}-{}", digits(0..3), digits(3..5), digits(5..9))
            }
            Masked::BirthDate => profile.birth_date.to_string(),
            Masked::IdentityDocument => profile.identity_document.number.clone(),
            Masked::BankAccount { account_id } => {
                let numbers = self.bank_account(account_id)?.numbers.known()?;
                format!("{} {}", numbers.routing, numbers.number)
            }
        })
    }

    pub fn bank_account(&self, id: BankAccountId) -> Option<&BankAccount> {
        self.bank_accounts.iter().find(|account| account.id == id)
    }
}
