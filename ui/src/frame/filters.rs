use domain::line::Status;
use domain::view::LineOrder;
use yew::prelude::*;

/// What the list of applications was narrowed to: remembered while one looks at other pages, and
/// filled by the search box of the masthead.
#[derive(Clone, Debug, PartialEq)]
pub struct Filters {
    pub statuses: Vec<Status>,
    pub search: String,
    pub mine: bool,
    pub order: LineOrder,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            statuses: Vec::new(),
            search: String::new(),
            mine: false,
            order: LineOrder::NewestFirst,
        }
    }
}

#[hook]
pub fn use_filters() -> UseStateHandle<Filters> {
    use_context::<UseStateHandle<Filters>>().expect("the page stands inside the frame")
}
