//! The password of whoever is signed in: asked for again before what is grave, and changed.

use super::*;

impl Engine {
    /// The account of a session, if this is its password. A wrong one counts as a failed sign-in
    /// does; a right one forgets those that failed before.
    pub(super) async fn judge_own_password(
        &self,
        user_id: UserId,
        password: &str,
    ) -> Result<User, ApiError> {
        let login = self.reader.user(user_id).await?.login;
        let facts = self.reader.sign_in_facts(&login).await?;
        let user = self.judge_password(facts, password).await?;
        self.orders
            .internal(Internal::PasswordProven { user_id })
            .await?;
        Ok(user)
    }

    /// A new password in the place of the old one. Every other session of the account ends: whoever
    /// else had the old password is out.
    pub async fn change_password(
        &self,
        token: &Token,
        form: ChangePassword,
    ) -> Result<(), ApiError> {
        let in_flight = self.sessions.command(token, self.orders.now())?;
        let user_id = in_flight.user_id;
        let current = Zeroizing::new(form.current);
        let password = Zeroizing::new(form.password);
        let user = self.reader.user(user_id).await?;
        // What is wrong with the new one is said before the old one is looked at: nobody guesses
        // anything by it, and no try is used up.
        password::check(
            &password,
            &[&user.login, &user.name, &self.reader.branch_name],
        )?;
        if password::same(&current, &password) {
            return Err(Refusal::at("password", RefusalCode::NothingChanges).into());
        }
        let salt = self.orders.store_key().password_salt(form.id);
        let phc = self.passwords.hash(&password, salt).await?;
        let credential_print = self.orders.store_key().credential_print(&phc);
        // This very submission was carried out, and its answer did not arrive: its salt is its own.
        if credential_print == user.credential_print {
            return Ok(());
        }
        let proven = self.judge_own_password(user_id, &current).await;
        proven.map_err(|error| at_field("current", error))?;
        let content = json!([user_id, credential_print]).to_string();
        let change = Internal::ChangePassword {
            user_id,
            credential_print,
        };
        self.orders
            .give(
                form.id,
                Actor::Program,
                Order::Internal(change),
                Some(Beside::Credential(user_id, phc)),
                content.as_bytes(),
            )
            .await?
            .done()?;
        self.sessions.end_others_of(user_id, token);
        Ok(())
    }
}
