use std::cell::Cell;
use yew::prelude::*;

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// An element id nobody else on the page has, the same for as long as the component lives: a
/// dialog may show a field of the same name as the page behind it.
#[hook]
pub fn use_unique_id(stem: &str) -> AttrValue {
    let stem = stem.replace(['.', '[', ']', ' '], "-");
    let id = use_memo((), move |()| {
        let number = NEXT.replace(NEXT.get() + 1);
        AttrValue::from(format!("{stem}-{number}"))
    });
    (*id).clone()
}
