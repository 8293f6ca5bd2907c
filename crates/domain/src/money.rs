//! Money: integer minor units behind checked arithmetic, and the currencies a store may hold.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The largest amount one command may name, in minor units: 10 thousand million of a
/// two-decimal currency. Far below 2^53, so a JSON number carries it exactly, and far enough
/// below `i64::MAX` that no branch can reach an overflow by adding.
pub const LARGEST_AMOUNT_MINOR: i64 = 1_000_000_000_000;

/// An amount in the minor unit of the store's one currency (cents for USD). May be negative in
/// the ledger; commands only take positive ones.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Minor(pub i64);

/// A sum left the range of a 64-bit integer. Nothing is posted when this happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

impl Minor {
    pub const ZERO: Minor = Minor(0);

    pub fn plus(self, other: Minor) -> Result<Minor, Overflow> {
        self.0.checked_add(other.0).map(Minor).ok_or(Overflow)
    }

    pub fn minus(self, other: Minor) -> Result<Minor, Overflow> {
        self.0.checked_sub(other.0).map(Minor).ok_or(Overflow)
    }

    pub fn negated(self) -> Result<Minor, Overflow> {
        self.0.checked_neg().map(Minor).ok_or(Overflow)
    }

    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Zero where the amount is negative.
    pub fn or_zero(self) -> Minor {
        Minor(self.0.max(0))
    }

    pub fn sum(amounts: impl IntoIterator<Item = Minor>) -> Result<Minor, Overflow> {
        amounts.into_iter().try_fold(Minor::ZERO, Minor::plus)
    }
}

/// An amount as a command names it: with its currency, so that a page set up for another
/// currency is refused instead of misread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Money {
    pub minor: Minor,
    pub currency: Currency,
}

/// An ISO 4217 code this program knows the exponent of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// ISO 4217 codes by the number of decimals of their minor unit.
const CURRENCIES: &[(&str, u8)] = &[
    ("AED", 2),
    ("ARS", 2),
    ("AUD", 2),
    ("BGN", 2),
    ("BHD", 3),
    ("BRL", 2),
    ("CAD", 2),
    ("CHF", 2),
    ("CLP", 0),
    ("CNY", 2),
    ("COP", 2),
    ("CZK", 2),
    ("DKK", 2),
    ("EGP", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("HKD", 2),
    ("HUF", 2),
    ("IDR", 2),
    ("ILS", 2),
    ("INR", 2),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KES", 2),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("MAD", 2),
    ("MXN", 2),
    ("MYR", 2),
    ("NGN", 2),
    ("NOK", 2),
    ("NZD", 2),
    ("OMR", 3),
    ("PEN", 2),
    ("PHP", 2),
    ("PKR", 2),
    ("PLN", 2),
    ("PYG", 0),
    ("QAR", 2),
    ("RON", 2),
    ("RSD", 2),
    ("SAR", 2),
    ("SEK", 2),
    ("SGD", 2),
    ("THB", 2),
    ("TND", 3),
    ("TRY", 2),
    ("TWD", 2),
    ("UAH", 2),
    ("UGX", 0),
    ("USD", 2),
    ("UYU", 2),
    ("VND", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("ZAR", 2),
    ("ZMW", 2),
];

impl Currency {
    pub const USD: Currency = Currency(*b"USD");

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// Decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD.
    pub fn exponent(&self) -> u8 {
        CURRENCIES
            .iter()
            .find(|(code, _)| code.as_bytes() == self.0)
            .map_or(2, |(_, exponent)| *exponent)
    }

    /// Every code the program knows, in alphabetical order.
    pub fn all() -> impl Iterator<Item = Currency> {
        CURRENCIES.iter().filter_map(|(code, _)| code.parse().ok())
    }

    /// "1,250.00": grouped by thousands, without the code. One formatter serves the screen,
    /// the command line and the paper, so that they can never differ.
    pub fn format(&self, amount: Minor) -> String {
        self.written(amount, true)
    }

    /// "1250.00": the same without the groups, for programs that read it.
    pub fn decimal(&self, amount: Minor) -> String {
        self.written(amount, false)
    }

    fn written(&self, amount: Minor, grouped: bool) -> String {
        let exponent = usize::from(self.exponent());
        let digits = format!("{:0>width$}", amount.0.unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        let mut text = String::new();
        if amount.0 < 0 {
            text.push('-');
        }
        for (place, digit) in whole.chars().enumerate() {
            if grouped && place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        if exponent > 0 {
            text.push('.');
            text.push_str(fraction);
        }
        text
    }

    /// Reads what a teller types: "1250", "1,250.00", "1.25k", "2m". `None` for anything else,
    /// for more decimals than the currency has, and for what is too large.
    pub fn parse(&self, typed: &str) -> Option<Minor> {
        let typed = typed.trim().to_ascii_lowercase();
        let (number, shift) = match typed.strip_suffix('k') {
            Some(number) => (number, 3),
            None => match typed.strip_suffix('m') {
                Some(number) => (number, 6),
                None => (typed.as_str(), 0),
            },
        };
        let number = number.trim();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if !grouped_rightly(whole) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let whole: String = whole.chars().filter(|c| *c != ',').collect();
        let decimals = usize::from(self.exponent()) + shift;
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > decimals || whole.len() + decimals > 18 {
            return None;
        }
        let minor: i64 = format!("{whole}{fraction:0<decimals$}").parse().ok()?;
        (minor <= LARGEST_AMOUNT_MINOR).then_some(Minor(minor))
    }
}

/// "1,250" and "1250" but not "12,50": a comma in the wrong place is a slip, not a number.
fn grouped_rightly(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let rest: Vec<&str> = groups.collect();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    !first.is_empty()
        && digits(first)
        && (rest.is_empty() || first.len() <= 3)
        && rest.iter().all(|group| group.len() == 3 && digits(group))
}

impl FromStr for Currency {
    type Err = &'static str;
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        CURRENCIES
            .iter()
            .find(|(known, _)| *known == code)
            .and_then(|(known, _)| known.as_bytes().try_into().ok().map(Currency))
            .ok_or("not an ISO 4217 currency code this program knows")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<&str> = CURRENCIES.iter().map(|(code, _)| *code).collect();
        schemars::json_schema!({"type": "string", "enum": codes})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_parse(currency: &str, typed: &str, expected: Option<i64>) {
        let currency: Currency = currency.parse().unwrap();
        assert_eq!(
            currency.parse(typed),
            expected.map(Minor),
            "{currency} {typed:?}"
        );
    }

    #[test]
    fn what_tellers_type() {
        for (currency, typed, expected) in [
            ("USD", "1250", Some(125_000)),
            ("USD", "1,250.00", Some(125_000)),
            ("USD", "1.25k", Some(125_000)),
            ("USD", "2m", Some(200_000_000)),
            ("USD", " 0.5 ", Some(50)),
            ("USD", "1.005", None),
            ("USD", "1.005k", Some(100_500)),
            ("USD", "1.10", Some(110)),
            ("USD", "12,50", None),
            ("USD", "1,2500", None),
            ("USD", ",250", None),
            ("USD", "", None),
            ("USD", ".", None),
            ("USD", ".5", None),
            ("USD", "-1", None),
            ("USD", "1e3", None),
            ("USD", "1.2.3", None),
            ("USD", "99999999999999999999", None),
            ("USD", "10000000000.00", Some(LARGEST_AMOUNT_MINOR)),
            ("USD", "10000000000.01", None),
            ("JPY", "18250", Some(18_250)),
            ("JPY", "1.5", None),
            ("KWD", "18.250", Some(18_250)),
        ] {
            check_parse(currency, typed, expected);
        }
    }

    #[test]
    fn amounts_are_written_one_way() {
        for (currency, minor, expected) in [
            ("USD", 0, "0.00"),
            ("USD", 5, "0.05"),
            ("USD", 125_000, "1,250.00"),
            ("USD", -12_500_000, "-125,000.00"),
            ("USD", i64::MIN, "-92,233,720,368,547,758.08"),
            ("JPY", 18_250, "18,250"),
            ("KWD", 18_250, "18.250"),
        ] {
            let currency: Currency = currency.parse().unwrap();
            assert_eq!(currency.format(Minor(minor)), expected);
            assert_eq!(currency.decimal(Minor(minor)), expected.replace(',', ""));
        }
    }

    #[test]
    fn every_currency_is_listed_once_and_told_by_its_code() {
        let codes: Vec<String> = Currency::all()
            .map(|currency| currency.to_string())
            .collect();
        assert!(codes.is_sorted_by(|one, other| one < other), "{codes:?}");
        for code in &codes {
            let currency: Currency = code.parse().unwrap();
            assert_eq!(format!("{currency:?}"), *code);
        }
        for code in ["EUR", "JPY", "KWD", "USD"] {
            assert!(codes.iter().any(|known| known == code), "{code}");
        }
    }

    #[test]
    fn no_number_is_too_long_to_be_refused() {
        let digits = "9".repeat(400);
        for typed in [digits.clone(), format!("{digits}k"), format!("0.{digits}m")] {
            check_parse("USD", &typed, None);
        }
        // Nor does a slip of the zero key count for nothing: 18 digits, decimals included.
        for (zeros, expected) in [(15, Some(500)), (16, None), (17, None), (40, None)] {
            check_parse("USD", &format!("{}5", "0".repeat(zeros)), expected);
        }
    }

    #[test]
    fn sums_never_wrap() {
        assert_eq!(Minor(i64::MAX).plus(Minor(1)), Err(Overflow));
        assert_eq!(Minor(i64::MIN).minus(Minor(1)), Err(Overflow));
        assert_eq!(Minor(i64::MIN).negated(), Err(Overflow));
        assert_eq!(Minor::sum([Minor(i64::MAX), Minor(1)]), Err(Overflow));
    }
}
