//! What the adverse action notice says, word for word: the paper has the same source.

use domain::command::RejectionReason;
use domain::paper;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct AdverseActionNoticeProps {
    pub opening: AttrValue,
    pub reasons: Vec<RejectionReason>,
    #[prop_or_default]
    pub other_words: Option<AttrValue>,
}

#[component]
pub fn AdverseActionNotice(props: &AdverseActionNoticeProps) -> Html {
    let reasons = paper::reasons_in_words(&props.reasons, props.other_words.as_deref());
    html! {
        <div class="notice" data-testid="notice">
            <p>{ &props.opening }</p>
            <p>{ paper::PRINCIPAL_REASONS }</p>
            <ul>{ for reasons.into_iter().enumerate().map(|(place, told)| html! {
                <li key={place}>{ told }</li>
            }) }</ul>
            <p class="quiet">{ paper::equal_credit(paper::USUAL_AGENCY) }</p>
        </div>
    }
}
