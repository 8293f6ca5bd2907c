//! What is true of a line beside its status.

use crate::components::{Label, LabelColor};
use crate::words::{details, lines as words};
use domain::view::LineRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct FlagsProps {
    pub row: LineRow,
}

#[component]
pub fn Flags(props: &FlagsProps) -> Html {
    let row = &props.row;
    let flags = [
        (
            row.frozen,
            words::FROZEN.to_owned(),
            LabelColor::Blue,
            "flag-frozen",
        ),
        (
            row.cancellation_requested,
            words::CANCELLATION_REQUESTED.to_owned(),
            LabelColor::Orange,
            "flag-cancellation_requested",
        ),
        (
            row.closed_but_owing,
            words::CLOSED_BUT_OWING.to_owned(),
            LabelColor::Red,
            "flag-closed_but_owing",
        ),
        (
            row.in_review > 0,
            details::needs_review(row.in_review),
            LabelColor::Red,
            "flag-in_review",
        ),
    ];
    html! {
        <span class="labels">
            { for flags.into_iter().filter(|(is, ..)| *is).map(|(_, words, color, testid)| html! {
                <Label key={testid} {words} {color} {testid} />
            }) }
        </span>
    }
}
