//! What a customer is found by. The writer fills `customer_terms` with [`terms_of`], searching
//! looks there for a beginning made by [`normalize_term`]: one spelling on both sides.

use domain::customer::Customer;
use domain::private::Private;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Marks the last four digits of an account, so that they are not taken for a phone number.
const LAST_FOUR_MARK: char = '#';
/// A local number without its area code, as people say it.
const LOCAL_PHONE_DIGITS: usize = 7;

/// Lower case, without accents, single blanks: "Zoë  O’HARA" and "zoe o'hara" are one.
pub fn normalize_term(text: &str) -> String {
    let folded: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| {
            if matches!(c, '’' | 'ʼ' | '`') {
                '\''
            } else {
                c
            }
        })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every term one customer is found by; none once forgotten. Sorted, and none that another one
/// begins with: whoever searches for "zoe" finds "zoe hill", once.
pub fn terms_of(customer: &Customer) -> Vec<String> {
    let Private::Known(profile) = &customer.profile else {
        return Vec::new();
    };
    let given = normalize_term(&profile.given_name);
    let family = normalize_term(&profile.family_name);
    let mut terms = BTreeSet::from([
        format!("{given} {family}"),
        format!("{family} {given}"),
        normalize_term(&customer.number),
    ]);
    for word in given.split(' ').chain(family.split(' ')) {
        terms.insert(word.to_owned());
        let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        terms.insert(letters);
        terms.extend(
            word.split(|c: char| !c.is_alphanumeric())
                .map(str::to_owned),
        );
    }
    terms.extend(phone_terms(&profile.phone));
    terms.extend(
        customer
            .bank_accounts
            .iter()
            .map(|account| format!("{LAST_FOUR_MARK}{}", account.last4)),
    );
    // Sorted, what a term begins follows right behind it. Everything begins with nothing.
    let mut kept: Vec<String> = Vec::with_capacity(terms.len());
    for term in terms {
        if kept
            .last()
            .is_some_and(|last| term.starts_with(last.as_str()))
        {
            kept.pop();
        }
        kept.push(term);
    }
    kept.retain(|term| !term.is_empty());
    kept
}

fn phone_terms(phone: &str) -> Vec<String> {
    let whole: String = phone.chars().filter(char::is_ascii_digit).collect();
    let national = whole.strip_prefix('1').unwrap_or(&whole).to_owned();
    let local = national
        .len()
        .checked_sub(LOCAL_PHONE_DIGITS)
        .map(|from| national[from..].to_owned());
    [whole, national].into_iter().chain(local).collect()
}

/// What a search text may mean: beginnings of terms.
pub fn beginnings(search: &str) -> Vec<String> {
    let normal = normalize_term(search);
    if normal.is_empty() {
        return Vec::new();
    }
    let digits: String = normal.chars().filter(char::is_ascii_digit).collect();
    let phone_like = !digits.is_empty()
        && normal
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '.' | '/'));
    if !phone_like {
        return vec![normal];
    }
    let mut meant = vec![digits.clone()];
    if digits.len() == 4 {
        meant.push(format!("{LAST_FOUR_MARK}{digits}"));
    }
    meant
}

/// The first text that no longer begins with `beginning`: the end of a range in an index.
pub fn after_beginning(beginning: &str) -> String {
    format!("{beginning}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::customer::*;
    use domain::ids::{BankAccountId, CustomerId};

    fn customer(given: &str, family: &str, phone: &str) -> Customer {
        let text = String::new;
        let profile = Profile {
            given_name: given.into(),
            family_name: family.into(),
            birth_date: "1980-01-01".parse().unwrap(),
            tax_id: "123456789".into(),
            phone: phone.into(),
            email: text(),
            address: Address {
                street: text(),
                unit: text(),
                city: "Springfield".into(),
                region: text(),
                postal_code: text(),
                country: "US".into(),
            },
            identity_document: IdentityDocument {
                kind: DocumentKind::Passport,
                number: "P1".into(),
            },
            employment: Employment {
                kind: EmploymentKind::Retired,
                employer: text(),
            },
            income_monthly_minor: Default::default(),
            obligations_monthly_minor: Default::default(),
        };
        Customer {
            id: CustomerId(uuid::Uuid::from_u128(1)),
            version: 1,
            number: "C-000001".into(),
            profile: Private::Known(profile),
            bank_accounts: vec![BankAccount {
                id: BankAccountId(uuid::Uuid::from_u128(2)),
                numbers: Private::Forgotten,
                last4: "6789".into(),
                debit_authorized_on: None,
                debit_ended_on: None,
                unusable_since_code: None,
            }],
            recorded_on: "2026-01-01".parse().unwrap(),
            forgotten_on: None,
        }
    }

    #[test]
    fn people_are_found_as_they_are_spoken_of() {
        let zoe = customer("Zoë Anne", "O’Hara-Nuñez", "+1 (202) 555-0143");
        let terms = terms_of(&zoe);
        for (search, found) in [
            ("zoe", true),
            ("ZOË", true),
            ("anne", true),
            ("o'hara", true),
            ("ohara", true),
            ("hara", true),
            ("nunez", true),
            ("zoe anne o", true),
            ("  O’Hara-Nunez   ZOE", true),
            ("202-555", true),
            ("(202) 555-0143", true),
            ("+1 202", true),
            ("555-0143", true),
            ("6789", true),
            ("c-000001", true),
            ("springfield", false),
            ("123456789", false),
            ("678", false),
            ("oe", false),
            ("%", false),
            ("", false),
            ("   ", false),
        ] {
            let any = beginnings(search).iter().any(|beginning| {
                terms
                    .iter()
                    .any(|term| *term >= *beginning && *term < after_beginning(beginning))
            });
            assert_eq!(any, found, "{search:?} in {terms:?}");
        }
    }

    #[test]
    fn a_search_meets_a_customer_once() {
        let terms = terms_of(&customer("Zoë Anne", "Hill", "(202) 555-0143"));
        let expected = [
            "#6789",
            "2025550143",
            "5550143",
            "anne",
            "c-000001",
            "hill zoe anne",
            "zoe anne hill",
        ];
        assert_eq!(terms, expected);
    }

    #[test]
    fn a_forgotten_customer_is_not_found() {
        let mut gone = customer("Zoë", "Hill", "2025550143");
        gone.profile = Private::Forgotten;
        assert_eq!(terms_of(&gone), Vec::<String>::new());
    }
}
