//! What stood on a line on a day that is over: as it was known then, and as it is known now.

use super::papers::asked_wrongly;
use super::*;
use domain::money::Minor;
use domain::view::{PastBalance, PastQuery, StoodView};

/// Legs that count by a day, account by account: all of them, and those posted by another day. By
/// `journal_by_owner`.
pub(super) const STOOD: &str = "
    select account, sum(amount_minor),
        sum(case when posted_on <= ?3 then amount_minor else 0 end)
    from journal
    where owner = ?1 and effective_on <= ?2 and +account in ('PRI', 'INT', 'FEE', 'CRE')
    group by +account";

impl Reader {
    pub async fn past_balance(
        &self,
        query: &PastQuery,
        today: BusinessDate,
    ) -> Result<PastBalance, ReadError> {
        let known_on = query.known_on.unwrap_or(query.on);
        for (field, date) in [("on", query.on), ("known_on", known_on)] {
            if date > today {
                return Err(asked_wrongly(field, "That day has not come."));
            }
        }
        let mut snapshot = self.snapshot().await?;
        let there: Option<(i64,)> = sqlx::query_as("select 1 from lines where id = ?")
            .bind(query.line_id.to_string())
            .fetch_optional(&mut *snapshot)
            .await?;
        there.ok_or_else(not_found)?;
        let sums: Vec<(String, i64, i64)> = sqlx::query_as(STOOD)
            .bind(query.line_id.to_string())
            .bind(query.on.to_string())
            .bind(known_on.to_string())
            .fetch_all(&mut *snapshot)
            .await?;
        let stood = |of: fn(&(String, i64, i64)) -> i64| {
            let account = |code: &str| {
                let mut sums = sums.iter();
                Minor(sums.find(|sum| sum.0 == code).map_or(0, of))
            };
            let owed = [account("PRI"), account("INT"), account("FEE")];
            let credit_minor = account("CRE").negated()?;
            Ok::<_, ReadError>(StoodView {
                principal_minor: owed[0],
                interest_minor: owed[1],
                fees_minor: owed[2],
                credit_minor,
                balance_minor: Minor::sum(owed)?.minus(credit_minor)?,
            })
        };
        Ok(PastBalance {
            on: query.on,
            known_on,
            then: stood(|sum| sum.2)?,
            now: stood(|sum| sum.1)?,
        })
    }
}
