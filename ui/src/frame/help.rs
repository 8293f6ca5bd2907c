use crate::actions::{Group, PageAction, offered};
use crate::components::Dialog;
use crate::session::use_desk;
use crate::words::frame as words;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct HelpProps {
    pub page_actions: Rc<Vec<PageAction>>,
    pub on_close: Callback<()>,
}

/// Every shortcut, by what it does.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let desk = use_desk();
    let of_group = |group: Group| -> Vec<(AttrValue, AttrValue)> {
        let everywhere = offered(desk.is_admin())
            .filter(|action| action.group == group)
            .filter_map(|action| Some((action.words.into(), action.keys?.into())));
        let here = props
            .page_actions
            .iter()
            .filter(|_| group == Group::Page)
            .filter_map(|action| Some((action.words.clone(), action.keys.clone()?)));
        everywhere.chain(here).collect()
    };
    let groups = Group::ALL.into_iter().map(|group| {
        let rows = of_group(group);
        if rows.is_empty() {
            return html! { <div key={group.words()} hidden=true /> };
        }
        let rows = rows.into_iter().map(|(what, keys)| {
            html! { <div key={keys.to_string()} class="keys-list__row"><dt>{ what }</dt><dd><Keys {keys} /></dd></div> }
        });
        html! {
            <section key={group.words()} class="help__group">
                <h3 class="pf-v6-c-title pf-m-md">{ group.words() }</h3>
                <dl class="keys-list">{ for rows }</dl>
            </section>
        }
    });
    html! {
        <Dialog title={words::HELP} testid="dialog-help" on_close={props.on_close.clone()}>
            <div class="help">{ for groups }</div>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
pub struct KeysProps {
    pub keys: AttrValue,
}

/// "g a" as two keys one after the other, "ctrl+k" as two at once.
#[component]
pub fn Keys(props: &KeysProps) -> Html {
    let keys = props
        .keys
        .split([' ', '+'])
        .enumerate()
        .map(|(place, key)| {
            let shown = match key {
                "ctrl" => "Ctrl".to_owned(),
                key if props.keys.contains('+') => key.to_uppercase(),
                key => key.to_owned(),
            };
            html! { <kbd key={place}>{ shown }</kbd> }
        });
    html! { <span class="keys">{ for keys }</span> }
}
