//! What is shown masked, in full: first the event, then the value.

use super::*;

impl Engine {
    pub async fn reveal(&self, token: &Token, asked: Reveal) -> Result<Revealed, ApiError> {
        let in_flight = self.sessions.command(token, self.orders.now())?;
        if !in_flight.slowed_by.is_zero() {
            tokio::time::sleep(in_flight.slowed_by).await;
        }
        let Reveal {
            customer_id,
            masked,
        } = asked;
        let user_id = in_flight.user_id;
        let noted = Internal::Reveal {
            user_id,
            customer_id,
            masked,
        };
        let noted = self.orders.internal(noted).await;
        if noted.as_ref().is_err_and(ApiError::is_refusal) {
            self.sessions.note_refusal(token, self.orders.now());
        }
        noted?;
        let value = self.reader.unmasked(customer_id, masked).await?;
        // Forgotten just now.
        let gone = || Refusal::at("customer_id", RefusalCode::CustomerForgotten);
        Ok(Revealed {
            value: value.ok_or_else(gone)?,
        })
    }
}
