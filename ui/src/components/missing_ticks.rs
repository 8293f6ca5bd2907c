use super::CheckField;
use crate::words::papers as words;
use domain::intake::MissingItem;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MissingTicksProps {
    pub missing: Vec<MissingItem>,
    pub on_change: Callback<Vec<MissingItem>>,
}

/// What an application still lacks, to be ticked.
#[component]
pub fn MissingTicks(props: &MissingTicksProps) -> Html {
    let items = MissingItem::ALL.iter().map(|item| {
        let item = *item;
        let checked = props.missing.contains(&item);
        let (missing, on_change) = (props.missing.clone(), props.on_change.clone());
        let on_change = Callback::from(move |on: bool| {
            let mut next = missing.clone();
            next.retain(|other| *other != item);
            if on {
                next.push(item);
            }
            on_change.emit(next);
        });
        html! {
            <CheckField key={item.words()} name={format!("missing.{item:?}")} label={item.words()}
                {checked} {on_change} />
        }
    });
    html! {
        <fieldset class="ticks">
            <legend class="pf-v6-c-form__label-text">{ words::STILL_MISSING }</legend>
            { for items }
        </fieldset>
    }
}
