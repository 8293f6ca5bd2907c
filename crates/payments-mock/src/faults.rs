//! What the network can be told to do wrong, and when.
//!
//! A rule is put down for a kind of fault; the network asks at each point where
//! it could go wrong. At most one rule of each [`Point`] fires for one request,
//! so that a reset can be combined with a forgotten key.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::feed::EventKind;
use crate::protocol::Direction;
use crate::random::Random;
use crate::returns::{self, ReturnCode};

/// Where in the life of a request or transfer a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The port.
    Port,
    /// Instead of doing what was asked.
    BeforeEffect,
    /// On the way back, after it was done.
    AfterEffect,
    /// In doing it.
    Effect,
    /// In what becomes of the transfer later.
    Life,
    /// In publishing an event.
    Event,
}

macro_rules! fault_kinds {
    ($($kind:ident $name:literal $point:ident $summary:literal,)*) => {
        /// Everything the network can do wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum FaultKind {
            $(#[doc = $summary] #[serde(rename = $name)] $kind,)*
        }

        impl FaultKind {
            /// Every kind, in the order they are listed.
            pub const ALL: &[FaultKind] = &[$(FaultKind::$kind,)*];

            /// Its name in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(FaultKind::$kind => $name,)* }
            }

            /// Where it strikes.
            pub fn point(self) -> Point {
                match self { $(FaultKind::$kind => Point::$point,)* }
            }

            /// What it does, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(FaultKind::$kind => $summary,)* }
            }
        }
    };
}

fault_kinds! {
    Refuse "refuse" Port "the port is closed until it is opened again: connections are refused",
    ResetBefore "reset_before" BeforeEffect "the connection is reset, and nothing was done",
    Error500Before "error_500_before" BeforeEffect "500, and nothing was done",
    BadGateway "bad_gateway" BeforeEffect "502; with_effect: it was done all the same",
    Unavailable "unavailable" BeforeEffect "503, with Retry-After if retry_after_s is given; with_effect: it was done all the same",
    GatewayTimeout "gateway_timeout" BeforeEffect "504; with_effect: it was done all the same",
    TooManyRequests "too_many_requests" BeforeEffect "429 with Retry-After (retry_after_s, 1 unless told)",
    Unauthorized "unauthorized" BeforeEffect "401 although the token is right",
    Redirect "redirect" BeforeEffect "307 to another address; the books count who follows",
    ResetAfter "reset_after" AfterEffect "it was done, then the connection is reset without an answer",
    Delay "delay" AfterEffect "it was done, and the answer comes delay_ms later (30000 unless told)",
    Error500After "error_500_after" AfterEffect "it was done, and the answer is 500",
    SlowBody "slow_body" AfterEffect "it was done, and the body trickles in, delay_ms between pieces (1000 unless told)",
    TruncatedJson "truncated_json" AfterEffect "it was done, and the body breaks off in the middle",
    Html "html" AfterEffect "it was done, and the answer is an HTML page with 200",
    WrongAmount "wrong_amount" AfterEffect "it was done, and the answer names one minor unit more",
    WrongId "wrong_id" AfterEffect "it was done, and the answer has the id of no transfer",
    WrongReference "wrong_reference" AfterEffect "it was done, and the answer has somebody else's reference",
    WrongDate "wrong_date" AfterEffect "it was done, and the answer names a settlement date in the year 1900",
    EventBeforeAnswer "event_before_answer" AfterEffect "it was done and its events are published; the answer comes delay_ms later (3000 unless told)",
    ClockSkew "clock_skew" AfterEffect "it was done, and the answer's times are delay_ms ahead (3600000 unless told)",
    StatementOffByOne "statement_off_by_one" AfterEffect "the statement's first line is one minor unit too high",
    InFlight "in_flight" Effect "409 now; it is done delay_ms later (2000 unless told), until when a repeat is 409 and a look-up finds nothing",
    EffectAfterReset "effect_after_reset" Effect "the connection is reset now; it is done delay_ms later (2000 unless told), as with in_flight",
    ExecuteTwice "execute_twice" Effect "two transfers are made of one request",
    KeyForgotten "key_forgotten" Effect "it is done and the key forgotten: a repeat is done again",
    KeyExpired "key_expired" Effect "it is done and the key expires at once: a repeat is refused with 400",
    OrphanTransfer "orphan_transfer" Effect "it is done, and beside it a transfer of the same amount that nobody asked for",
    Reject "reject" Life "the accepted transfer is rejected delay_ms later (at once unless told), code R03 unless told",
    Return "return" Life "the settled transfer comes back on_day days later (1 unless told), with a code or one drawn by the seed",
    ReturnOfReturn "return_of_return" Life "the settled transfer comes back on_day days later (1 unless told), and as many days later the return comes back itself",
    DuplicateEvent "duplicate_event" Event "the event is published twice",
    ReorderedEvents "reordered_events" Event "the event is published after the one that follows it",
    LateEvent "late_event" Event "the event is published delay_ms later (60000 unless told)",
    MissingEvent "missing_event" Event "the event is never published",
}

impl fmt::Display for FaultKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for FaultKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let wanted = name.replace('-', "_");
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == wanted)
            .ok_or_else(|| format!("there is no fault {name}; `payments-mock faults` lists them"))
    }
}

/// Which requests a fault of a request strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `POST /transfers`.
    Submit,
    /// `GET /transfers/{id}` and `GET /transfers?reference=`.
    Find,
    /// `GET /events`.
    Events,
    /// `GET /statement`.
    Statement,
}

impl FromStr for Operation {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "submit" => Ok(Self::Submit),
            "find" => Ok(Self::Find),
            "events" => Ok(Self::Events),
            "statement" => Ok(Self::Statement),
            _ => Err("submit, find, events or statement".to_owned()),
        }
    }
}

/// A rule: a fault, how often it strikes, and what it strikes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// How often: once unless told; `null` for ever.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// How many matching occasions pass unharmed first.
    #[serde(default)]
    pub after: u32,
    /// The chance that it strikes a matching occasion, drawn by the network's seed.
    #[serde(default = "certain")]
    pub chance_percent: u8,
    /// Which requests; submissions unless told, statements for the fault of statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Operation>,
    /// Only the transfer with this reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Only events of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventKind>,
    /// How long, for faults that take time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// What `Retry-After` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// Why a transfer is rejected or comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ReturnCode>,
    /// Days from settlement to return: banking days, or calendar days for the
    /// codes that have sixty of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_day: Option<u32>,
    /// For 502, 503 and 504: what was asked for is done all the same.
    #[serde(default)]
    pub with_effect: bool,
}

fn once() -> Option<u32> {
    Some(1)
}

fn certain() -> u8 {
    100
}

impl Fault {
    /// A one-shot fault that strikes the next occasion.
    pub fn once(kind: FaultKind) -> Self {
        Self {
            kind,
            times: once(),
            after: 0,
            chance_percent: certain(),
            on: None,
            reference: None,
            event: None,
            delay_ms: None,
            retry_after_s: None,
            code: None,
            on_day: None,
            with_effect: false,
        }
    }

    /// The same fault on every occasion.
    pub fn forever(kind: FaultKind) -> Self {
        Self {
            times: None,
            ..Self::once(kind)
        }
    }

    /// The same fault for this reference only.
    #[must_use]
    pub fn for_reference(mut self, reference: &str) -> Self {
        self.reference = Some(reference.to_owned());
        self
    }

    /// Days from settlement to return.
    pub fn return_day(&self) -> u32 {
        self.on_day.unwrap_or(1)
    }

    /// The delay, or what the kind does unless told.
    pub(crate) fn delay_or(&self, otherwise_ms: u64) -> u64 {
        // A year is longer than any test or client waits, and keeps sums in range.
        self.delay_ms.unwrap_or(otherwise_ms).min(31_536_000_000)
    }

    /// Whether what was asked for stays undone.
    pub(crate) fn prevents_effect(&self) -> bool {
        self.kind.point() == Point::BeforeEffect && !self.with_effect
    }

    /// # Errors
    /// A sentence for whoever put the rule down, when it could never do what it says.
    fn check(&self) -> Result<(), InvalidFault> {
        if self.times == Some(0) {
            return Err(InvalidFault("times is at least 1"));
        }
        if self.chance_percent > 100 {
            return Err(InvalidFault("chance_percent is at most 100"));
        }
        let may_have_effect = matches!(
            self.kind,
            FaultKind::BadGateway | FaultKind::Unavailable | FaultKind::GatewayTimeout
        );
        if self.with_effect && !may_have_effect {
            return Err(InvalidFault("with_effect is for 502, 503 and 504 only"));
        }
        let of_life = self.kind.point() == Point::Life;
        if (self.code.is_some() || self.on_day.is_some()) && !of_life {
            return Err(InvalidFault(
                "code and on_day are for returns and rejections only",
            ));
        }
        if self.event.is_some() && self.kind.point() != Point::Event {
            return Err(InvalidFault("event is for faults of events only"));
        }
        let by_request = matches!(self.kind.point(), Point::BeforeEffect | Point::AfterEffect);
        if self.on.is_some() && !by_request {
            return Err(InvalidFault(
                "on is for faults of requests and answers only",
            ));
        }
        let turns = matches!(self.kind, FaultKind::Return | FaultKind::ReturnOfReturn);
        if turns && !self.can_return_something() {
            return Err(InvalidFault(
                "no transfer comes back with this code on this day",
            ));
        }
        Ok(())
    }

    fn can_return_something(&self) -> bool {
        [Direction::Credit, Direction::Debit]
            .into_iter()
            .any(|direction| self.returns(direction))
    }

    fn returns(&self, direction: Direction) -> bool {
        match self.code {
            Some(code) => code.allows(direction, self.return_day()),
            None => !returns::codes(direction, self.return_day()).is_empty(),
        }
    }

    fn matches(&self, occasion: &Occasion<'_>) -> bool {
        if self.kind.point() != occasion.point {
            return false;
        }
        if self.reference.is_some() && self.reference.as_deref() != occasion.reference {
            return false;
        }
        if self.event.is_some() && self.event != occasion.event {
            return false;
        }
        if let Some(operation) = occasion.operation {
            let wanted = self.on.unwrap_or(match self.kind {
                FaultKind::StatementOffByOne => Operation::Statement,
                _ => Operation::Submit,
            });
            if wanted != operation {
                return false;
            }
        }
        match (self.kind, occasion.direction) {
            (FaultKind::Return | FaultKind::ReturnOfReturn, Some(direction)) => {
                self.returns(direction)
            }
            _ => true,
        }
    }
}

/// A rule that could never do what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFault(pub &'static str);

/// A moment at which something could go wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) point: Point,
    pub(crate) operation: Option<Operation>,
    pub(crate) reference: Option<&'a str>,
    pub(crate) direction: Option<Direction>,
    pub(crate) event: Option<EventKind>,
}

impl Occasion<'_> {
    pub(crate) fn at(point: Point) -> Self {
        Self {
            point,
            operation: None,
            reference: None,
            direction: None,
            event: None,
        }
    }
}

/// A rule that was put down, with its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The number to remove it by.
    pub id: u64,
    /// What it says. `times` and `after` count down.
    pub fault: Fault,
}

/// The rules in force, and how often each kind has struck.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults {
    rules: Vec<Rule>,
    struck: BTreeMap<FaultKind, u64>,
    last_id: u64,
}

impl Faults {
    /// Puts a rule down and gives it a number.
    ///
    /// # Errors
    /// When the rule could never do what it says.
    pub fn add(&mut self, fault: Fault) -> Result<u64, InvalidFault> {
        fault.check()?;
        self.last_id += 1;
        self.rules.push(Rule {
            id: self.last_id,
            fault,
        });
        Ok(self.last_id)
    }

    /// Removes one rule; tells whether it was there.
    pub fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() < before
    }

    /// Removes every rule.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// The rules in force.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// How often each kind has struck.
    pub fn struck(&self) -> &BTreeMap<FaultKind, u64> {
        &self.struck
    }

    pub(crate) fn count(&mut self, kind: FaultKind) {
        *self.struck.entry(kind).or_default() += 1;
    }

    /// The first rule that strikes this occasion, used up by one.
    pub(crate) fn strike(&mut self, occasion: &Occasion<'_>, random: &mut Random) -> Option<Fault> {
        let place = self
            .rules
            .iter_mut()
            .position(|rule| strikes(&mut rule.fault, occasion, random))?;
        let fault = self.rules[place].fault.clone();
        self.use_up(place);
        Some(fault)
    }

    /// The rule with this number, if it strikes this occasion, used up by one.
    pub(crate) fn strike_with(&mut self, id: u64, occasion: &Occasion<'_>) -> Option<Fault> {
        let place = self.rules.iter().position(|rule| rule.id == id)?;
        let fault = self.rules[place].fault.clone();
        if !fault.matches(occasion) {
            return None;
        }
        self.use_up(place);
        Some(fault)
    }

    fn use_up(&mut self, place: usize) {
        let fault = &mut self.rules[place].fault;
        let kind = fault.kind;
        let used_up = match &mut fault.times {
            Some(times) => {
                *times = times.saturating_sub(1);
                *times == 0
            }
            None => false,
        };
        if used_up {
            self.rules.remove(place);
        }
        self.count(kind);
    }
}

fn strikes(fault: &mut Fault, occasion: &Occasion<'_>, random: &mut Random) -> bool {
    if !fault.matches(occasion) {
        return false;
    }
    if fault.after > 0 {
        fault.after -= 1;
        return false;
    }
    // A certain fault draws nothing, so that adding one leaves a seed's other
    // draws as they were.
    fault.chance_percent >= 100 || random.below(100) < u64::from(fault.chance_percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_the_same_everywhere() {
        let mut names = std::collections::BTreeSet::new();
        for kind in FaultKind::ALL {
            assert!(names.insert(kind.name()), "{kind} twice");
            assert_eq!(
                serde_json::to_value(kind).expect("a name"),
                serde_json::Value::from(kind.name())
            );
            assert_eq!(kind.name().parse(), Ok(*kind));
            assert_eq!(kind.name().replace('_', "-").parse(), Ok(*kind));
        }
    }

    #[test]
    fn rules_that_could_never_strike_are_refused() {
        let base = Fault::once(FaultKind::Return);
        for (fault, refused) in [
            (base.clone(), false),
            (
                Fault {
                    times: Some(0),
                    ..base.clone()
                },
                true,
            ),
            (
                Fault {
                    chance_percent: 101,
                    ..base.clone()
                },
                true,
            ),
            (
                Fault {
                    with_effect: true,
                    ..base.clone()
                },
                true,
            ),
            (
                Fault {
                    on_day: Some(60),
                    ..base.clone()
                },
                false,
            ),
            (
                Fault {
                    on_day: Some(61),
                    ..base.clone()
                },
                true,
            ),
            (
                Fault {
                    on_day: Some(3),
                    code: Some(ReturnCode::R01),
                    ..base.clone()
                },
                true,
            ),
            (
                Fault {
                    on_day: Some(60),
                    code: Some(ReturnCode::R10),
                    ..base.clone()
                },
                false,
            ),
            (
                Fault {
                    on: Some(Operation::Find),
                    ..base.clone()
                },
                true,
            ),
            (
                Fault {
                    event: Some(EventKind::Settled),
                    ..base
                },
                true,
            ),
            (
                Fault {
                    code: Some(ReturnCode::R01),
                    ..Fault::once(FaultKind::Html)
                },
                true,
            ),
            (
                Fault {
                    with_effect: true,
                    ..Fault::once(FaultKind::BadGateway)
                },
                false,
            ),
        ] {
            assert_eq!(
                Faults::default().add(fault.clone()).is_err(),
                refused,
                "{fault:?}"
            );
        }
    }

    #[test]
    fn a_rule_waits_strikes_and_is_used_up() {
        let mut faults = Faults::default();
        let mut random = Random::seeded(1);
        faults
            .add(Fault {
                times: Some(2),
                after: 1,
                ..Fault::once(FaultKind::ResetAfter)
            })
            .expect("a valid rule");
        let occasion = Occasion {
            operation: Some(Operation::Submit),
            ..Occasion::at(Point::AfterEffect)
        };
        let struck: Vec<bool> = (0..4)
            .map(|_| faults.strike(&occasion, &mut random).is_some())
            .collect();
        assert_eq!(struck, [false, true, true, false]);
        assert!(faults.rules().is_empty());
        assert_eq!(faults.struck()[&FaultKind::ResetAfter], 2);
    }

    #[test]
    fn chance_is_drawn_by_the_seed() {
        let draw = |seed| {
            let mut faults = Faults::default();
            let mut random = Random::seeded(seed);
            let rule = Fault {
                chance_percent: 30,
                ..Fault::forever(FaultKind::Html)
            };
            faults.add(rule).expect("a valid rule");
            let occasion = Occasion {
                operation: Some(Operation::Submit),
                ..Occasion::at(Point::AfterEffect)
            };
            (0..1_000)
                .map(|_| faults.strike(&occasion, &mut random).is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let struck = draw(7).iter().filter(|struck| **struck).count();
        assert!((250..350).contains(&struck), "{struck} of 1000 at 30 %");
    }
}
