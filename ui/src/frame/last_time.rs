//! What befell the account since its last sign-in, until its person has read it.

use crate::actions::Does;
use crate::components::{Alert, AlertKind, Button, ButtonKind, Timestamp, local};
use crate::session::use_desk;
use crate::words::frame as words;
use yew::prelude::*;

/// Changes that are listed; a notice may not hide the page.
const MOST: usize = 5;

#[derive(Properties, PartialEq)]
pub struct LastTimeNoticeProps {
    pub perform: Callback<Does>,
}

#[component]
pub fn LastTimeNotice(props: &LastTimeNoticeProps) -> Html {
    let desk = use_desk();
    let read = use_state(|| false);
    let Some(last) = desk.last_time.as_ref().filter(|_| !*read) else {
        return html! {};
    };
    if last.wrong_passwords == 0 && last.changes.is_empty() {
        return html! {};
    }
    let wrong = last.last_wrong_at.map(|at| {
        html! { <li><Timestamp {at} />{ " · " }{ words::wrong_passwords(last.wrong_passwords) }</li> }
    });
    let more = last.changes.len().saturating_sub(MOST);
    let more = (more > 0).then(|| html! { <li>{ words::more_changes(more) }</li> });
    let changes = last.changes.iter().take(MOST).map(|row| {
        html! {
            <li key={row.seq}><Timestamp at={row.at} />{ " · " }{ &row.sentence }{ " · " }{ &row.actor_name }</li>
        }
    });
    let on_read = {
        let read = read.setter();
        Callback::from(move |_: MouseEvent| read.set(true))
    };
    let on_change = props.perform.reform(|_: MouseEvent| Does::OwnPassword);
    html! {
        <div class="last-time">
            <Alert kind={AlertKind::Warning} title={words::since(&local(last.signed_in_at))} testid="last-time">
                <ul class="last-time__list">{ wrong.unwrap_or_default() }{ for changes }{ more.unwrap_or_default() }</ul>
                <p>{ words::NOT_ME }</p>
                <div class="last-time__actions">
                    <Button kind={ButtonKind::Secondary} on_click={on_read} testid="last-time-read">{ words::WAS_ME }</Button>
                    <Button kind={ButtonKind::Link} on_click={on_change} testid="last-time-password">{ words::OWN_PASSWORD }</Button>
                </div>
            </Alert>
        </div>
    }
}
