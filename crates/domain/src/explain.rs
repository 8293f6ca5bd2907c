//! Why a figure is what it is. The lines come from where the figure itself comes from: what is
//! added up here is what is added up there.

use crate::calendar::Calendar;
use crate::date::BusinessDate;
use crate::line::Line;
use crate::money::{Currency, Minor, Overflow};
use crate::statement::InterestLine;
use serde::{Deserialize, Serialize};

/// A figure of a line that people ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FigureName {
    Available,
    Owed,
    Payoff,
    Minimum,
    PastDue,
}

/// One thing a figure is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FigurePart {
    pub words: String,
    /// What it adds; below zero where it takes away.
    pub amount_minor: Minor,
}

/// The parts sum to the amount, unless a note says why the amount is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FigureExplained {
    pub figure: FigureName,
    pub on: BusinessDate,
    pub amount_minor: Minor,
    pub parts: Vec<FigurePart>,
    /// How the interest that has accrued comes about.
    pub interest: Vec<InterestLine>,
    pub notes: Vec<String>,
}

impl FigureExplained {
    fn of(figure: FigureName, on: BusinessDate, amount_minor: Minor) -> FigureExplained {
        FigureExplained {
            figure,
            on,
            amount_minor,
            parts: Vec::new(),
            interest: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn plus(&mut self, words: impl Into<String>, amount_minor: Minor) {
        let words = words.into();
        self.parts.push(FigurePart {
            words,
            amount_minor,
        });
    }

    fn less(&mut self, words: &str, amount: Minor) -> Result<(), Overflow> {
        self.plus(words, amount.negated()?);
        Ok(())
    }
}

/// Words of an amount that would be below zero.
const NEVER_BELOW_ZERO: &str = "Never below zero.";
const NEVER_MORE_THAN_OWED: &str = "Never more than has posted and is owed.";

impl Line {
    /// The figures people ask about, in the order they are asked.
    pub fn explained(
        &self,
        today: BusinessDate,
        calendar: &Calendar,
        currency: Currency,
    ) -> Result<Vec<FigureExplained>, Overflow> {
        Ok(vec![
            self.available_explained(today)?,
            self.owed_explained(today, currency)?,
            self.payoff_explained(today, calendar, currency)?,
            self.minimum_explained(today)?,
            self.past_due_explained(today)?,
        ])
    }

    fn available_explained(&self, today: BusinessDate) -> Result<FigureExplained, Overflow> {
        let use_of_limit = self.use_of_limit(today)?;
        let amount = use_of_limit.available()?;
        let mut why = FigureExplained::of(FigureName::Available, today, amount);
        if use_of_limit.over {
            let words = "Nothing may be drawn: the application or the line has ended.";
            why.notes.push(words.to_owned());
            return Ok(why);
        }
        if self.decision.is_none() {
            let words = "Nothing may be drawn before the application is approved.";
            why.notes.push(words.to_owned());
            return Ok(why);
        }
        why.plus("Limit", use_of_limit.limit);
        why.less("Principal", use_of_limit.principal)?;
        why.less("Draws on their way", use_of_limit.on_their_way)?;
        why.less(
            "Repayments by debit that may still come back",
            use_of_limit.held,
        )?;
        if use_of_limit.used()? > use_of_limit.limit {
            why.notes.push(NEVER_BELOW_ZERO.to_owned());
        }
        Ok(why)
    }

    fn owed_explained(
        &self,
        today: BusinessDate,
        currency: Currency,
    ) -> Result<FigureExplained, Overflow> {
        let amount = self.owed_on(today)?;
        let (exact, lines) = self.accrued(today)?;
        let mut why = FigureExplained::of(FigureName::Owed, today, amount);
        why.plus("Principal", self.balances.principal_minor);
        why.plus("Interest posted", self.balances.interest_minor);
        why.plus("Fees", self.balances.fees_minor);
        why.plus("Interest accrued through yesterday", exact.rounded()?);
        let of = |line| InterestLine::of(line, currency);
        why.interest = lines.iter().map(of).collect();
        Ok(why)
    }

    fn payoff_explained(
        &self,
        today: BusinessDate,
        calendar: &Calendar,
        currency: Currency,
    ) -> Result<FigureExplained, Overflow> {
        let payoff = self.payoff(today, calendar)?;
        let balances = &payoff.balances;
        let mut why = FigureExplained::of(FigureName::Payoff, today, payoff.payoff_minor);
        why.plus("Principal", balances.principal_minor);
        why.plus("Interest posted", balances.interest_minor);
        why.plus("Fees", balances.fees_minor);
        why.plus("Interest accrued through yesterday", payoff.accrued_minor);
        why.less("Customer credit", balances.credit_minor)?;
        let of = |line| InterestLine::of(line, currency);
        why.interest = payoff.accrued.iter().map(of).collect();
        let one_day = payoff.per_diem.decimal(currency);
        why.notes.push(format!("One day more bears {one_day}."));
        let parts = Minor::sum(why.parts.iter().map(|part| part.amount_minor))?;
        if parts != why.amount_minor {
            why.notes.push(NEVER_BELOW_ZERO.to_owned());
        }
        Ok(why)
    }

    fn minimum_explained(&self, today: BusinessDate) -> Result<FigureExplained, Overflow> {
        let (amount, _) = self.minimum_to_pay(today)?;
        let unmet = self.unmet_minimums(today)?;
        let mut why = FigureExplained::of(FigureName::Minimum, today, amount);
        why.statements(unmet.into_iter());
        why.capped()?;
        Ok(why)
    }

    fn past_due_explained(&self, today: BusinessDate) -> Result<FigureExplained, Overflow> {
        let past_due = self.past_due(today)?;
        let unmet = self.unmet_minimums(today)?.into_iter();
        let late = unmet.filter(|(asked, _)| asked.late(today));
        let mut why = FigureExplained::of(FigureName::PastDue, today, past_due.amount_minor);
        why.statements(late);
        why.capped()?;
        if past_due.days > 0 {
            let words = format!("{} days since the oldest was due.", past_due.days);
            why.notes.push(words);
        }
        Ok(why)
    }
}

impl FigureExplained {
    fn statements(&mut self, unmet: impl Iterator<Item = (crate::delinquency::Asked, Minor)>) {
        for (asked, left) in unmet {
            let (closing_on, due_on) = (asked.closing_on, asked.due_on);
            let words = format!("Left of the minimum of {closing_on}, due {due_on}");
            self.plus(words, left);
        }
        if self.parts.is_empty() {
            let words = "No statement asks for anything that was not paid.";
            self.notes.push(words.to_owned());
        }
    }

    fn capped(&mut self) -> Result<(), Overflow> {
        let parts = Minor::sum(self.parts.iter().map(|part| part.amount_minor))?;
        if parts > self.amount_minor {
            self.notes.push(NEVER_MORE_THAN_OWED.to_owned());
        }
        Ok(())
    }
}
