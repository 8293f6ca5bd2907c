//! What may be done with the line now: buttons that say why when they cannot be used.

use crate::components::{Button, ButtonKind};
use crate::dialogs::{Intent, tag};
use crate::words::{commands, details as words};
use domain::account::Role;
use domain::command::CommandKind;
use domain::ids::LineId;
use domain::refusal::RefusalCode;
use domain::view::ActionView;
use yew::prelude::*;

/// The actions this role can ever use, in the order of a line's life. The others are not shown:
/// a button that never works teaches nothing.
pub fn offered(actions: &[ActionView], role: Role) -> Vec<ActionView> {
    const ORDER: &[CommandKind] = &[
        CommandKind::ApproveApplication,
        CommandKind::RejectApplication,
        CommandKind::RecordCheck,
        CommandKind::RecordMissing,
        CommandKind::SendIncompletenessNotice,
        CommandKind::RecordAgreement,
        CommandKind::RequestDraw,
        CommandKind::TakeRepayment,
        CommandKind::RefundCredit,
        CommandKind::RequestCancellation,
        CommandKind::DeclineCancellation,
        CommandKind::CancelApplication,
        CommandKind::CloseLine,
        CommandKind::FreezeLine,
        CommandKind::UnfreezeLine,
        CommandKind::TellAdverseAction,
        CommandKind::RequestChange,
    ];
    ORDER
        .iter()
        .filter_map(|kind| actions.iter().find(|action| action.kind == *kind))
        .filter(|action| may_ever(action, role) && !is_history(action) && !is_needless(action))
        .cloned()
        .collect()
}

/// Papers belong to an application that is open; once it is decided they are history.
fn is_history(action: &ActionView) -> bool {
    let of_papers = matches!(
        action.kind,
        CommandKind::RecordCheck
            | CommandKind::RecordMissing
            | CommandKind::SendIncompletenessNotice
    );
    of_papers && !matches!(action.refused, None | Some(RefusalCode::NothingMissing))
}

/// A notice is news where something was done that the customer was not told of.
fn is_needless(action: &ActionView) -> bool {
    action.refused == Some(RefusalCode::NothingToTell)
}

pub fn may_ever(action: &ActionView, role: Role) -> bool {
    let high_enough = role == Role::Admin || action.kind.role_needed() == Role::Staff;
    high_enough && action.refused != Some(RefusalCode::AdminOnly)
}

#[derive(Properties, PartialEq)]
pub struct ActionBarProps {
    pub line_id: LineId,
    pub actions: Vec<ActionView>,
    pub on_act: Callback<Intent>,
}

#[component]
pub fn ActionBar(props: &ActionBarProps) -> Html {
    let line_id = props.line_id;
    // The first that can be done now is what people came for.
    let first = props
        .actions
        .iter()
        .find(|action| action.refused.is_none())
        .map(|action| action.kind);
    let (possible, refused): (Vec<_>, Vec<_>) = props
        .actions
        .iter()
        .partition(|action| action.refused.is_none());
    let button = |action: &ActionView| {
        let kind = action.kind;
        let look = if Some(kind) == first && !commands::ends_something(kind) {
            ButtonKind::Primary
        } else {
            ButtonKind::Secondary
        };
        html! {
            <Button key={commands::title(kind)} kind={look} small=true
                testid={format!("action-{}", tag(kind))}
                why_not={action.refused.map(|code| AttrValue::from(code.words()))}
                on_click={props.on_act.reform(move |_: MouseEvent| Intent::on_line(kind, line_id))}>
                { commands::title(kind) }
            </Button>
        }
    };
    let reasons = refused.iter().map(|action| {
        let code = action.refused;
        html! {
            <div key={commands::title(action.kind)} class="terms__row">
                <dt>{ commands::title(action.kind) }</dt>
                <dd>{ code.map_or("", RefusalCode::words) }</dd>
            </div>
        }
    });
    let any_refused = !refused.is_empty();
    html! {
        <section class="action-bar" aria-label={words::ACTIONS}>
            <div class="action-bar__buttons">
                { for possible.iter().chain(refused.iter()).map(|action| button(action)) }
            </div>
            <details class="why" hidden={!any_refused} data-testid="why-not">
                <summary>{ words::not_possible(refused.len()) }</summary>
                <dl class="terms__list">{ for reasons }</dl>
            </details>
        </section>
    }
}
