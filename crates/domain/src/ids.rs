//! Identities. The client mints them (UUID version 7) before the first attempt and keeps them
//! over retries; human numbers such as LC-000001 are for people and never keys.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map($name)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "format": "uuid"})
            }
        }
    )*};
}

ids! {
    /// One submission: kept over retries until an answer arrives, replaced after a refusal.
    CommandId,
    /// An account somebody signs in with.
    UserId,
    /// A human being. Several accounts may hang on one person; rules compare persons.
    PersonId,
    CustomerId,
    /// A customer's account at a bank, to pay out to or to debit.
    BankAccountId,
    ProductId,
    /// A line of credit, from its application on.
    LineId,
    /// Money in or out under a line: a draw, a repayment, a refund. Also the reference and the
    /// idempotency key of its transfer at the payments network, so that one obligation can
    /// never carry two keys.
    MovementId,
    /// A change of a line that a second person decides on.
    ChangeId,
    /// A store file and its copies.
    StoreId,
    /// The machine an act was done on.
    DeviceId,
}
