//! Applications.
use yew::prelude::*;

#[component]
pub fn ApplicationsPage() -> Html {
    html! { <div data-testid="page-applications" /> }
}
