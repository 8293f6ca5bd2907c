//! What somebody has typed and not sent yet: sealed, its writer's alone, deleted when sent.
//! Not part of the log. Bodies arrive here sealed.

use domain::ids::UserId;
use domain::refusal::{ApiError, Refusal, RefusalCode};
use sqlx::SqliteConnection;

/// Longest content of a draft, in bytes.
pub const DRAFT_MAX_BYTES: usize = 64 * 1024;
/// Longest name of a draft, in bytes.
pub const DRAFT_NAME_MAX_BYTES: usize = 200;
/// Drafts one account may keep; the page needs a handful. The oldest give way.
const DRAFTS_MAX: i64 = 50;

/// Judges what the page wants kept, before anything is sealed or queued.
pub fn check(name: &str, content: &str) -> Result<(), ApiError> {
    let too_long = |field: &str| Err(Refusal::at(field, RefusalCode::FieldTooLong).into());
    if name.is_empty() {
        return Err(Refusal::at("name", RefusalCode::FieldEmpty).into());
    }
    if name.len() > DRAFT_NAME_MAX_BYTES {
        return too_long("name");
    }
    if content.len() > DRAFT_MAX_BYTES {
        return too_long("content");
    }
    Ok(())
}

/// The sealed body, if there is one.
pub async fn sealed(
    connection: &mut SqliteConnection,
    user_id: UserId,
    name: &str,
) -> Result<Option<String>, sqlx::Error> {
    let found: Option<(String,)> =
        sqlx::query_as("select body from drafts where user_id = ? and name = ?")
            .bind(user_id.to_string())
            .bind(name)
            .fetch_optional(connection)
            .await?;
    Ok(found.map(|(body,)| body))
}

/// Keeps a sealed body in place of the one of the same name.
pub async fn save(
    connection: &mut SqliteConnection,
    user_id: UserId,
    name: &str,
    sealed: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into drafts (user_id, name, body) values (?, ?, ?)
         on conflict (user_id, name) do update set body = excluded.body",
    )
    .bind(user_id.to_string())
    .bind(name)
    .bind(sealed)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "delete from drafts where user_id = ?1 and rowid not in
             (select rowid from drafts where user_id = ?1 order by rowid desc limit ?2)",
    )
    .bind(user_id.to_string())
    .bind(DRAFTS_MAX)
    .execute(connection)
    .await?;
    Ok(())
}

/// Sent or thrown away. Nothing there is no error: a repeat deletes nothing.
pub async fn discard(
    connection: &mut SqliteConnection,
    user_id: UserId,
    name: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("delete from drafts where user_id = ? and name = ?")
        .bind(user_id.to_string())
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}
