use domain::money::{Currency, Minor};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MoneyProps {
    pub minor: Minor,
    pub currency: Currency,
    /// Shows the currency's code as well: where no column or label says it.
    #[prop_or_default]
    pub code: bool,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
}

/// An amount in tabular figures, written by the domain's one formatter.
#[component]
pub fn Money(props: &MoneyProps) -> Html {
    let amount = props.currency.format(props.minor);
    html! {
        <span class={classes!("money", (props.minor.0 < 0).then_some("is-negative"))}
            data-testid={props.testid.clone()}>
            { if props.code { format!("{amount} {}", props.currency) } else { amount } }
        </span>
    }
}
