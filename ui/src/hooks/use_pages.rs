use super::use_load;
use crate::backend::Outcome;
use domain::refusal::ApiError;
use domain::view::Change;
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use yew::prelude::*;

/// Rows a page of a list has.
const ROWS_PER_PAGE: u32 = 50;

/// As many pages of a list as were asked for, in one.
pub struct Paged<R> {
    pub rows: Rc<Vec<R>>,
    /// Why the last attempt failed; older rows may stand beside it.
    pub error: Option<ApiError>,
    /// Nothing has come yet: show a skeleton.
    pub waiting: bool,
    /// Fetches one page more, where there is one.
    pub more: Option<Callback<()>>,
    pub fetching_more: bool,
    pub reload: Callback<()>,
}

struct Shown<R> {
    rows: Rc<Vec<R>>,
    pages: u32,
    next: Option<String>,
}

/// A list that comes in pages. After a change, all that is shown is fetched again from the start,
/// so that no row is lost or doubled between two pages.
///
/// `fetch(key, after, limit)` answers the rows of a page and the key of the next. Another `key`
/// is another list, which starts at its first page.
#[hook]
pub fn use_pages_of<K, R, F, A>(
    key: K,
    touched: impl Fn(&K, &Change) -> bool + 'static,
    fetch: F,
) -> Paged<R>
where
    K: Clone + PartialEq + 'static,
    R: 'static,
    F: Fn(K, Option<String>, u32) -> A + 'static,
    A: Future<Output = Outcome<(Vec<R>, Option<String>)>> + 'static,
{
    let wanted = use_memo(key.clone(), |_| Cell::new(1_u32));
    let fetch = Rc::new(fetch);
    let load = {
        let wanted = wanted.clone();
        use_load(key, touched, move |key| {
            let (wanted, fetch) = (wanted.clone(), fetch.clone());
            async move {
                let mut rows = Vec::new();
                let mut next = None;
                let mut pages = 0;
                loop {
                    let (page, after) = fetch(key.clone(), next, ROWS_PER_PAGE).await?;
                    rows.extend(page);
                    pages += 1;
                    next = after;
                    if next.is_none() || pages >= wanted.get() {
                        let rows = Rc::new(rows);
                        return Ok(Shown { rows, pages, next });
                    }
                }
            }
        })
    };
    let shown = load.data.as_ref();
    let reload = load.reload.clone();
    let more = shown.is_some_and(|shown| shown.next.is_some()).then(|| {
        let (wanted, reload) = (wanted.clone(), reload.clone());
        Callback::from(move |()| {
            wanted.set(wanted.get() + 1);
            reload.emit(());
        })
    });
    Paged {
        rows: shown.map(|shown| shown.rows.clone()).unwrap_or_default(),
        fetching_more: shown
            .is_some_and(|shown| shown.next.is_some() && shown.pages < wanted.get()),
        error: load.error,
        waiting: load.waiting,
        more,
        reload,
    }
}

/// [`use_pages_of`] for the one list a component shows for as long as it lives.
#[hook]
pub fn use_pages<R, F, A>(touched: impl Fn(&Change) -> bool + 'static, fetch: F) -> Paged<R>
where
    R: 'static,
    F: Fn(Option<String>, u32) -> A + 'static,
    A: Future<Output = Outcome<(Vec<R>, Option<String>)>> + 'static,
{
    use_pages_of(
        (),
        move |(), change| touched(change),
        move |(), after, limit| fetch(after, limit),
    )
}
