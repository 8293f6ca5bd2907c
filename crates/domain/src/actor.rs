//! Who acts, when, and in which circumstances. All of it is an argument of the rules.

use crate::date::{BusinessDate, UtcMillis};
use crate::ids::{CommandId, DeviceId, PersonId, UserId};
use serde::{Deserialize, Serialize};

/// Who gives an order. Resolved from the session on the trusted side; a role or a person named
/// by the page is never believed, so none can be named here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody signed in: may ask for an account, nothing else.
    Guest,
    /// An account; the rules read its role and person from the world they judge.
    User(UserId),
    /// An account whose person gave its password again for this very order.
    Proven(UserId),
    /// The program itself: setting up, following the network, counting sign-ins.
    Program,
}

impl Actor {
    /// The account that acts, if one does.
    pub fn user_id(self) -> Option<UserId> {
        match self {
            Actor::User(user_id) | Actor::Proven(user_id) => Some(user_id),
            Actor::Guest | Actor::Program => None,
        }
    }
}

/// Whether the payments network answered when it was last asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NetworkState {
    Online,
    Offline,
}

/// The circumstances of one command.
#[derive(Clone, Copy, Debug)]
pub struct Ctx {
    pub command_id: CommandId,
    pub actor: Actor,
    pub device: DeviceId,
    pub now: UtcMillis,
    pub business_date: BusinessDate,
    pub network: NetworkState,
}

/// What a stored event says about its making, beside its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    pub command_id: CommandId,
    /// Place among the events of its command, from 0: (command id, ordinal) is the event's id.
    pub ordinal: u32,
    pub at: UtcMillis,
    pub business_date: BusinessDate,
    pub user_id: Option<UserId>,
    pub person_id: Option<PersonId>,
}

/// Account and person behind an act, as the rules about two people compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActedBy {
    pub user_id: UserId,
    pub person_id: PersonId,
}
