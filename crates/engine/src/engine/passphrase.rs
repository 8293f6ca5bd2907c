//! Another passphrase for the store: its key is wrapped anew, what it seals stays as it is.

use super::*;

impl Engine {
    /// For whoever opened the store with the passphrase before. Backups that were made until now
    /// open with the one they were made under.
    pub async fn change_passphrase(&self, passphrase: Zeroizing<String>) -> Result<(), ApiError> {
        if passphrase.chars().count() < PASSPHRASE_LEAST {
            return Err(ApiError {
                code: ErrorCode::Fault(FaultCode::WeakPassword),
                message: OpenError::ShortPassphrase(PASSPHRASE_LEAST).to_string(),
                field: Some("passphrase".to_owned()),
            });
        }
        let (shared, cost) = (self.orders.shared.clone(), self.passwords.cost());
        let wrapped =
            tokio::task::spawn_blocking(move || shared.store_key.wrap(&passphrase, cost)).await;
        let wrapped = wrapped.map_err(|_| FaultCode::Broken)?;
        let id = CommandId(crate::chance::new_id(self.orders.now()));
        let order = Order::Internal(Internal::ChangePassphrase);
        self.orders
            .give(
                id,
                Actor::Program,
                order,
                Some(Beside::StoreKey(wrapped)),
                &[],
            )
            .await?
            .done()
    }
}
