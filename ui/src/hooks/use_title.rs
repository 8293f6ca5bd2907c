use yew::prelude::*;

/// The window's title says where one is: "Applications · Branchline".
#[hook]
pub fn use_title(title: impl Into<AttrValue>) {
    use_effect_with(title.into(), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(&format!("{title} · Branchline"));
        }
    });
}
