//! The second factor: set up by whoever is signed in, asked for at the door from then on.

use super::*;
use crate::totp;

impl Engine {
    /// The time step of the code, where the account has a second factor. A wrong code counts as a
    /// wrong password does.
    pub(super) async fn judge_code(
        &self,
        user: &User,
        typed: Option<String>,
    ) -> Result<Option<u64>, ApiError> {
        let Some(factor) = &user.second_factor else {
            return Ok(None);
        };
        let typed = Zeroizing::new(typed.unwrap_or_default());
        if typed.trim().is_empty() {
            return Err(Refusal::at("code", RefusalCode::CodeNeeded).into());
        }
        let secret = self
            .orders
            .store_key()
            .open_second_factor(user.id, &factor.sealed)
            .ok_or(FaultCode::Broken)?;
        let (now, after) = (self.orders.now(), Some(factor.last_step));
        match totp::step_typed(&secret, &typed, now, after) {
            Some(step) => Ok(Some(step)),
            None => Err(self.wrong_code(user.id).await),
        }
    }

    async fn wrong_code(&self, user_id: UserId) -> ApiError {
        let failed = Internal::SignInFailed { user_id };
        match self.orders.internal(failed).await {
            Ok(()) => Refusal::at("code", RefusalCode::CodeWrong).into(),
            Err(error) => error,
        }
    }

    /// Mints a secret for whoever is signed in and gives the password again. It waits beside the
    /// session; nothing is asked of anybody before a code of it was entered.
    pub async fn begin_second_factor(
        &self,
        token: &Token,
        form: BeginSecondFactor,
    ) -> Result<SecondFactorView, ApiError> {
        let in_flight = self.sessions.command(token, self.orders.now())?;
        let password = Zeroizing::new(form.password);
        let proven = self.judge_own_password(in_flight.user_id, &password).await;
        let login = proven.map_err(|error| at_field("password", error))?.login;
        let secret = Zeroizing::new(crate::seal::random::<{ totp::SECRET_BYTES }>());
        let view = SecondFactorView {
            uri: totp::uri(&self.reader.branch_name, &login, &secret[..]),
            secret: totp::base32(&secret[..]),
        };
        self.sessions
            .note_enrolment(token, secret, self.orders.now())?;
        Ok(view)
    }

    /// The first code of the new secret: from now on it is asked for at the door.
    pub async fn confirm_second_factor(
        &self,
        token: &Token,
        form: ConfirmSecondFactor,
    ) -> Result<(), ApiError> {
        let now = self.orders.now();
        let in_flight = self.sessions.command(token, now)?;
        let (user_id, typed) = (in_flight.user_id, Zeroizing::new(form.code));
        let refuse = |code| ApiError::from(Refusal::at("code", code));
        let secret = self.sessions.enrolment(token, now)?;
        let secret = secret.ok_or_else(|| refuse(RefusalCode::NoSecondFactor))?;
        if !self.reader.user(user_id).await?.may_try(now) {
            return Err(refuse(RefusalCode::AccountLocked));
        }
        let Some(step) = totp::step_typed(&secret[..], &typed, now, None) else {
            return Err(self.wrong_code(user_id).await);
        };
        let sealed = self
            .orders
            .store_key()
            .seal_second_factor(user_id, &secret[..]);
        self.orders
            .internal(Internal::SetSecondFactor {
                user_id,
                sealed,
                step,
            })
            .await?;
        self.sessions.forget_enrolment(token);
        Ok(())
    }
}
