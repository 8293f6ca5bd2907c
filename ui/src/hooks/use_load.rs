use super::use_change;
use crate::backend::Outcome;
use domain::refusal::ApiError;
use domain::view::Change;
use std::future::Future;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Something that is fetched and kept fresh.
///
/// While it is fetched again the old data stays, so that nothing flickers under somebody's hands.
pub struct Load<T> {
    pub data: Option<Rc<T>>,
    /// Why the last attempt failed; older data may stand beside it.
    pub error: Option<ApiError>,
    /// Nothing has come yet: show a skeleton.
    pub waiting: bool,
    pub reload: Callback<()>,
}

struct Fetched<K, T> {
    /// What it was fetched for.
    key: Option<K>,
    data: Option<Rc<T>>,
    error: Option<ApiError>,
}

/// What is being asked. Not state: effects and answers must see it at once.
struct Asking<K> {
    /// Counts the questions; an answer to an older one is dropped.
    question: u64,
    under_way: Option<K>,
    /// Something changed since the question was put.
    stale: bool,
}

/// Fetches by `key`, again whenever the key changes, and again after every commit for which
/// `touched(key, change)` says yes. Answers that come after a newer question are dropped.
///
/// ```ignore
/// let details = use_load(line_id, |id, change| change.lines.contains(id), backend::line);
/// ```
#[hook]
pub fn use_load<K, T, F, R>(
    key: K,
    touched: impl Fn(&K, &Change) -> bool + 'static,
    fetch: F,
) -> Load<T>
where
    K: Clone + PartialEq + 'static,
    T: 'static,
    F: Fn(K) -> R + 'static,
    R: Future<Output = Outcome<T>> + 'static,
{
    let fetched = use_state(|| {
        Rc::new(Fetched::<K, T> {
            key: None,
            data: None,
            error: None,
        })
    });
    let asking = use_mut_ref(|| Asking::<K> {
        question: 0,
        under_way: None,
        stale: false,
    });
    let again = use_state(|| 0_u64);
    let counter = use_mut_ref(|| 0_u64);

    let reload = {
        let again = again.setter();
        use_callback((), move |(), ()| {
            let next = *counter.borrow() + 1;
            *counter.borrow_mut() = next;
            again.set(next);
        })
    };
    {
        let (key, reload) = (key.clone(), reload.clone());
        use_change(move |change| {
            if touched(&key, &change) {
                reload.emit(());
            }
        });
    }
    {
        let set = fetched.setter();
        let asking = asking.clone();
        use_effect_with((key.clone(), *again), move |(key, _)| {
            let question = {
                let mut asking = asking.borrow_mut();
                if asking.under_way.as_ref() == Some(key) {
                    // Changes may come faster than answers: what is under way is finished first
                    // and shown, then asked once more.
                    asking.stale = true;
                    return;
                }
                asking.question += 1;
                asking.under_way = Some(key.clone());
                asking.stale = false;
                asking.question
            };
            let key = key.clone();
            spawn_local(async move {
                let mut kept = None::<Rc<T>>;
                loop {
                    let outcome = fetch(key.clone()).await;
                    if asking.borrow().question != question {
                        return;
                    }
                    let error = match outcome {
                        Ok(data) => {
                            kept = Some(Rc::new(data));
                            None
                        }
                        Err(error) => Some(error),
                    };
                    set.set(Rc::new(Fetched {
                        key: Some(key.clone()),
                        data: kept.clone(),
                        error,
                    }));
                    let mut asking = asking.borrow_mut();
                    if !std::mem::take(&mut asking.stale) {
                        asking.under_way = None;
                        return;
                    }
                }
            });
        });
    }
    {
        // An answer to a page that is gone is dropped, too.
        use_effect_with((), move |()| move || asking.borrow_mut().question += 1);
    }
    // Data of another key is not shown as if it were this one's.
    let mine = fetched.key.as_ref() == Some(&key);
    let last_good = use_mut_ref(|| None::<(K, Rc<T>)>);
    if let Some(data) = fetched.data.clone().filter(|_| mine) {
        *last_good.borrow_mut() = Some((key.clone(), data));
    }
    // An error does not take away what was shown before it.
    let data = last_good
        .borrow()
        .as_ref()
        .filter(|(of, _)| *of == key)
        .map(|(_, data)| data.clone());
    let error = fetched.error.clone().filter(|_| mine);
    Load {
        waiting: data.is_none() && error.is_none(),
        data,
        error,
        reload,
    }
}
