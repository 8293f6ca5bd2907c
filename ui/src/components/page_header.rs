use crate::router::{Link, Route};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PageHeaderProps {
    pub title: AttrValue,
    /// What stands beside the title: a status.
    #[prop_or_default]
    pub beside: Html,
    /// A line below the title.
    #[prop_or_default]
    pub subtitle: Html,
    /// Where this page hangs: (words, route).
    #[prop_or_default]
    pub parent: Option<(AttrValue, Route)>,
    /// The buttons at the right.
    #[prop_or_default]
    pub children: Html,
}

/// The one `<h1>` of a page, and what can be done on it.
#[component]
pub fn PageHeader(props: &PageHeaderProps) -> Html {
    let parent = props.parent.as_ref().map(|(words, route)| {
        html! {
            <nav class="pf-v6-c-breadcrumb" aria-label="Breadcrumb">
                <ol class="pf-v6-c-breadcrumb__list" role="list">
                    <li class="pf-v6-c-breadcrumb__item">
                        <Link class="pf-v6-c-breadcrumb__link" to={route.clone()}>{ words }</Link>
                    </li>
                    <li class="pf-v6-c-breadcrumb__item" aria-current="page">
                        <span class="page-header__slash" aria-hidden="true">{ "/" }</span>{ &props.title }
                    </li>
                </ol>
            </nav>
        }
    });
    html! {
        <header class="page-header">
            <div>{ parent.unwrap_or_default() }</div>
            <div class="page-header__row">
                <div class="page-header__words">
                    <div class="page-header__title">
                        <h1 class="pf-v6-c-title pf-m-2xl" tabindex="-1">{ &props.title }</h1>
                        <div>{ props.beside.clone() }</div>
                    </div>
                    <div class="page-header__subtitle">{ props.subtitle.clone() }</div>
                </div>
                <div class="page-header__actions">{ props.children.clone() }</div>
            </div>
        </header>
    }
}
