//! Who is signed in here, in memory only: a restart ends every session.
//!
//! The page holds a random token and nothing else; the account behind it, and so the role, is
//! looked up on this side for every command. Time is an argument.

use crate::totp::SECRET_BYTES;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::date::UtcMillis;
use domain::ids::UserId;
use domain::refusal::FaultCode;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// Without a command for so long, a session is over.
pub const IDLE_MS: i64 = 5 * 60 * 1_000;
/// And in any case after a working day.
pub const LONGEST_MS: i64 = 8 * 60 * 60 * 1_000;
/// How long a password that was given again opens the one command it was given for.
pub const PROOF_MS: i64 = 60 * 1_000;
/// More refusals than this within one second slow a session down.
pub const REFUSALS_A_SECOND: usize = 10;
/// Commands of one session that may wait for an answer at the same time.
pub const MOST_IN_FLIGHT: u32 = 64;
/// How long a slowed session waits before each command, on top of one step a refusal.
const SLOW_STEP_MS: u64 = 100;
const SLOWEST_MS: u64 = 2_000;

/// Random, 32 bytes. Whoever holds it is signed in.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

impl Token {
    fn mint() -> Token {
        Token(URL_SAFE_NO_PAD.encode(crate::seal::random::<32>()))
    }

    /// As the page sent it; anything that was never handed out is simply unknown.
    pub fn from_page(text: &str) -> Token {
        Token(text.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The password was given again for a command of this content.
struct Proof {
    content_mac: [u8; 32],
    at: UtcMillis,
}

impl Proof {
    fn good(&self, now: UtcMillis) -> bool {
        // Nor does a clock that went back make an old one young.
        (0..PROOF_MS).contains(&now.since(self.at))
    }
}

struct Session {
    user_id: UserId,
    began_at: UtcMillis,
    used_at: UtcMillis,
    in_flight: u32,
    /// When the latest refusals happened, oldest first.
    refused_at: VecDeque<UtcMillis>,
    /// Each is used once.
    proofs: Vec<Proof>,
    /// The secret of a second factor that is being set up.
    enrolment: Option<Secret>,
}

type Secret = Zeroizing<[u8; SECRET_BYTES]>;

impl Session {
    fn over(&self, now: UtcMillis) -> bool {
        // A clock that went back far behind the beginning, or behind the last use, proves nothing:
        // nobody knows how long the desk was left alone. End it, too.
        let (idle, age) = (now.since(self.used_at), now.since(self.began_at));
        !(-IDLE_MS..IDLE_MS).contains(&idle) || !(-IDLE_MS..LONGEST_MS).contains(&age)
    }

    fn slowed_by(&self, now: UtcMillis) -> Duration {
        let recent = self
            .refused_at
            .iter()
            .filter(|at| now.since(**at) < 1_000)
            .count();
        let over = recent.saturating_sub(REFUSALS_A_SECOND) as u64;
        Duration::from_millis((over * SLOW_STEP_MS).min(SLOWEST_MS))
    }
}

/// All sessions of this process.
#[derive(Clone, Default)]
pub struct Sessions {
    open: Arc<Mutex<HashMap<Token, Session>>>,
}

/// One command on its way in a session. Dropping it frees its place.
pub struct InFlight {
    pub user_id: UserId,
    /// How long to wait before the command is queued: nothing, unless too many were refused.
    pub slowed_by: Duration,
    sessions: Sessions,
    token: Token,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(session) = self.sessions.lock().get_mut(&self.token) {
            session.in_flight = session.in_flight.saturating_sub(1);
        }
    }
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<Token, Session>> {
        // Nothing here is left half done by a panic.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After the password was right and the account found active.
    pub fn begin(&self, user_id: UserId, now: UtcMillis) -> Token {
        let token = Token::mint();
        let session = Session {
            user_id,
            began_at: now,
            used_at: now,
            in_flight: 0,
            refused_at: VecDeque::new(),
            proofs: Vec::new(),
            enrolment: None,
        };
        let mut open = self.lock();
        open.retain(|_, session| !session.over(now));
        open.insert(token.clone(), session);
        token
    }

    fn with<T>(
        &self,
        token: &Token,
        now: UtcMillis,
        use_it: impl FnOnce(&mut Session) -> Result<T, FaultCode>,
    ) -> Result<T, FaultCode> {
        let mut open = self.lock();
        if open.get(token).is_some_and(|session| session.over(now)) {
            open.remove(token);
        }
        let session = open.get_mut(token).ok_or(FaultCode::SessionEnded)?;
        use_it(session)
    }

    /// The account behind a token; counts as use.
    pub fn user(&self, token: &Token, now: UtcMillis) -> Result<UserId, FaultCode> {
        self.with(token, now, |session| {
            session.used_at = session.used_at.max(now);
            Ok(session.user_id)
        })
    }

    /// The account behind a token for what the page may do by itself, such as refreshing: does
    /// not keep an unattended session open.
    pub fn user_unattended(&self, token: &Token, now: UtcMillis) -> Result<UserId, FaultCode> {
        self.with(token, now, |session| Ok(session.user_id))
    }

    /// Begins a command. `Busy` when too many of this session wait already.
    pub fn command(&self, token: &Token, now: UtcMillis) -> Result<InFlight, FaultCode> {
        self.with(token, now, |session| {
            session.used_at = session.used_at.max(now);
            if session.in_flight >= MOST_IN_FLIGHT {
                return Err(FaultCode::Busy);
            }
            session.in_flight += 1;
            Ok(InFlight {
                user_id: session.user_id,
                slowed_by: session.slowed_by(now),
                sessions: self.clone(),
                token: token.clone(),
            })
        })
    }

    /// The password was right: one command of this content may pass in this session, soon.
    pub fn note_proof(
        &self,
        token: &Token,
        content_mac: [u8; 32],
        now: UtcMillis,
    ) -> Result<(), FaultCode> {
        self.with(token, now, |session| {
            session.proofs.retain(|proof| proof.good(now));
            let at = now;
            session.proofs.push(Proof { content_mac, at });
            Ok(())
        })
    }

    /// Whether the password was given for a command of this content; uses that up.
    pub fn take_proof(&self, token: &Token, content_mac: &[u8; 32], now: UtcMillis) -> bool {
        let taken = self.with(token, now, |session| {
            session.proofs.retain(|proof| proof.good(now));
            let of_this = |proof: &Proof| proof.content_mac == *content_mac;
            let place = session.proofs.iter().position(of_this);
            Ok(place.map(|place| session.proofs.swap_remove(place)))
        });
        taken.is_ok_and(|proof| proof.is_some())
    }

    /// Keeps the secret of a second factor until a code of it was entered; the last one counts.
    pub fn note_enrolment(
        &self,
        token: &Token,
        secret: Secret,
        now: UtcMillis,
    ) -> Result<(), FaultCode> {
        self.with(token, now, |session| {
            session.enrolment = Some(secret);
            Ok(())
        })
    }

    pub fn enrolment(&self, token: &Token, now: UtcMillis) -> Result<Option<Secret>, FaultCode> {
        self.with(token, now, |session| Ok(session.enrolment.clone()))
    }

    pub fn forget_enrolment(&self, token: &Token) {
        if let Some(session) = self.lock().get_mut(token) {
            session.enrolment = None;
        }
    }

    /// A command of this session was refused.
    pub fn note_refusal(&self, token: &Token, now: UtcMillis) {
        // A session that ended meanwhile has nothing to slow.
        let _ = self.with(token, now, |session| {
            session.refused_at.push_back(now);
            let most = REFUSALS_A_SECOND + (SLOWEST_MS / SLOW_STEP_MS) as usize;
            while session.refused_at.len() > most {
                session.refused_at.pop_front();
            }
            Ok(())
        });
    }

    /// The account that signed out, if the token was good.
    pub fn end(&self, token: &Token) -> Option<UserId> {
        self.lock().remove(token).map(|session| session.user_id)
    }

    /// The password changed: whoever else uses the account signs in again.
    pub fn end_others_of(&self, user_id: UserId, kept: &Token) {
        self.lock()
            .retain(|token, session| session.user_id != user_id || token == kept);
    }

    /// The account changed: whoever uses it signs in again.
    pub fn end_all_of(&self, user_id: UserId) {
        self.lock().retain(|_, session| session.user_id != user_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: UtcMillis = UtcMillis(1_000_000_000);

    fn user(id: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(id))
    }

    #[test]
    fn a_session_ends_when_idle_and_after_a_working_day() {
        let sessions = Sessions::default();
        let token = sessions.begin(user(1), START);
        let mut now = START;
        for _ in 0..20 {
            now = now.plus_ms(IDLE_MS - 1);
            assert_eq!(sessions.user(&token, now), Ok(user(1)));
        }
        // Looking without a person does not keep it open.
        let later = now.plus_ms(IDLE_MS - 1);
        assert_eq!(sessions.user_unattended(&token, later), Ok(user(1)));
        let ended = now.plus_ms(IDLE_MS);
        assert_eq!(sessions.user(&token, ended), Err(FaultCode::SessionEnded));
        assert_eq!(sessions.user(&token, now), Err(FaultCode::SessionEnded));

        let token = sessions.begin(user(1), START);
        let mut now = START;
        while now.since(START) + 60_000 < LONGEST_MS {
            now = now.plus_ms(60_000);
            assert_eq!(sessions.user(&token, now), Ok(user(1)));
        }
        let end = START.plus_ms(LONGEST_MS);
        assert_eq!(sessions.user(&token, end), Err(FaultCode::SessionEnded));
    }

    #[test]
    fn unknown_tokens_and_ended_accounts_get_nothing() {
        let sessions = Sessions::default();
        let (one, other) = (
            sessions.begin(user(1), START),
            sessions.begin(user(1), START),
        );
        let yours = sessions.begin(user(2), START);
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 43);
        let made_up = Token::from_page("admin");
        assert_eq!(sessions.user(&made_up, START), Err(FaultCode::SessionEnded));
        assert_eq!(sessions.end(&one), Some(user(1)));
        assert_eq!(sessions.end(&one), None);
        let kept = sessions.begin(user(1), START);
        sessions.end_others_of(user(1), &kept);
        assert!(sessions.user(&other, START).is_err());
        assert_eq!(sessions.user(&kept, START), Ok(user(1)));
        assert_eq!(sessions.user(&yours, START), Ok(user(2)));
        sessions.end_all_of(user(1));
        assert!(sessions.user(&kept, START).is_err());
        assert_eq!(sessions.user(&yours, START), Ok(user(2)));
    }

    #[test]
    fn too_much_in_flight_is_busy_until_an_answer_comes() {
        let sessions = Sessions::default();
        let token = sessions.begin(user(1), START);
        let mut waiting: Vec<_> = (0..MOST_IN_FLIGHT)
            .map(|_| sessions.command(&token, START).unwrap())
            .collect();
        let busy = sessions.command(&token, START).map(|_| ());
        assert_eq!(busy, Err(FaultCode::Busy));
        waiting.pop();
        assert!(sessions.command(&token, START).is_ok());
    }

    #[test]
    fn a_clock_that_goes_back_keeps_no_session_open() {
        let sessions = Sessions::default();
        let token = sessions.begin(user(1), START);
        let mut now = START;
        while now.since(START) < 4 * 60 * 60 * 1_000 {
            now = now.plus_ms(IDLE_MS - 1);
            assert_eq!(sessions.user(&token, now), Ok(user(1)));
        }
        // A little is what clocks do; an hour is not, though it is after the beginning.
        let little = now.plus_ms(-IDLE_MS);
        assert_eq!(sessions.user(&token, little), Ok(user(1)));
        let hour = now.plus_ms(-60 * 60 * 1_000);
        assert_eq!(sessions.user(&token, hour), Err(FaultCode::SessionEnded));
    }

    #[test]
    fn a_password_opens_one_command_of_one_session_once_and_soon() {
        let sessions = Sessions::default();
        let (token, other) = (
            sessions.begin(user(1), START),
            sessions.begin(user(1), START),
        );
        let (shown, another) = ([1; 32], [2; 32]);
        assert!(!sessions.take_proof(&token, &shown, START));
        sessions.note_proof(&token, shown, START).unwrap();
        assert!(!sessions.take_proof(&token, &another, START));
        assert!(!sessions.take_proof(&other, &shown, START));
        assert!(sessions.take_proof(&token, &shown, START));
        assert!(!sessions.take_proof(&token, &shown, START), "used up");

        for (passed, good) in [(PROOF_MS - 1, true), (PROOF_MS, false), (-1, false)] {
            sessions.note_proof(&token, shown, START).unwrap();
            let now = START.plus_ms(passed);
            assert_eq!(
                sessions.take_proof(&token, &shown, now),
                good,
                "after {passed}"
            );
        }
        sessions.end_all_of(user(1));
        let ended = sessions.note_proof(&token, shown, START);
        assert_eq!(ended, Err(FaultCode::SessionEnded));
        assert!(!sessions.take_proof(&token, &shown, START));
    }

    #[test]
    fn many_refusals_slow_a_session_and_no_other() {
        let sessions = Sessions::default();
        let (token, other) = (
            sessions.begin(user(1), START),
            sessions.begin(user(2), START),
        );
        let slowed = |token: &Token, now| sessions.command(token, now).unwrap().slowed_by;
        for _ in 0..REFUSALS_A_SECOND {
            sessions.note_refusal(&token, START);
        }
        assert_eq!(slowed(&token, START), Duration::ZERO);
        sessions.note_refusal(&token, START);
        assert_eq!(slowed(&token, START), Duration::from_millis(SLOW_STEP_MS));
        for _ in 0..1_000 {
            sessions.note_refusal(&token, START);
        }
        assert_eq!(slowed(&token, START), Duration::from_millis(SLOWEST_MS));
        assert_eq!(slowed(&other, START), Duration::ZERO);
        assert_eq!(slowed(&token, START.plus_ms(1_000)), Duration::ZERO);
    }
}
