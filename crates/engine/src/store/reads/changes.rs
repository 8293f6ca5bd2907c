//! Changes of lines that wait for a second person.

use super::*;
use crate::sentences::change_words;
use domain::line::Line;
use domain::movement::Movement;
use domain::view::ChangeRow;

impl Reader {
    /// Those of one line, oldest first. `line` has its private members opened.
    pub(super) async fn changes_of(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        line: &Line,
        customer_name: &str,
    ) -> Result<Vec<ChangeRow>, ReadError> {
        let mut rows = Vec::with_capacity(line.waiting_changes.len());
        for waiting in &line.waiting_changes {
            let about = match waiting.change.movement_id() {
                Some(id) => movement(connection, &id.to_string()).await?,
                None => None,
            };
            rows.push(ChangeRow {
                id: waiting.id,
                line_id: line.id,
                line_number: line.number.clone(),
                customer_name: customer_name.to_owned(),
                words: change_words(&waiting.change, about.as_ref(), self.currency),
                change: waiting.change.clone(),
                reason: waiting.reason.known().cloned().unwrap_or_default(),
                asked_by_name: people::name_of(connection, waiting.asked_by.user_id).await?,
                asked_on: waiting.asked_on,
                expires_on: waiting.expires_on,
                expired: waiting.expires_on < viewer.today,
                actions: actions::of_change(viewer, waiting, viewer.today),
            });
        }
        Ok(rows)
    }

    /// Those of all lines, by the lines' numbers.
    pub(super) async fn waiting_changes(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        most: u32,
    ) -> Result<Vec<ChangeRow>, ReadError> {
        let found: Vec<(String, String, String, Option<String>)> = sqlx::query_as(
            "select l.id, l.customer_id, l.document, case when k.customer_id is not null then c.name end
             from lines l
             left join customers c on c.id = l.customer_id
             left join customer_keys k on k.customer_id = l.customer_id
             where l.waiting_changes > 0 order by l.number limit ?",
        )
        .bind(most)
        .fetch_all(&mut *connection)
        .await?;
        let mut rows = Vec::new();
        for (id, customer_id, text, name) in found {
            let customer_id: CustomerId = parse_id("lines", &customer_id)?;
            let keys = self.keys(connection, &[customer_id]).await?;
            let line: Line = document("lines", &id, &text, keys.get(&customer_id))?;
            let name = name.unwrap_or_else(|| FORGOTTEN.to_owned());
            rows.extend(self.changes_of(connection, viewer, &line, &name).await?);
        }
        Ok(rows)
    }
}

async fn movement(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<Movement>, ReadError> {
    let found: Option<(String,)> = sqlx::query_as("select document from movements where id = ?")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    // Nothing private is shown of it: the document needs no key.
    found
        .map(|(text,)| document("movements", id, &text, None))
        .transpose()
}
