//! Accounts that ask to be let in, and accounts that locked themselves out.

use crate::components::{Button, ButtonKind, Cell, Column, DataTable, Row, Timestamp};
use crate::dialogs::tag;
use crate::words::{admin as words, commands};
use domain::account::Role;
use domain::command::CommandKind;
use domain::view::AccountRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct AccountTableProps {
    pub caption: AttrValue,
    pub rows: Vec<AccountRow>,
    pub kinds: &'static [CommandKind],
    pub on_act: Callback<(CommandKind, AccountRow)>,
}

#[component]
pub fn AccountTable(props: &AccountTableProps) -> Html {
    let rows = props.rows.iter().map(|account| {
        let offered = props.kinds.iter().filter(|kind| applies(**kind, account));
        let buttons = offered.map(|kind| {
            let (kind, about) = (*kind, account.clone());
            html! {
                <Button key={commands::title(kind)} small=true testid={format!("action-{}", tag(kind))}
                    kind={if kind == CommandKind::ApproveAccount { ButtonKind::Primary } else { ButtonKind::Secondary }}
                    on_click={props.on_act.reform(move |_: MouseEvent| (kind, about.clone()))}>
                    { commands::title(kind) }
                    <span class="pf-v6-screen-reader">{ format!(" {}", account.login) }</span>
                </Button>
            }
        });
        let role = match (account.role, account.admin_requested) {
            (Some(Role::Admin), _) | (None, true) => words::ADMIN,
            (Some(Role::Staff), _) | (None, false) => words::STAFF,
        };
        html! {
            <Row key={account.login.clone()} testid={format!("row-{}", account.login)}>
                <Cell>{ &account.name }</Cell>
                <Cell>{ &account.login }</Cell>
                <Cell>{ &account.employee_number }</Cell>
                <Cell>{ role }</Cell>
                <Cell><Timestamp at={account.asked_at} /></Cell>
                <Cell><div class="row-actions">{ for buttons }</div></Cell>
            </Row>
        }
    });
    html! {
        <div>
            <DataTable caption={props.caption.clone()} columns={vec![
                Column::text(words::NAME),
                Column::text(words::LOGIN),
                Column::text(words::EMPLOYEE_NUMBER),
                Column::text(words::ROLE),
                Column::text(words::ASKED),
                Column::actions(words::ACTIONS),
            ]}>{ for rows }</DataTable>
        </div>
    }
}

/// Spares people buttons that would be refused.
fn applies(kind: CommandKind, account: &AccountRow) -> bool {
    match kind {
        CommandKind::RemoveSecondFactor => account.second_factor,
        CommandKind::EnableAccount => account.disabled,
        CommandKind::SetRole | CommandKind::DisableAccount | CommandKind::IssueResetCode => {
            !account.disabled
        }
        _ => true,
    }
}
