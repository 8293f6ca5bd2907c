//! What somebody has typed and not sent yet: sealed, its writer's alone, deleted when sent.
//! Not part of the log.

use crate::seal::{SealError, StoreKey};
use domain::ids::UserId;
use domain::refusal::{ApiError, FaultCode, Refusal, RefusalCode};
use sqlx::SqliteConnection;

/// Longest content of a draft, in bytes.
pub const DRAFT_MAX_BYTES: usize = 64 * 1024;
/// Longest name of a draft, in bytes.
pub const DRAFT_NAME_MAX_BYTES: usize = 200;
/// Drafts one account may keep; the page needs a handful. The oldest give way.
const DRAFTS_MAX: i64 = 50;

#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    #[error("the store could not be used: {0}")]
    Store(#[from] sqlx::Error),
    #[error(transparent)]
    Sealed(#[from] SealError),
    #[error("{field}: {}", code.words())]
    Refused {
        field: &'static str,
        code: RefusalCode,
    },
}

impl From<DraftError> for ApiError {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Store(_) => FaultCode::StoreUnavailable.into(),
            DraftError::Sealed(_) => FaultCode::Broken.into(),
            DraftError::Refused { field, code } => Refusal::at(field, code).into(),
        }
    }
}

fn check(name: &str, content: &str) -> Result<(), DraftError> {
    let refuse = |field, code| Err(DraftError::Refused { field, code });
    if name.is_empty() {
        return refuse("name", RefusalCode::FieldEmpty);
    }
    if name.len() > DRAFT_NAME_MAX_BYTES {
        return refuse("name", RefusalCode::FieldTooLong);
    }
    if content.len() > DRAFT_MAX_BYTES {
        return refuse("content", RefusalCode::FieldTooLong);
    }
    Ok(())
}

pub async fn load(
    connection: &mut SqliteConnection,
    store_key: &StoreKey,
    user_id: UserId,
    name: &str,
) -> Result<Option<String>, DraftError> {
    let found: Option<(String,)> =
        sqlx::query_as("select body from drafts where user_id = ? and name = ?")
            .bind(user_id.to_string())
            .bind(name)
            .fetch_optional(connection)
            .await?;
    let opened = found.map(|(body,)| store_key.open_draft(user_id, name, &body));
    Ok(opened.transpose()?)
}

/// Keeps a draft in place of the one of the same name.
pub async fn save(
    connection: &mut SqliteConnection,
    store_key: &StoreKey,
    user_id: UserId,
    name: &str,
    content: &str,
) -> Result<(), DraftError> {
    check(name, content)?;
    sqlx::query(
        "insert into drafts (user_id, name, body) values (?, ?, ?)
         on conflict (user_id, name) do update set body = excluded.body",
    )
    .bind(user_id.to_string())
    .bind(name)
    .bind(store_key.seal_draft(user_id, name, content))
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
) -> Result<(), DraftError> {
    sqlx::query("delete from drafts where user_id = ? and name = ?")
        .bind(user_id.to_string())
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}
