use crate::focus;
use crate::hooks::use_unique_id;
use yew::prelude::*;

/// One tab: what it is called in the program and on the screen.
#[derive(Clone, PartialEq)]
pub struct Tab {
    pub id: AttrValue,
    pub words: AttrValue,
}

impl Tab {
    pub fn new(id: impl Into<AttrValue>, words: impl Into<AttrValue>) -> Tab {
        Tab {
            id: id.into(),
            words: words.into(),
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct TabsProps {
    /// What the tabs divide, for screen readers.
    pub label: AttrValue,
    pub tabs: Vec<Tab>,
    pub chosen: AttrValue,
    pub on_tab: Callback<String>,
    /// The panel of the chosen tab.
    pub children: Html,
}

/// Tabs over one panel. One of them is in the tab order; the arrows go to the others.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let stem = use_unique_id("tabs");
    let place = props
        .tabs
        .iter()
        .position(|tab| tab.id == props.chosen)
        .unwrap_or(0);
    let onkeydown = {
        let (tabs, on_tab, stem) = (props.tabs.clone(), props.on_tab.clone(), stem.clone());
        move |event: KeyboardEvent| {
            let last = tabs.len().saturating_sub(1);
            let next = match event.key().as_str() {
                "ArrowRight" if place == last => 0,
                "ArrowRight" => place + 1,
                "ArrowLeft" if place == 0 => last,
                "ArrowLeft" => place - 1,
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            if let Some(tab) = tabs.get(next) {
                on_tab.emit(tab.id.to_string());
                focus::first(&format!("#{stem}-{}", tab.id));
            }
        }
    };
    let tabs = props.tabs.iter().map(|tab| {
        let chosen = tab.id == props.chosen;
        let onclick = {
            let (on_tab, id) = (props.on_tab.clone(), tab.id.to_string());
            move |_: MouseEvent| on_tab.emit(id.clone())
        };
        html! {
            <li key={tab.id.to_string()} role="presentation"
                class={classes!("pf-v6-c-tabs__item", chosen.then_some("pf-m-current"))}>
                <button type="button" role="tab" class="pf-v6-c-tabs__link" id={format!("{stem}-{}", tab.id)}
                    aria-selected={if chosen { "true" } else { "false" }}
                    aria-controls={format!("{stem}-panel")}
                    tabindex={if chosen { "0" } else { "-1" }}
                    data-testid={format!("tab-{}", tab.id)} {onclick}>
                    <span class="pf-v6-c-tabs__item-text">{ &tab.words }</span>
                </button>
            </li>
        }
    });
    html! {
        <div class="tabs">
            <div class="pf-v6-c-tabs">
                <ul class="pf-v6-c-tabs__list" role="tablist" aria-label={props.label.clone()} {onkeydown}>
                    { for tabs }
                </ul>
            </div>
            <div class="tabs__panel" role="tabpanel" id={format!("{stem}-panel")}
                aria-labelledby={format!("{stem}-{}", props.chosen)}>
                { props.children.clone() }
            </div>
        </div>
    }
}
