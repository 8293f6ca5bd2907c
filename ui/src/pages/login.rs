//! Login.
use yew::prelude::*;

#[component]
pub fn LoginPage() -> Html {
    html! { <div data-testid="page-login" /> }
}
