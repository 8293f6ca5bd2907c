//! Lines whose draws each need one signature and together would need two, for the admins to see.

use super::*;
use domain::ids::LineId;
use domain::movement::MovementState;
use domain::split::splits;
use domain::view::SplitRow;

/// Lines whose draws since an event come to more than one signature may release, the newest first:
/// by `movements_by_state`. Whether they were asked for within a day is looked at afterwards.
pub(super) const LINES: &str = "
    select p.line_id from (
        select line_id, sum(document ->> '$.amount_minor') together, max(requested_seq) last
        from movements
        where state in (select value from json_each(?1)) and requested_seq >= ?2 and kind = 'draw'
        group by line_id having count(*) > 1) p
    cross join lines l on l.id = p.line_id
    where p.together > coalesce(l.summary, l.document) ->> '$.decision.terms.single_signature_minor'
    order by p.last desc limit ?3";

impl Reader {
    /// Of each line the draws that come to the most, of those asked for since a business date.
    pub(super) async fn split_draws(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        since: BusinessDate,
        most: u32,
    ) -> Result<Vec<SplitRow>, ReadError> {
        let states = MovementState::ALL.iter().filter(|state| state.stands());
        let standing: Vec<&MovementState> = states.collect();
        // A draw of that date may add up with those of the day before.
        let first = reports::first_event(connection, since.plus_days(-1)).await?;
        let found: Vec<(String,)> = sqlx::query_as(LINES)
            .bind(id_list(&standing))
            .bind(first)
            .bind(most)
            .fetch_all(&mut *connection)
            .await?;
        let ids = found
            .into_iter()
            .map(|(id,)| parse_id("lines", &id))
            .collect::<Result<Vec<LineId>, _>>()?;
        let lines = lines::shown_lines(connection, &ids.iter().copied().collect()).await?;
        let mut rows = Vec::new();
        for row in self.line_rows(connection, viewer.today, &ids).await? {
            let Some(terms) = lines.get(&row.id).and_then(|line| line.terms()) else {
                continue;
            };
            let single_signature_minor = terms.single_signature_minor;
            let movements = warnings::newest(connection, row.id).await?;
            let found = splits(single_signature_minor, &movements)?;
            let shown = found
                .iter()
                .filter(|split| split.draw.requested_on >= since);
            let Some(split) = shown.max_by_key(|split| split.added_up.together_minor) else {
                continue;
            };
            let by = split.draw.requested_by.user_id;
            rows.push(SplitRow {
                line_id: row.id,
                line_number: row.number,
                customer_name: row.customer_name,
                draws: split.added_up.draws,
                together_minor: split.added_up.together_minor,
                single_signature_minor,
                asked_on: split.draw.requested_on,
                asked_by_name: people::name_of(connection, by).await?,
            });
        }
        Ok(rows)
    }
}
