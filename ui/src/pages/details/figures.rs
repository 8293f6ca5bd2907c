//! The amounts of a line, and why they are what they are.

use super::why::WhyDialog;
use crate::components::{Button, ButtonKind};
use crate::words::{lines as words, what_if as what_if_words};
use domain::explain::FigureName;
use domain::ids::LineId;
use domain::line::{Figures, Status};
use domain::money::{Currency, Minor};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct FiguresCardProps {
    pub line_id: LineId,
    pub figures: Figures,
    pub requested_minor: Minor,
    pub status: Status,
    pub currency: Currency,
    /// Where something may be supposed of the line.
    pub on_suppose: Option<Callback<()>>,
}

#[component]
pub fn FiguresCard(props: &FiguresCardProps) -> Html {
    let FiguresCardProps {
        line_id,
        figures,
        currency,
        ..
    } = props;
    let asking = use_state(|| None::<FigureName>);
    let why = |figure: Option<FigureName>| {
        let asking = asking.setter();
        let button = figure.map(|figure| {
            html! {
                <Button kind={ButtonKind::Link} small=true class="figure__why"
                    label={words::why(figure)} testid={format!("why-{}", words::figure_tag(figure))}
                    on_click={Callback::from(move |_: MouseEvent| asking.set(Some(figure)))}>
                    { words::WHY }
                </Button>
            }
        });
        html! { <span>{ button.unwrap_or_default() }</span> }
    };
    let on_payoff = {
        let asking = asking.setter();
        Callback::from(move |_: MouseEvent| asking.set(Some(FigureName::Payoff)))
    };
    let on_close = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(None))
    };
    let asked = (*asking).map(|figure| {
        html! { <WhyDialog line_id={*line_id} {figure} currency={*currency} {on_close} /> }
    });
    let money = |amount: Minor| currency.format(amount);
    let undecided = matches!(props.status, Status::Open | Status::Rejected);
    let limit = if undecided {
        (words::REQUESTED, props.requested_minor, "requested", None)
    } else {
        (words::LIMIT, figures.limit_minor, "limit", None)
    };
    let leading = [
        (
            words::AVAILABLE,
            figures.available_minor,
            "available",
            Some(FigureName::Available),
        ),
        (
            words::OWED,
            figures.owed_minor,
            "owed",
            Some(FigureName::Owed),
        ),
        limit,
    ];
    let rest = [
        (words::PRINCIPAL, figures.principal_minor, "principal", None),
        (words::INTEREST, figures.interest_minor, "interest", None),
        (words::ACCRUED, figures.accrued_minor, "accrued", None),
        (words::FEES, figures.fees_minor, "fees", None),
        (
            words::MINIMUM,
            figures.minimum_minor,
            "minimum",
            Some(FigureName::Minimum),
        ),
        (
            words::PAST_DUE,
            figures.past_due.amount_minor,
            "past_due",
            Some(FigureName::PastDue),
        ),
        (
            words::ON_THEIR_WAY,
            figures.on_their_way_minor,
            "on_their_way",
            None,
        ),
        (words::HELD, figures.held_minor, "held", None),
        (words::CREDIT, figures.credit_minor, "credit", None),
    ];
    html! {
        <section class="figures" aria-label={words::FIGURES}>
            <dl class="figures__leading">
                { for leading.into_iter().map(|(name, amount, testid, figure)| html! {
                    <div key={name} class="figure">
                        <dt>{ name }{ why(figure) }</dt>
                        <dd class="money" data-testid={format!("figure-{testid}")}>
                            { money(amount) }
                            <span class="figure__currency">{ currency.code() }</span>
                        </dd>
                    </div>
                }) }
            </dl>
            <UseOfLimit figures={*figures} currency={*currency} />
            <dl class="figures__rest">
                { for rest.into_iter().map(|(name, amount, testid, figure)| html! {
                    <div key={name} class={classes!("figure", amount.is_zero().then_some("figure--zero"))}>
                        <dt>{ name }{ why(figure) }</dt>
                        <dd class="money" data-testid={format!("figure-{testid}")}>{ money(amount) }</dd>
                    </div>
                }) }
            </dl>
            <div hidden={undecided}>
                <Button kind={ButtonKind::Link} small=true testid="why-payoff" on_click={on_payoff}>
                    { words::PAYOFF_TODAY }
                </Button>
                { for props.on_suppose.as_ref().map(|on_suppose| html! {
                    <Button kind={ButtonKind::Link} small=true testid="what-if"
                        on_click={on_suppose.reform(|_: MouseEvent| ())}>
                        { what_if_words::TITLE }
                    </Button>
                }) }
            </div>
            <div>{ asked.unwrap_or_default() }</div>
        </section>
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
