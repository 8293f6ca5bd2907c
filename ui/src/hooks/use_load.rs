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
    // The data as of now, for answers that arrive in a later turn than the one they were asked in.
    let kept = use_mut_ref(|| None::<(K, Rc<T>)>);
    let asked = use_mut_ref(|| 0_u64);
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
        let asked = asked.clone();
        use_effect_with((key.clone(), *again), move |(key, _)| {
            *asked.borrow_mut() += 1;
            let question = *asked.borrow();
            let answer = fetch(key.clone());
            let key = key.clone();
            let asked = asked.clone();
            spawn_local(async move {
                let outcome = answer.await;
                if *asked.borrow() != question {
                    return;
                }
                let (data, error) = match outcome {
                    Ok(data) => {
                        let data = Rc::new(data);
                        *kept.borrow_mut() = Some((key.clone(), data.clone()));
                        (Some(data), None)
                    }
                    Err(error) => {
                        let old = kept.borrow().clone();
                        let same = old.filter(|(of, _)| *of == key).map(|(_, data)| data);
                        (same, Some(error))
                    }
                };
                let key = Some(key);
                set.set(Rc::new(Fetched { key, data, error }));
            });
        });
    }
    {
        // An answer to a page that is gone is dropped, too.
        use_effect_with((), move |()| move || *asked.borrow_mut() += 1);
    }
    // Data of another key is not shown as if it were this one's.
    let mine = fetched.key.as_ref() == Some(&key);
    let data = fetched.data.clone().filter(|_| mine);
    let error = fetched.error.clone().filter(|_| mine);
    Load {
        waiting: data.is_none() && error.is_none(),
        data,
        error,
        reload,
    }
}
