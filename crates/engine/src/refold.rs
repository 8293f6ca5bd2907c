//! Views of an older program, made anew from the log: what a fold keeps may grow from release to
//! release, the log it is made of does not change.

use crate::seal::StoreKey;
use crate::store::rows;
use crate::store::write::{self, Views};
use crate::store::{OpenError, folds};
use crate::verify;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};

/// Folds the log again if the stored views are of an older program, and writes them once.
pub async fn bring_up_to_date(
    connection: &mut SqliteConnection,
    store_key: &StoreKey,
) -> Result<(), OpenError> {
    if folds::current(connection).await? {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    // A log that cannot be read is left as it is: `verify` says what is wrong with it.
    if let Some((world, keys)) = verify::fold(&mut transaction, store_key).await? {
        let mut views = Views::default();
        let mut lines = Vec::with_capacity(world.lines.len());
        if world.branch.version > 0 {
            views.branch.push(rows::branch(&world.branch));
        }
        views
            .products
            .extend(world.products.values().map(rows::product));
        for line in world.lines.values() {
            let row = rows::line(line, keys.get(&line.customer_id));
            lines.push(row.map_err(crate::store::load::LoadError::from)?);
        }
        for customer in world.customers.values() {
            views.customers_to_index.push(json!([customer.id]));
            if keys.contains_key(&customer.id) {
                views.customer_terms.extend(rows::customer_terms(customer));
                views
                    .blind_index
                    .extend(rows::blind_index(customer, store_key));
            }
        }
        write::lines(&mut transaction, lines).await?;
        write::views(&mut transaction, views).await?;
        folds::note_current(&mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
