//! What identifies a customer, inside an event or a view.
//!
//! [`Private`] marks a value that must never be stored in the clear. In memory it is the value;
//! serialized it is `{"$private": value}`, which the engine replaces with `{"$sealed": …}` under
//! that customer's own key before anything reaches the store. A new field of this type is
//! sealed without anybody remembering to. When the customer's key is gone, it reads as
//! [`Private::Forgotten`].

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The member name the engine looks for when it seals.
pub const PRIVATE_MARK: &str = "$private";
/// The member name of a sealed value in the store.
pub const SEALED_MARK: &str = "$sealed";

#[derive(Clone, PartialEq, Eq)]
pub enum Private<T> {
    Known(T),
    /// The customer was forgotten: the key is deleted and nobody can read this again.
    Forgotten,
}

impl<T> Private<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Private::Known(value) => Some(value),
            Private::Forgotten => None,
        }
    }
}

/// Never prints the value: debug output ends up in logs and panics.
impl<T> std::fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Private::Known(_) => "Private(…)",
            Private::Forgotten => "Private(forgotten)",
        })
    }
}

#[derive(Serialize)]
struct Marked<'a, T> {
    #[serde(rename = "$private")]
    value: Option<&'a T>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unmarked<T> {
    #[serde(rename = "$private")]
    value: Option<T>,
}

impl<T: Serialize> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.known();
        Marked { value }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Private<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let unmarked = Unmarked::<T>::deserialize(deserializer)?;
        Ok(unmarked.value.map_or(Private::Forgotten, Private::Known))
    }
}
