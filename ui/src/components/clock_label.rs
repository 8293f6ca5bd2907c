//! By when somebody has to act, louder as the day comes near.

use super::{Label, LabelColor};
use crate::session::use_desk;
use crate::words::papers as words;
use domain::intake::Clock;
use yew::prelude::*;

/// From so many days before the day on it is worth a look.
const NEAR_DAYS: i32 = 7;

#[derive(Properties, PartialEq)]
pub struct ClockLabelProps {
    pub clock: Clock,
    /// Also while there is time.
    #[prop_or_default]
    pub always: bool,
}

#[component]
pub fn ClockLabel(props: &ClockLabelProps) -> Html {
    let today = use_desk().business_date;
    let clock = &props.clock;
    let color = if clock.due_on < today {
        LabelColor::Red
    } else if clock.due_on <= today.plus_days(NEAR_DAYS) {
        LabelColor::Orange
    } else {
        LabelColor::Grey
    };
    let shown = props.always || color != LabelColor::Grey;
    if !shown {
        return html! {};
    }
    html! { <Label words={words::clock(clock)} {color} testid="clock" /> }
}
