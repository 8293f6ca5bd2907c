//! Somebody raised a role in the file while the program was closed: the desk says so, and pays
//! nothing before an admin has looked.

use super::super::{Desk, Outcome, Theme};
use super::hands::{self, Hands};
use super::people::{ADMIN, STAFF};
use super::proof::at_the_copy;
use super::visit::Visit;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::cell::Cell;

pub async fn tell(desk: &Desk, hands: Hands, theme: Theme, pictures: &Cell<u32>) -> Outcome<()> {
    raise_a_role(desk).await?;
    let visit = Visit::begin(desk, hands, theme, pictures).await?;
    visit.unlock().await?;
    visit.sign_in(&ADMIN).await?;
    let window = &visit.window;
    window
        .at("[data-testid=sync-mark][data-state=needs_you]")
        .await?;
    visit.hands.go(window, hands::ATTENTION).await?;
    window.at("page-attention").await?;
    window.at("finding-store_altered").await?;
    visit.look("attention-altered").await?;
    visit.hands.go(window, hands::SYNC).await?;
    window.at("page-sync").await?;
    window.at("sync-held").await?;
    visit.look("sync-held").await?;
    visit.end().await
}

async fn raise_a_role(desk: &Desk) -> Outcome<()> {
    let path = desk.data_dir().join(engine::store::STORE_FILE);
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = options.connect().await.map_err(at_the_copy)?;
    let raise = "update users set role = 'admin', document = json_set(document, '$.role', 'admin')
        where login = ?";
    let done = sqlx::query(raise)
        .bind(STAFF.login)
        .execute(&mut connection)
        .await
        .map_err(at_the_copy)?;
    if done.rows_affected() != 1 {
        return Err(at_the_copy(sqlx::Error::RowNotFound));
    }
    connection.close().await.map_err(at_the_copy)
}
