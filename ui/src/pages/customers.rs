//! Customers.
use yew::prelude::*;

#[component]
pub fn CustomersPage() -> Html {
    html! { <div data-testid="page-customers" /> }
}
