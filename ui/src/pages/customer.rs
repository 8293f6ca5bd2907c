//! One customer.
use domain::ids::CustomerId;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct CustomerPageProps {
    pub customer_id: CustomerId,
}

#[component]
pub fn CustomerPage(props: &CustomerPageProps) -> Html {
    html! { <div data-testid="page-customer">{ props.customer_id.to_string() }</div> }
}
