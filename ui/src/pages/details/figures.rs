//! The amounts of a line, and where the available one comes from.

use crate::words::lines as words;
use domain::line::{Figures, Status};
use domain::money::{Currency, Minor};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct FiguresCardProps {
    pub figures: Figures,
    pub requested_minor: Minor,
    pub status: Status,
    pub currency: Currency,
}

#[component]
pub fn FiguresCard(props: &FiguresCardProps) -> Html {
    let FiguresCardProps {
        figures, currency, ..
    } = props;
    let money = |amount: Minor| currency.format(amount);
    let undecided = matches!(props.status, Status::Open | Status::Rejected);
    let limit = if undecided {
        (words::REQUESTED, props.requested_minor, "requested")
    } else {
        (words::LIMIT, figures.limit_minor, "limit")
    };
    let leading = [
        (words::AVAILABLE, figures.available_minor, "available"),
        (words::OWED, figures.owed_minor, "owed"),
        limit,
    ];
    let rest = [
        (words::PRINCIPAL, figures.principal_minor, "principal"),
        (words::INTEREST, figures.interest_minor, "interest"),
        (words::ACCRUED, figures.accrued_minor, "accrued"),
        (words::FEES, figures.fees_minor, "fees"),
        (words::MINIMUM, figures.minimum_minor, "minimum"),
        (words::PAST_DUE, figures.past_due.amount_minor, "past_due"),
        (
            words::ON_THEIR_WAY,
            figures.on_their_way_minor,
            "on_their_way",
        ),
        (words::HELD, figures.held_minor, "held"),
        (words::CREDIT, figures.credit_minor, "credit"),
    ];
    html! {
        <section class="figures" aria-label={words::FIGURES}>
            <dl class="figures__leading">
                { for leading.into_iter().map(|(name, amount, testid)| html! {
                    <div key={name} class="figure">
                        <dt>{ name }</dt>
                        <dd class="money" data-testid={format!("figure-{testid}")}>
                            { money(amount) }
                            <span class="figure__currency">{ currency.code() }</span>
                        </dd>
                    </div>
                }) }
            </dl>
            <UseOfLimit figures={*figures} currency={*currency} />
            <dl class="figures__rest">
                { for rest.into_iter().map(|(name, amount, testid)| html! {
                    <div key={name} class={classes!("figure", amount.is_zero().then_some("figure--zero"))}>
                        <dt>{ name }</dt>
                        <dd class="money" data-testid={format!("figure-{testid}")}>{ money(amount) }</dd>
                    </div>
                }) }
            </dl>
            <details class="why" data-testid="why-available">
                <summary>{ words::WHY_AVAILABLE }</summary>
                { why(figures, props.status, *currency) }
            </details>
        </section>
    }
}

/// Available = limit − principal − draws on their way − held, as a sum one can follow.
fn why(figures: &Figures, status: Status, currency: Currency) -> Html {
    if status == Status::Open {
        return html! { <p>{ words::NOT_DECIDED }</p> };
    }
    if status.ended() {
        return html! { <p>{ words::ENDED_NOT_AVAILABLE }</p> };
    }
    let minus = |amount: Minor| format!("− {}", currency.format(amount));
    let rows = [
        (
            words::LIMIT,
            currency.format(figures.limit_minor),
            words::WHY_LIMIT,
        ),
        (
            words::PRINCIPAL,
            minus(figures.principal_minor),
            words::WHY_PRINCIPAL,
        ),
        (
            words::ON_THEIR_WAY,
            minus(figures.on_their_way_minor),
            words::WHY_ON_THEIR_WAY,
        ),
        (words::HELD, minus(figures.held_minor), words::WHY_HELD),
    ];
    let used = [
        figures.principal_minor,
        figures.on_their_way_minor,
        figures.held_minor,
    ];
    let left = Minor::sum(used).and_then(|used| figures.limit_minor.minus(used));
    let below_zero = left.is_ok_and(|left| left.0 < 0);
    html! {
        <table class="why__sum">
            <tbody>
                { for rows.into_iter().map(|(name, amount, because)| html! {
                    <tr key={name}>
                        <th scope="row">{ name }</th>
                        <td class="money">{ amount }</td>
                        <td class="quiet">{ because }</td>
                    </tr>
                }) }
                <tr key="sum" class="why__result">
                    <th scope="row">{ words::AVAILABLE }</th>
                    <td class="money">{ format!("= {}", currency.format(figures.available_minor)) }</td>
                    <td class="quiet">
                        { if below_zero { words::NEVER_BELOW_ZERO } else { words::WHY_INTEREST_AND_FEES } }
                    </td>
                </tr>
            </tbody>
        </table>
    }
}

#[derive(Properties, PartialEq)]
struct UseOfLimitProps {
    figures: Figures,
    currency: Currency,
}

/// How much of the limit is used, reserved and left: a bar whose numbers stand around it.
#[component]
fn UseOfLimit(props: &UseOfLimitProps) -> Html {
    let figures = &props.figures;
    let limit = figures.limit_minor.0;
    if limit <= 0 {
        return html! { <div></div> };
    }
    // Thousandths of the limit, for a picture only: money itself stays in integers.
    let share = |amount: Minor| {
        i64::try_from(i128::from(amount.0.max(0)) * 1_000 / i128::from(limit))
            .unwrap_or(1_000)
            .min(1_000)
    };
    let drawn = share(figures.principal_minor);
    let reserved_end = share(Minor(
        figures
            .principal_minor
            .0
            .saturating_add(figures.on_their_way_minor.0)
            .saturating_add(figures.held_minor.0),
    ));
    let label = words::limit_used(
        &props.currency.format(figures.principal_minor),
        &props.currency.format(Minor(
            figures
                .on_their_way_minor
                .0
                .saturating_add(figures.held_minor.0),
        )),
        &props.currency.format(figures.available_minor),
        &props.currency.format(figures.limit_minor),
    );
    html! {
        <svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label={label}>
            <rect class="bar__limit" x="0" y="0" width="1000" height="12" />
            <rect class="bar__reserved" x="0" y="0" width={reserved_end.to_string()} height="12" />
            <rect class="bar__drawn" x="0" y="0" width={drawn.to_string()} height="12" />
        </svg>
    }
}
