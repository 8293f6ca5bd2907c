//! My applications and the branch's: filtered, searched, in pages.

use crate::actions::{PageAction, use_page_actions};
use crate::backend;
use crate::components::{
    Button, ButtonKind, EmptyState, ErrorAlert, Icon, IconKind, LineTable, PageHeader, SelectField,
    Skeleton, TextField,
};
use crate::focus;
use crate::frame::{Filters, use_filters};
use crate::hooks::{use_pages_of, use_title};
use crate::router::{Route, use_router};
use crate::session::use_currency;
use crate::words::{self as common, lists as words};
use domain::line::Status;
use domain::view::{LineOrder, LineQuery};
use gloo_timers::callback::Timeout;
use yew::prelude::*;

/// Waits for the next letter before it asks.
const TYPING_PAUSE_MS: u32 = 200;

#[component]
pub fn ApplicationsPage() -> Html {
    let currency = use_currency();
    let router = use_router();
    let filters = use_filters();
    use_title(words::TITLE);
    let query = LineQuery {
        statuses: filters.statuses.clone(),
        search: filters.search.clone(),
        mine: filters.mine,
        customer_id: None,
        order: filters.order,
        after: None,
        limit: 0,
    };
    // Comes with the rows, and is shown when they are.
    let capped = use_mut_ref(|| false);
    let lines = {
        let capped = capped.clone();
        use_pages_of(
            query,
            |_, change| !change.lines.is_empty(),
            move |query, after, limit| {
                let capped = capped.clone();
                async move {
                    let page = backend::lines(LineQuery {
                        after,
                        limit,
                        ..query
                    });
                    let page = page.await?;
                    *capped.borrow_mut() = page.capped;
                    Ok((page.rows, page.next))
                }
            },
        )
    };
    use_page_actions(page_actions(&filters));
    let create = {
        let router = router.clone();
        Callback::from(move |_: MouseEvent| router.push(Route::Create))
    };
    let clear = {
        let filters = filters.clone();
        Callback::from(move |_: MouseEvent| {
            filters.set(Filters {
                order: filters.order,
                ..Filters::default()
            });
        })
    };
    let narrowed = is_narrowed(&filters);
    let shown = if lines.waiting {
        html! { <Skeleton lines={8} /> }
    } else if !lines.rows.is_empty() {
        html! { <LineTable rows={lines.rows.clone()} {currency} caption={words::TITLE} /> }
    } else if lines.error.is_some() {
        html! {}
    } else if narrowed {
        html! {
            <EmptyState title={words::NONE_MATCH} words={words::NONE_MATCH_WORDS}>
                <Button kind={ButtonKind::Link} on_click={clear.clone()}>{ words::CLEAR }</Button>
            </EmptyState>
        }
    } else {
        html! {
            <EmptyState title={words::NO_LINES} words={words::NO_LINES_WORDS}>
                <Button kind={ButtonKind::Primary} on_click={create.clone()}>{ words::NEW }</Button>
            </EmptyState>
        }
    };
    let error = lines.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={lines.reload.clone()} /> }
    });
    let more = lines.more.clone().map(|more| {
        html! {
            <Button testid="more" busy={lines.fetching_more} on_click={more.reform(|_: MouseEvent| ())}>
                { common::MORE }
            </Button>
        }
    });
    let mut count =
        (!lines.rows.is_empty()).then(|| words::shown(lines.rows.len(), lines.more.is_some()));
    if *capped.borrow()
        && let Some(count) = &mut count
    {
        *count = format!("{count}. {}", words::CAPPED);
    }
    html! {
        <div class="page" data-testid="page-applications">
            <PageHeader title={words::TITLE} subtitle={html! { words::SUBTITLE }}>
                <Button kind={ButtonKind::Primary} on_click={create} testid="new-application">
                    <Icon kind={IconKind::Add} />{ words::NEW }
                </Button>
            </PageHeader>
            <Toolbar narrowed={narrowed} on_clear={clear} />
            <div>{ error.unwrap_or_default() }</div>
            <div class="page__list">{ shown }</div>
            <div class="page__foot">
                <span class="quiet" role="status">{ count.unwrap_or_default() }</span>
                <span>{ more.unwrap_or_default() }</span>
            </div>
        </div>
    }
}

fn is_narrowed(filters: &Filters) -> bool {
    filters.mine || !filters.statuses.is_empty() || !filters.search.is_empty()
}

/// Walking the rows without a mouse.
fn page_actions(filters: &UseStateHandle<Filters>) -> Vec<PageAction> {
    let action = |id: &'static str, words: &'static str, keys: &'static str, run| PageAction {
        id: id.into(),
        words: words.into(),
        keys: Some(keys.into()),
        why_not: None,
        run,
    };
    let filters = filters.clone();
    let mine = Callback::from(move |()| {
        filters.set(Filters {
            mine: !filters.mine,
            ..(*filters).clone()
        });
    });
    let step = |forward: bool| {
        Callback::from(move |()| {
            focus::step(".row-link", forward);
        })
    };
    vec![
        action("next-row", words::NEXT_ROW, "j", step(true)),
        action("previous-row", words::PREVIOUS_ROW, "k", step(false)),
        action("toggle-mine", words::TOGGLE_MINE, "m", mine),
    ]
}

#[derive(Properties, PartialEq)]
struct ToolbarProps {
    narrowed: bool,
    on_clear: Callback<MouseEvent>,
}

/// Narrows the list: chips for the states, mine, a search, the order.
#[component]
fn Toolbar(props: &ToolbarProps) -> Html {
    let filters = use_filters();
    let change = {
        let filters = filters.clone();
        move |with: &dyn Fn(&mut Filters)| {
            let mut changed = (*filters).clone();
            with(&mut changed);
            filters.set(changed);
        }
    };
    let chip = |id: String, words: &'static str, pressed: bool, on_click: Callback<MouseEvent>| {
        html! {
            <button key={id.clone()} type="button" class={classes!("chip", pressed.then_some("is-pressed"))}
                aria-pressed={pressed.to_string()} onclick={on_click} data-testid={format!("filter-{id}")}>
                { words }
            </button>
        }
    };
    let chips = CHIPS.iter().map(|status| {
        let pressed = filters.statuses.contains(status);
        let change = change.clone();
        let toggle = Callback::from(move |_: MouseEvent| {
            change(&|filters| {
                if pressed {
                    filters.statuses.retain(|kept| kept != status);
                } else {
                    filters.statuses.push(*status);
                }
            });
        });
        chip(status.tag().to_owned(), status.words(), pressed, toggle)
    });
    let mine = {
        let change = change.clone();
        let pressed = filters.mine;
        let toggle = Callback::from(move |_: MouseEvent| {
            change(&|filters| filters.mine = !pressed);
        });
        chip("mine".to_owned(), words::MINE, pressed, toggle)
    };
    let set_order = {
        let change = change.clone();
        Callback::from(move |tag: String| {
            let chosen = ORDERS.into_iter().find(|(of, _)| *of == tag);
            change(&|filters| filters.order = chosen.map_or(filters.order, |(_, order)| order));
        })
    };
    let order_tag = ORDERS.iter().find(|(_, order)| *order == filters.order);
    let options: Vec<(AttrValue, AttrValue)> = ORDERS
        .iter()
        .map(|(tag, order)| ((*tag).into(), words::order(*order).into()))
        .collect();
    html! {
        <section class="toolbar" aria-label={words::FILTERS}>
            <div class="toolbar__fields">
                <Search />
                <SelectField name="order" label={words::ORDER} {options} on_change={set_order}
                    value={order_tag.map_or("", |(tag, _)| *tag)} />
            </div>
            <div class="toolbar__chips">
                <div class="chips" role="group" aria-label={words::STATUS}>{ for chips }</div>
                <div class="chips">{ mine }</div>
                <Button kind={ButtonKind::Link} small=true on_click={props.on_clear.clone()}
                    class={classes!((!props.narrowed).then_some("is-hidden"))} testid="clear-filters">
                    { words::CLEAR }
                </Button>
            </div>
        </section>
    }
}

/// In the order of a line's life, what ended badly last.
const CHIPS: [Status; 7] = [
    Status::Open,
    Status::Approved,
    Status::Outstanding,
    Status::Repaid,
    Status::Closed,
    Status::Rejected,
    Status::Cancelled,
];

const ORDERS: [(&str, LineOrder); 3] = [
    ("newest_first", LineOrder::NewestFirst),
    ("oldest_first", LineOrder::OldestFirst),
    ("customer_name", LineOrder::CustomerName),
];

/// Searches while one types, after a short pause.
#[component]
fn Search() -> Html {
    let filters = use_filters();
    let typed = use_state(|| filters.search.clone());
    let newest = use_mut_ref(|| filters.clone());
    *newest.borrow_mut() = filters.clone();
    {
        // What was searched from elsewhere shows here, too.
        // A blank at the end is a word about to begin, not another search.
        let (now, typed) = ((*typed).clone(), typed.setter());
        use_effect_with(filters.search.clone(), move |search| {
            if now.trim() != search {
                typed.set(search.clone());
            }
        });
    }
    {
        use_effect_with((*typed).clone(), move |typed| {
            let search = typed.trim().to_owned();
            let waiting = Timeout::new(TYPING_PAUSE_MS, move || {
                let filters = newest.borrow().clone();
                if filters.search != search {
                    filters.set(Filters {
                        search,
                        ..(*filters).clone()
                    });
                }
            });
            move || drop(waiting)
        });
    }
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    html! {
        <TextField name="search" kind="search" label={words::SEARCH} help={words::SEARCH_HELP}
            value={(*typed).clone()} {on_input} max_length=100 />
    }
}
