//! Products: templates whose terms are copied into a line when it opens. Editing a product
//! later changes no existing line.

use crate::customer::Profile;
use crate::cycle::Cycle;
use crate::date::BusinessDate;
use crate::ids::ProductId;
use crate::intake::Check;
use crate::interest::{RateChange, Rates};
use crate::money::{LARGEST_AMOUNT_MINOR, Minor, Overflow};
use crate::refusal::{Refusal, RefusalCode};
use crate::statement::minimum;
use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An exact yearly rate in percent, such as 8.625: kept in millionths of a percent, so no
/// float ever comes near it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnnualPercent {
    millionths: u32,
}

impl FromStr for AnnualPercent {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "a rate is an exact decimal of at most six places, as in 8.625";
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let ends_in_point = text.ends_with('.');
        if whole.is_empty() || whole.len() > 3 || fraction.len() > 6 || ends_in_point {
            return Err(SHAPE);
        }
        if !digits(whole) || !digits(fraction) {
            return Err(SHAPE);
        }
        let millionths = format!("{whole}{fraction:0<6}")
            .parse()
            .map_err(|_| SHAPE)?;
        Ok(AnnualPercent { millionths })
    }
}

impl AnnualPercent {
    /// At most 100 % a year.
    pub fn is_plausible(self) -> bool {
        self.millionths <= 100_000_000
    }

    /// Millionths of a percent: 8.625 % is 8 625 000.
    pub fn millionths(self) -> u32 {
        self.millionths
    }
}

impl fmt::Display for AnnualPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:06}", self.millionths % 1_000_000);
        let fraction = fraction.trim_end_matches('0');
        write!(f, "{}", self.millionths / 1_000_000)?;
        if !fraction.is_empty() {
            write!(f, ".{fraction}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for AnnualPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} %")
    }
}

impl Serialize for AnnualPercent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AnnualPercent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for AnnualPercent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AnnualPercent".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,6})?$"})
    }
}

/// How days turn into a part of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DayCount {
    #[serde(rename = "act_365")]
    Act365,
    #[serde(rename = "act_360")]
    Act360,
    #[serde(rename = "act_act")]
    ActAct,
    #[serde(rename = "thirty_e_360")]
    ThirtyE360,
}

/// How a balance turns into interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InterestMethod {
    /// Each day on that day's balance, by the day count.
    #[default]
    DailySimple,
    /// Average daily balance × rate ÷ 12; a part of a cycle by its share of the cycle's days.
    AverageDailyBalance,
}

/// What a repayment pays. Also the three receivables of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Due {
    Fees,
    Interest,
    Principal,
}

/// The terms of a line. Amounts are in minor units of the store's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The rate the agreement states. Interest is posted from the release that closes days.
    pub annual_percent: AnnualPercent,
    pub day_count: DayCount,
    /// The order in which a repayment pays what is posted, each of the three once.
    pub allocation_order: [Due; 3],
    /// The most one line of this product may be opened with.
    pub largest_limit_minor: Minor,
    /// A draw above this waits for a second person.
    pub single_signature_minor: Minor,
    /// A draw above this, taken while the network is away, waits for a second person.
    pub offline_cap_minor: Minor,
    /// The most one customer may be exposed for, over all lines.
    pub exposure_cap_minor: Minor,
    /// Banking days before a settled network repayment frees the limit again.
    pub hold_banking_days: u32,
    // What follows was added when interest began to post; the defaults are what terms agreed on
    // before are taken to say.
    #[serde(default)]
    pub interest_method: InterestMethod,
    /// Rates after the first one, each from its date.
    #[serde(default)]
    pub rate_changes: Vec<RateChange>,
    #[serde(default)]
    pub cycle: Cycle,
    #[serde(default)]
    pub minimum: MinimumRule,
    /// Days from a closing to the due date, which then moves to a business day.
    #[serde(default = "usual_due_days")]
    pub due_days: u16,
    /// Days after the due date before a late fee.
    #[serde(default = "usual_grace_days")]
    pub grace_days: u16,
    #[serde(default)]
    pub late_fee_minor: Minor,
    /// For a repayment that the network returns.
    #[serde(default)]
    pub returned_payment_fee_minor: Minor,
    /// Once, with the first draw.
    #[serde(default)]
    pub origination_fee_minor: Minor,
    /// On each anniversary of the line's opening.
    #[serde(default)]
    pub annual_fee_minor: Minor,
    /// For each draw that settles by express; given back if the draw comes back.
    #[serde(default)]
    pub express_fee_minor: Minor,
    /// The most one waiver forgives.
    #[serde(default = "usual_waiver_cap")]
    pub waiver_cap_minor: Minor,
    /// Days between the notice of a higher rate and its first day.
    #[serde(default = "usual_rate_notice_days")]
    pub rate_notice_days: u16,
    /// What has to be looked up, and be in order, before an application is approved.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// An application up to this is approved by the product's own rule once its papers are
    /// complete, its checks made and it can be afforded. Zero: never.
    #[serde(default)]
    pub instant_limit_minor: Minor,
    /// Hundredths of a percent of the income that obligations and the minimum payment on the full
    /// limit may take together. Nothing: that is not asked.
    #[serde(default)]
    pub affordable_basis_points: Option<u32>,
}

/// The smallest payment a statement asks for: the floor, a part of the closing balance or the
/// cycle's fees and interest, whichever is most; then what is past due; never more than is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MinimumRule {
    pub floor_minor: Minor,
    /// Hundredths of a percent of the closing balance: 2 % is 200.
    pub balance_basis_points: u32,
}

impl Default for MinimumRule {
    fn default() -> Self {
        MinimumRule {
            floor_minor: Minor(2_500),
            balance_basis_points: 200,
        }
    }
}

/// Regulation Z asks for at least 21 days between a statement and its due date.
pub const LEAST_DUE_DAYS: u16 = 21;

fn usual_due_days() -> u16 {
    25
}

/// Regulation Z, 12 CFR 1026.9(c)(2): a significant change of terms is told 45 days before.
fn usual_rate_notice_days() -> u16 {
    45
}

fn usual_waiver_cap() -> Minor {
    Minor(10_000)
}

fn usual_grace_days() -> u16 {
    10
}

impl Terms {
    /// Defaults for a currency with this many decimals; every figure is a setting of a product.
    pub fn defaults(exponent: u8) -> Terms {
        let units = |whole: i64| Minor(whole.saturating_mul(10_i64.pow(u32::from(exponent))));
        Terms {
            annual_percent: AnnualPercent {
                millionths: 14_900_000,
            },
            day_count: DayCount::Act365,
            allocation_order: [Due::Fees, Due::Interest, Due::Principal],
            largest_limit_minor: units(50_000),
            single_signature_minor: units(5_000),
            offline_cap_minor: units(1_000),
            exposure_cap_minor: units(100_000),
            hold_banking_days: 3,
            interest_method: InterestMethod::DailySimple,
            rate_changes: Vec::new(),
            cycle: Cycle::default(),
            minimum: MinimumRule {
                floor_minor: units(25),
                ..MinimumRule::default()
            },
            due_days: usual_due_days(),
            grace_days: usual_grace_days(),
            late_fee_minor: Minor::ZERO,
            returned_payment_fee_minor: Minor::ZERO,
            origination_fee_minor: Minor::ZERO,
            annual_fee_minor: Minor::ZERO,
            express_fee_minor: Minor::ZERO,
            waiver_cap_minor: units(100),
            rate_notice_days: usual_rate_notice_days(),
            checks: Check::ALL.to_vec(),
            instant_limit_minor: Minor::ZERO,
            affordable_basis_points: Some(4_000),
        }
    }

    /// The first rate and those after it.
    pub fn rates(&self) -> Rates {
        let first = RateChange {
            from: BusinessDate::EARLIEST,
            annual_percent: self.annual_percent,
        };
        let changes: Vec<RateChange> = std::iter::once(first)
            .chain(self.rate_changes.iter().copied())
            .collect();
        // Checked when the product was defined; without that the first rate holds throughout.
        Rates::new(changes).unwrap_or_else(|| Rates::new(vec![first]).unwrap_or_default())
    }

    /// The rate of one day.
    pub fn rate_on(&self, date: BusinessDate) -> AnnualPercent {
        let changes = self.rate_changes.iter();
        changes
            .filter(|change| change.from <= date)
            .max_by_key(|change| change.from)
            .map_or(self.annual_percent, |change| change.annual_percent)
    }

    /// Another rate from a date on, until the next change.
    pub fn set_rate(&mut self, from: BusinessDate, annual_percent: AnnualPercent) {
        self.rate_changes.retain(|change| change.from != from);
        self.rate_changes.push(RateChange {
            from,
            annual_percent,
        });
        self.rate_changes.sort_by_key(|change| change.from);
    }

    pub fn check(&self) -> Result<(), Refusal> {
        let mut order = self.allocation_order;
        order.sort();
        if order != [Due::Fees, Due::Interest, Due::Principal] {
            return Err(Refusal::at(
                "terms.allocation_order",
                RefusalCode::FieldMalformed,
            ));
        }
        if !self.annual_percent.is_plausible() {
            return Err(Refusal::at(
                "terms.annual_percent",
                RefusalCode::AmountTooLarge,
            ));
        }
        if self.hold_banking_days > 30 {
            return Err(Refusal::at(
                "terms.hold_banking_days",
                RefusalCode::AmountTooLarge,
            ));
        }
        let malformed = |field| Err(Refusal::at(field, RefusalCode::FieldMalformed));
        if !self.cycle.is_valid() {
            return malformed("terms.cycle");
        }
        if !(LEAST_DUE_DAYS..=90).contains(&self.due_days) {
            return malformed("terms.due_days");
        }
        if self.grace_days > 90 {
            return malformed("terms.grace_days");
        }
        if self.rate_notice_days > 365 {
            return malformed("terms.rate_notice_days");
        }
        if self.minimum.balance_basis_points > 10_000 {
            return malformed("terms.minimum.balance_basis_points");
        }
        text::none_twice("terms.checks", &self.checks, RefusalCode::NamedTwice)?;
        if self
            .affordable_basis_points
            .is_some_and(|share| share > 10_000)
        {
            return malformed("terms.affordable_basis_points");
        }
        let ascending = Rates::new(self.rate_changes.clone()).is_some();
        let plausible = |change: &RateChange| change.annual_percent.is_plausible();
        if !ascending || !self.rate_changes.iter().all(plausible) {
            return malformed("terms.rate_changes");
        }
        for (field, amount, may_be_zero) in [
            ("terms.minimum.floor_minor", self.minimum.floor_minor, true),
            ("terms.late_fee_minor", self.late_fee_minor, true),
            (
                "terms.returned_payment_fee_minor",
                self.returned_payment_fee_minor,
                true,
            ),
            (
                "terms.origination_fee_minor",
                self.origination_fee_minor,
                true,
            ),
            ("terms.annual_fee_minor", self.annual_fee_minor, true),
            ("terms.express_fee_minor", self.express_fee_minor, true),
            ("terms.waiver_cap_minor", self.waiver_cap_minor, true),
            ("terms.instant_limit_minor", self.instant_limit_minor, true),
            ("terms.largest_limit_minor", self.largest_limit_minor, false),
            (
                "terms.single_signature_minor",
                self.single_signature_minor,
                true,
            ),
            ("terms.offline_cap_minor", self.offline_cap_minor, true),
            ("terms.exposure_cap_minor", self.exposure_cap_minor, false),
        ] {
            if amount.0 < 0 || (amount.is_zero() && !may_be_zero) {
                return Err(Refusal::at(field, RefusalCode::AmountNotPositive));
            }
            if amount.0 > LARGEST_AMOUNT_MINOR {
                return Err(Refusal::at(field, RefusalCode::AmountTooLarge));
            }
        }
        Ok(())
    }
}

/// What a month costs beside the limit asked for: obligations, and the minimum payment once all
/// of it is drawn, with the interest of a twelfth of a year.
pub fn monthly_burden(
    terms: &Terms,
    limit: Minor,
    obligations_monthly: Minor,
) -> Result<Minor, Overflow> {
    // Half-up: limit × percent ÷ 100 ÷ 12, the percent in millionths.
    let interest = (i128::from(limit.0) * i128::from(terms.annual_percent.millionths())
        + 600_000_000)
        / 1_200_000_000;
    let interest = Minor(i64::try_from(interest).map_err(|_| Overflow)?);
    let payment = minimum(&terms.minimum, limit, interest, Minor::ZERO)?;
    obligations_monthly.plus(payment)
}

/// Hundredths of a percent as people read them: 4,050 is "40.5".
pub fn percent(basis_points: u32) -> String {
    let text = format!("{}.{:02}", basis_points / 100, basis_points % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Whether that is within the share of the income that the product allows.
pub fn affordable(terms: &Terms, limit: Minor, profile: &Profile) -> Result<bool, Overflow> {
    let Some(share) = terms.affordable_basis_points else {
        return Ok(true);
    };
    let burden = monthly_burden(terms, limit, profile.obligations_monthly_minor)?;
    let allowed = i128::from(profile.income_monthly_minor.0) * i128::from(share);
    Ok(i128::from(burden.0) * 10_000 <= allowed)
}

/// A product as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub id: ProductId,
    pub version: u64,
    pub name: String,
    pub terms: Terms,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact() {
        for (text, shown) in [
            ("8.625", Some("8.625")),
            ("15", Some("15")),
            ("0.000001", Some("0.000001")),
            ("15.50", Some("15.5")),
            ("", None),
            (".5", None),
            ("5.", None),
            ("-1", None),
            ("1e2", None),
            ("8.6250001", None),
            ("1000", None),
        ] {
            let read = text
                .parse::<AnnualPercent>()
                .ok()
                .map(|rate| rate.to_string());
            assert_eq!(read.as_deref(), shown, "{text:?}");
        }
    }

    #[test]
    fn an_allocation_order_names_each_once() {
        let mut terms = Terms::defaults(2);
        assert!(terms.check().is_ok());
        terms.allocation_order = [Due::Fees, Due::Fees, Due::Principal];
        assert!(terms.check().is_err());
    }
}
