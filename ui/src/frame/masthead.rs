use super::search_box::SearchBox;
use super::sync_mark::SyncMarkLink;
use super::user_menu::UserMenu;
use crate::actions::{self, Does};
use crate::components::{Button, ButtonKind, Icon, IconKind};
use crate::router::{Link, Route, use_router};
use crate::session::use_desk;
use crate::words::frame as words;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MastheadProps {
    pub perform: Callback<Does>,
}

#[component]
pub fn Masthead(props: &MastheadProps) -> Html {
    let desk = use_desk();
    let router = use_router();
    let links = actions::offered(desk.is_admin()).filter(|action| action.in_navigation);
    let links = links.filter_map(|action| match &action.does {
        Does::Go(route) => Some((action, route)),
        _ => None,
    });
    let links = links.map(|(action, route)| {
        html! {
            <li key={action.id} class="masthead__item">
                <Link to={route.clone()} class="masthead__link" current={leads_to(route, &router.route)}
                    testid={format!("go-{}", action.id)}>
                    { action.words }
                </Link>
            </li>
        }
    });
    let does = |does: Does| props.perform.reform(move |_: MouseEvent| does.clone());
    html! {
        <header class="masthead">
            <div class="masthead__brand">
                <img class="masthead__logo" src="/branchline.svg" alt="" />
                <div>
                    <div class="masthead__name">{ "Branchline" }</div>
                    <div class="masthead__branch">
                        { &desk.branch_name }{ " · " }
                        <span class="pf-v6-screen-reader">{ words::BUSINESS_DATE }{ " " }</span>
                        <span title={words::BUSINESS_DATE} data-testid="business-date">{ desk.business_date.to_string() }</span>
                    </div>
                </div>
            </div>
            <nav class="masthead__nav" aria-label={words::NAVIGATION}>
                <ul class="masthead__list" role="list">{ for links }</ul>
            </nav>
            <div class="masthead__tools">
                <SearchBox />
                <SyncMarkLink />
                <Button kind={ButtonKind::Plain} label={words::PALETTE} on_click={does(Does::Palette)}
                    testid="open-palette" shortcut="Control+K">
                    <Icon kind={IconKind::Keyboard} />
                </Button>
                <Button kind={ButtonKind::Plain} label={words::HELP} on_click={does(Does::Help)}
                    testid="open-help" shortcut="?">
                    <Icon kind={IconKind::Help} />
                </Button>
                <UserMenu perform={props.perform.clone()} />
            </div>
        </header>
    }
}

/// Whether the navigation's link stands for the page that is shown or for the one above it.
fn leads_to(link: &Route, shown: &Route) -> bool {
    match shown {
        Route::Details(_) | Route::Create => *link == Route::Applications,
        Route::Customer(_) => *link == Route::Customers,
        _ => link == shown,
    }
}
