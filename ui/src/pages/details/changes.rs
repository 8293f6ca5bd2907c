//! Changes that wait for a second person: what, why, who asked, and until when.

use crate::components::{Button, ButtonKind, Cell, Column, DataTable, Row};
use crate::dialogs::{Intent, tag};
use crate::router::{Link, Route};
use crate::session::use_desk;
use crate::words::{self, admin, changes as change_words, commands, lines};
use domain::view::ChangeRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ChangeTableProps {
    pub caption: AttrValue,
    pub rows: Vec<ChangeRow>,
    pub on_intent: Callback<Intent>,
}

#[component]
pub fn ChangeTable(props: &ChangeTableProps) -> Html {
    let desk = use_desk();
    let rows = props.rows.iter().map(|change| {
        let offered = change.actions.iter().filter(|_| desk.is_admin());
        let buttons = offered.map(|action| {
            let intent = Intent::on_change(action.kind, change);
            html! {
                <Button key={commands::title(action.kind)} kind={ButtonKind::Secondary} small=true
                    testid={format!("action-{}", tag(action.kind))}
                    why_not={action.refused.map(|code| AttrValue::from(code.words()))}
                    on_click={props.on_intent.reform(move |_: MouseEvent| intent)}>
                    { commands::title(action.kind) }
                    <span class="pf-v6-screen-reader">{ format!(" {}", change.line_number) }</span>
                </Button>
            }
        });
        let until = if change.expired {
            html! { <span class="quiet">{ change_words::EXPIRED }</span> }
        } else {
            html! { <span class="nowrap">{ change.expires_on.to_string() }</span> }
        };
        html! {
            <Row key={change.id.to_string()} testid={format!("change-{}", change.line_number)}>
                <Cell><Link class="row-link" to={Route::Details(change.line_id)}>{ &change.line_number }</Link></Cell>
                <Cell>{ &change.customer_name }</Cell>
                <Cell class="wide">{ words::sentence(&change.words) }</Cell>
                <Cell class="wide">{ &change.reason }</Cell>
                <Cell>{ change_words::asked(&change.asked_by_name, &change.asked_on.to_string()) }</Cell>
                <Cell>{ until }</Cell>
                <Cell><div class="row-actions">{ for buttons }</div></Cell>
            </Row>
        }
    });
    html! {
        <DataTable caption={props.caption.clone()} columns={vec![
            Column::text(admin::NUMBER),
            Column::text(admin::CUSTOMER),
            Column::text(change_words::WHAT),
            Column::text(lines::REASON),
            Column::text(change_words::ASKED_BY),
            Column::text(change_words::EXPIRES),
            Column::actions(admin::ACTIONS),
        ]}>{ for rows }</DataTable>
    }
}
