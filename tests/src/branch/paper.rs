//! Filled-in forms: one valid command of every kind a story needs, by a few words.

use domain::command::*;
use domain::customer::*;
use domain::date::BusinessDate;
use domain::ids::*;
use domain::intake::Check;
use domain::money::{Currency, Minor, Money};

/// Minor units of the branch's currency.
pub fn usd(minor: i64) -> Money {
    Money {
        minor: Minor(minor),
        currency: Currency::USD,
    }
}

/// The profile of the customer of this number; every identifying value differs from the others'.
pub fn profile(number: u32) -> Profile {
    Profile {
        given_name: format!("Wilhelmina{number}"),
        family_name: format!("Ostergaard{number}"),
        birth_date: "1971-04-09".parse().expect("a date"),
        tax_id: format!("{:09}", 100_000_000 + number),
        phone: format!("+1 555 01{number:05}"),
        email: format!("w.ostergaard{number}@example.org"),
        address: Address {
            street: format!("{number} Lighthouse Road"),
            unit: String::new(),
            city: "Portsmouth".to_owned(),
            region: "NH".to_owned(),
            postal_code: "03801".to_owned(),
            country: "US".to_owned(),
        },
        identity_document: IdentityDocument {
            kind: DocumentKind::DriversLicense,
            number: format!("NH-DL-{number:06}"),
        },
        employment: Employment {
            kind: EmploymentKind::Employed,
            employer: "Piscataqua Ferries".to_owned(),
        },
        income_monthly_minor: Minor(520_000),
        obligations_monthly_minor: Minor(90_000),
    }
}

pub fn record_customer(customer_id: CustomerId, number: u32) -> Command {
    Command::RecordCustomer(RecordCustomer {
        customer_id,
        profile: profile(number),
    })
}

pub fn account_number(number: u32) -> String {
    format!("77{number:010}")
}

pub fn add_bank_account(
    customer_id: CustomerId,
    account_id: BankAccountId,
    number: u32,
) -> Command {
    Command::AddBankAccount(AddBankAccount {
        customer_id,
        account_id,
        routing: "021000021".to_owned(),
        number: account_number(number),
    })
}

pub fn authorize_debit(
    customer_id: CustomerId,
    account_id: BankAccountId,
    signed_on: BusinessDate,
) -> Command {
    Command::AuthorizeDebit(AuthorizeDebit {
        customer_id,
        account_id,
        signed_on,
    })
}

pub fn take_application(
    line_id: LineId,
    customer_id: CustomerId,
    product_id: ProductId,
    requested_minor: i64,
) -> Command {
    Command::TakeApplication(TakeApplication {
        line_id,
        customer_id,
        product_id,
        requested: usd(requested_minor),
        purpose: "A new boiler before the winter".to_owned(),
        missing: Vec::new(),
    })
}

/// What every product asks to be looked up, each found in order.
pub fn checks(line_id: LineId) -> impl Iterator<Item = Command> {
    let checks = Check::ALL.iter();
    checks.map(move |check| {
        Command::RecordCheck(RecordCheck {
            line_id,
            check: *check,
            passed: true,
        })
    })
}

/// On the terms that its product began with.
pub fn approve(line_id: LineId, seen_version: u64, limit_minor: i64) -> Command {
    approve_on(line_id, seen_version, 1, limit_minor)
}

/// On the terms of this version of its product.
pub fn approve_on(
    line_id: LineId,
    seen_version: u64,
    seen_product_version: u64,
    limit_minor: i64,
) -> Command {
    Command::ApproveApplication(ApproveApplication {
        line_id,
        seen_version,
        seen_product_version,
        limit: usd(limit_minor),
    })
}

pub fn reject(line_id: LineId, seen_version: u64, reasons: &[RejectionReason]) -> Command {
    Command::RejectApplication(RejectApplication {
        line_id,
        seen_version,
        reasons: reasons.to_vec(),
        other_words: None,
    })
}

pub fn record_agreement(line_id: LineId, signed_on: BusinessDate) -> Command {
    Command::RecordAgreement(RecordAgreement { line_id, signed_on })
}

pub fn draw_cash(line_id: LineId, draw_id: MovementId, minor: i64) -> Command {
    let method = PayOut::Cash {
        identity_seen: true,
    };
    Command::RequestDraw(RequestDraw {
        line_id,
        draw_id,
        amount: usd(minor),
        method,
    })
}

pub fn draw_to_bank(
    line_id: LineId,
    draw_id: MovementId,
    minor: i64,
    account_id: BankAccountId,
    speed: Speed,
) -> Command {
    let method = PayOut::Bank { account_id, speed };
    Command::RequestDraw(RequestDraw {
        line_id,
        draw_id,
        amount: usd(minor),
        method,
    })
}

pub fn repay_cash(line_id: LineId, repayment_id: MovementId, minor: i64) -> Command {
    let method = PayIn::Cash {};
    Command::TakeRepayment(TakeRepayment {
        line_id,
        repayment_id,
        amount: usd(minor),
        method,
        taken_on: None,
    })
}

pub fn repay_by_debit(
    line_id: LineId,
    repayment_id: MovementId,
    minor: i64,
    account_id: BankAccountId,
) -> Command {
    let method = PayIn::Debit { account_id };
    Command::TakeRepayment(TakeRepayment {
        line_id,
        repayment_id,
        amount: usd(minor),
        method,
        taken_on: None,
    })
}

/// A move to another house of the same town.
pub fn profile_change(number: u32) -> ProfileChange {
    let profile = profile(number);
    ProfileChange {
        phone: profile.phone,
        email: profile.email,
        address: profile.address,
        employment: profile.employment,
        income_monthly_minor: profile.income_monthly_minor,
        obligations_monthly_minor: profile.obligations_monthly_minor,
    }
}
