//! That the customer was told, with the notice to be printed again.

use crate::components::{Button, ButtonKind};
use crate::hooks::use_printing;
use crate::words::documents as words;
use domain::paper::PaperQuery;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ToldNoticeProps {
    /// What was told, and when.
    pub told: AttrValue,
    pub query: PaperQuery,
}

#[component]
pub fn ToldNotice(props: &ToldNoticeProps) -> Html {
    let printing = use_printing();
    let slug = props.query.kind().slug();
    let busy = printing.is_busy(&props.query);
    let query = props.query.clone();
    let on_click = printing.print.reform(move |_: MouseEvent| query.clone());
    html! {
        <div class="stack">
            <p class="quiet" data-testid={format!("{slug}-notice")}>{ &props.told }</p>
            <div>
                <Button kind={ButtonKind::Secondary} small=true testid={format!("print-{slug}")}
                    {busy} {on_click}>
                    { words::PRINT_NOTICE }
                </Button>
            </div>
            <div>{ printing.told() }</div>
        </div>
    }
}
