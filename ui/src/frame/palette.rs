use super::help::Keys;
use super::{Filters, use_filters};
use crate::actions::{Does, Group, PageAction, offered};
use crate::components::Dialog;
use crate::router::Route;
use crate::session::use_desk;
use crate::words::frame as words;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PaletteProps {
    pub page_actions: Rc<Vec<PageAction>>,
    pub perform: Callback<Does>,
    pub on_close: Callback<()>,
}

/// A choice of the palette.
#[derive(Clone)]
struct Choice {
    id: AttrValue,
    words: AttrValue,
    group: &'static str,
    keys: Option<AttrValue>,
    why_not: Option<AttrValue>,
    run: Callback<()>,
}

/// Finds what can be done by its name, and does it.
#[component]
pub fn Palette(props: &PaletteProps) -> Html {
    let desk = use_desk();
    let filters = use_filters();
    let typed = use_state(String::new);
    let chosen = use_state(|| 0_usize);
    let choices = choices(props, desk.is_admin(), &typed, &filters);
    let place = (*chosen).min(choices.len().saturating_sub(1));
    {
        use_effect_with((place, (*typed).clone()), |(place, _)| show_option(*place));
    }
    let oninput = {
        let (typed, chosen) = (typed.setter(), chosen.setter());
        move |event: InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
            chosen.set(0);
        }
    };
    let run = {
        let close = props.on_close.clone();
        move |choice: &Choice| {
            if choice.why_not.is_none() {
                close.emit(());
                choice.run.emit(());
            }
        }
    };
    let onkeydown = {
        let (chosen, choices, run) = (chosen.setter(), choices.clone(), run.clone());
        move |event: KeyboardEvent| {
            let last = choices.len().saturating_sub(1);
            match event.key().as_str() {
                "ArrowDown" => chosen.set(if place >= last { 0 } else { place + 1 }),
                "ArrowUp" => chosen.set(if place == 0 { last } else { place - 1 }),
                "Enter" => {
                    if let Some(choice) = choices.get(place) {
                        run(choice);
                    }
                }
                _ => return,
            }
            event.prevent_default();
        }
    };
    let options = choices.iter().enumerate().map(|(number, choice)| {
        let onclick = {
            let (run, choice) = (run.clone(), choice.clone());
            move |_: MouseEvent| run(&choice)
        };
        let keys = choice.keys.clone().map(|keys| html! { <Keys {keys} /> });
        let note = choice
            .why_not
            .clone()
            .unwrap_or_else(|| choice.group.into());
        html! {
            <li key={choice.id.to_string()} id={option_id(number)} role="option" {onclick}
                class={classes!("palette__option", choice.why_not.is_some().then_some("is-dimmed"))}
                aria-selected={(number == place).to_string()}
                aria-disabled={choice.why_not.is_some().then_some("true")}
                data-testid={format!("palette-{}", choice.id)}>
                <span class="palette__words">{ &choice.words }</span>
                <span class="palette__note">{ note }</span>
                <span class="palette__keys">{ keys.unwrap_or_default() }</span>
            </li>
        }
    });
    let nothing = choices.is_empty().then(|| {
        html! { <p class="palette__nothing" role="status">{ words::NO_ACTION }</p> }
    });
    html! {
        <Dialog title={words::PALETTE} testid="dialog-palette" on_close={props.on_close.clone()}>
            <div class="palette">
                <label class="pf-v6-screen-reader" for="palette-input">{ words::PALETTE_FIELD }</label>
                <span class="pf-v6-c-form-control">
                    <input id="palette-input" type="text" role="combobox" autocomplete="off" spellcheck="false"
                        placeholder={words::PALETTE_FIELD} aria-expanded="true" aria-autocomplete="list"
                        aria-controls="palette-options" maxlength="100"
                        aria-activedescendant={(!choices.is_empty()).then(|| option_id(place))}
                        value={(*typed).clone()} {oninput} {onkeydown} data-testid="palette-input" />
                </span>
                <ul id="palette-options" class="palette__options" role="listbox" aria-label={words::PALETTE}>
                    { for options }
                </ul>
                <div>{ nothing.unwrap_or_default() }</div>
            </div>
        </Dialog>
    }
}

fn option_id(place: usize) -> String {
    format!("palette-option-{place}")
}

fn show_option(place: usize) {
    let found = crate::focus::document().and_then(|d| d.get_element_by_id(&option_id(place)));
    if let Some(option) = found {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

fn choices(
    props: &PaletteProps,
    admin: bool,
    typed: &str,
    filters: &UseStateHandle<Filters>,
) -> Vec<Choice> {
    let here = props.page_actions.iter().map(|action| Choice {
        id: action.id.clone(),
        words: action.words.clone(),
        group: Group::Page.words(),
        keys: action.keys.clone(),
        why_not: action.why_not.clone(),
        run: action.run.clone(),
    });
    let everywhere = offered(admin)
        .filter(|action| action.does != Does::Palette)
        .map(|action| Choice {
            id: action.id.into(),
            words: action.words.into(),
            group: action.group.words(),
            keys: action.keys.map(AttrValue::from),
            why_not: None,
            run: props.perform.reform(move |()| action.does.clone()),
        });
    let mut found: Vec<Choice> = here
        .chain(everywhere)
        .filter(|choice| matches(&choice.words, typed))
        .collect();
    let wanted = typed.trim().to_owned();
    if !wanted.is_empty() {
        let (filters, perform) = (filters.clone(), props.perform.clone());
        found.push(Choice {
            id: "search-for".into(),
            words: words::search_for(&wanted).into(),
            group: Group::Do.words(),
            keys: None,
            why_not: None,
            run: Callback::from(move |()| {
                filters.set(Filters {
                    search: wanted.clone(),
                    ..Filters::default()
                });
                perform.emit(Does::Go(Route::Applications));
            }),
        });
    }
    found
}

/// Every typed word begins a word of the name.
fn matches(name: &str, typed: &str) -> bool {
    let name = name.to_lowercase();
    typed
        .to_lowercase()
        .split_whitespace()
        .all(|typed| name.split_whitespace().any(|word| word.starts_with(typed)))
}

#[cfg(test)]
mod tests {
    use super::matches;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn words_are_found_by_their_beginnings() {
        for (typed, expected) in [
            ("", true),
            ("new", true),
            ("APP n", true),
            ("lication", false),
            ("new x", false),
        ] {
            assert_eq!(matches("New application", typed), expected, "{typed:?}");
        }
    }
}
