use crate::backend;
use domain::view::Change;
use yew::prelude::*;

/// Calls `heard` after every commit of the program, with the newest closure.
#[hook]
pub fn use_change(heard: impl Fn(Change) + 'static) {
    let newest = use_mut_ref(|| -> Box<dyn Fn(Change)> { Box::new(|_| ()) });
    *newest.borrow_mut() = Box::new(heard);
    use_effect_with((), move |()| {
        let subscription = backend::on_change(Callback::from(move |change| {
            (newest.borrow())(change);
        }));
        move || drop(subscription)
    });
}
