//! What the adverse action notice says: reasons in its own words and the equal-credit text.

use crate::words::lines as words;
use domain::command::RejectionReason;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct AdverseActionNoticeProps {
    pub number: AttrValue,
    /// The requested amount with its currency.
    pub requested: AttrValue,
    pub taken_on: AttrValue,
    pub reasons: Vec<RejectionReason>,
    #[prop_or_default]
    pub other_words: Option<AttrValue>,
}

#[component]
pub fn AdverseActionNotice(props: &AdverseActionNoticeProps) -> Html {
    let opening = words::notice_opening(&props.number, &props.requested, &props.taken_on);
    let reasons = props.reasons.iter().map(|reason| {
        let told = match (reason, &props.other_words) {
            (RejectionReason::Other, Some(own)) if !own.trim().is_empty() => own.to_string(),
            _ => reason.words().to_owned(),
        };
        html! { <li key={reason.words()}>{ told }</li> }
    });
    html! {
        <div class="notice" data-testid="notice">
            <p>{ opening }</p>
            <p>{ words::NOTICE_REASONS }</p>
            <ul>{ for reasons }</ul>
            <p class="quiet">{ words::NOTICE_EQUAL_CREDIT }</p>
        </div>
    }
}
