//! Reset codes: an admin has one issued for another account, its person sets a new password with
//! it at the door. The code is minted here, shown once, and kept as a keyed hash alone.

use super::*;
use domain::command::{IssueResetCode, ResetPassword as Reset};

/// Letters and digits that nobody mistakes for another: no I, L, O and U. Five bits each.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 25 letters of five bits: 125 bits.
const LETTERS: usize = 25;
/// They are read out and typed in fives.
const GROUP: usize = 5;

/// A code on its way to whoever had it issued.
pub(super) struct Minted {
    user_id: UserId,
    code: Zeroizing<String>,
    print: String,
}

/// Five bits of each random byte: every letter is as likely as any other.
fn mint() -> Zeroizing<String> {
    let bytes = Zeroizing::new(crate::seal::random::<LETTERS>());
    let mut code = Zeroizing::new(String::with_capacity(LETTERS + LETTERS / GROUP));
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place.is_multiple_of(GROUP) {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    code
}

/// As it was minted, however it was typed: small letters, blanks and joints make no other code,
/// nor does an O for a zero.
fn as_minted(typed: &str) -> Zeroizing<String> {
    let letters = typed
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        });
    Zeroizing::new(letters.collect())
}

impl Engine {
    fn code_print(&self, user_id: UserId, code: &str) -> String {
        let letters = as_minted(code);
        self.orders.store_key().reset_code_print(user_id, &letters)
    }

    /// Where the command issues a code, puts the hash of a new one into it.
    pub(super) fn mint_reset_code(&self, command: &mut Command) -> Option<Minted> {
        let Command::IssueResetCode(IssueResetCode {
            user_id,
            code_print,
        }) = command
        else {
            return None;
        };
        let code = mint();
        let print = self.code_print(*user_id, &code);
        code_print.clone_from(&print);
        Some(Minted {
            user_id: *user_id,
            code,
            print,
        })
    }

    /// The code, if it is the one that was issued: a submission that is answered from its receipt
    /// minted another, and its own was shown before.
    pub(super) async fn shown_once(&self, minted: Minted) -> Result<Fresh, ApiError> {
        let user = self.reader.user(minted.user_id).await?;
        Ok(user
            .reset
            .filter(|issued| issued.print == minted.print)
            .map_or(Fresh::Nothing, |issued| {
                Fresh::ResetCode(ResetCodeView {
                    user_id: minted.user_id,
                    code: minted.code.to_string(),
                    ends_at: issued.ends_at,
                })
            }))
    }

    /// A reset code for an admin's account, for whoever opened the store with its passphrase: the
    /// way back when no admin can sign in. It leaves an event and a finding that the admins see.
    pub async fn recover(&self, login: &str) -> Result<ResetCodeView, ApiError> {
        let login = login.trim().to_lowercase();
        let user_id = self.reader.user_id(&login).await?;
        let code = mint();
        let code_print = self.code_print(user_id, &code);
        self.orders
            .internal(Internal::RecoverAccess {
                user_id,
                code_print,
            })
            .await?;
        self.sessions.end_all_of(user_id);
        let issued = self.reader.user(user_id).await?.reset;
        Ok(ResetCodeView {
            user_id,
            code: code.to_string(),
            ends_at: issued.map_or(self.orders.now(), |issued| issued.ends_at),
        })
    }

    /// A new password with a reset code. Same words and same time for an unknown name and a wrong
    /// code: the new password is hashed before either is looked at. A wrong code counts as a
    /// failed sign-in.
    pub async fn reset_password(&self, form: ResetPassword) -> Result<(), ApiError> {
        let login = form.login.trim().to_lowercase();
        let (code, password) = (Zeroizing::new(form.code), Zeroizing::new(form.password));
        password::check(&password, &[&login, &self.reader.branch_name])?;
        let salt = self.orders.store_key().password_salt(form.id);
        let phc = self.passwords.hash(&password, salt).await?;
        let wrong = || ApiError::from(Refusal::from(RefusalCode::ResetCodeWrong));
        let Some(facts) = self.reader.sign_in_facts(&login).await? else {
            self.note_stranger(ErrorCode::Refused(RefusalCode::ResetCodeWrong));
            return Err(wrong());
        };
        let user_id = facts.user.id;
        let code_print = self.code_print(user_id, &code);
        let now = self.orders.now();
        let opens = facts
            .user
            .reset
            .is_some_and(|issued| issued.opens(&code_print, now));
        // Said to whoever has the code alone: it tells how the person is called.
        if opens {
            password::check(&password, &[&facts.user.name])?;
        }
        let credential_print = self.orders.store_key().credential_print(&phc);
        let content = json!([user_id, code_print, credential_print]).to_string();
        let reset = Internal::ResetPassword(Reset {
            user_id,
            code_print,
            credential_print,
        });
        let given = self
            .orders
            .give(
                form.id,
                Actor::Guest,
                Order::Internal(reset),
                Some(Beside::Credential(user_id, phc)),
                content.as_bytes(),
            )
            .await?;
        match given {
            Verdict::Done { .. } | Verdict::Nothing => {
                self.sessions.end_all_of(user_id);
                Ok(())
            }
            Verdict::Refused(refusal) if refusal.code == RefusalCode::ResetCodeWrong => {
                self.orders
                    .internal(Internal::SignInFailed { user_id })
                    .await?;
                Err(wrong())
            }
            Verdict::Refused(refusal) => Err(refusal.into()),
            Verdict::Fault(fault) => Err(fault.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_hundred_and_twenty_five_bits_and_is_read_as_people_type_it() {
        let code = mint();
        assert_eq!(as_minted(&code).len(), LETTERS);
        assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [5; 5]);
        assert_ne!(*code, *mint());
        let different: std::collections::BTreeSet<u8> = ALPHABET.iter().copied().collect();
        assert_eq!(different.len(), 32);
        let typed = format!("  {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(as_minted(&typed), as_minted(&code));
        assert_eq!(as_minted("oIl-0"), Zeroizing::new("0110".to_owned()));
    }
}
