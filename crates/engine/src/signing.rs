//! The device's key, and what it signs: the head of the log as each commit left it.
//!
//! Whoever has the file can compute the chain anew after an edit, for the hashes are no secret; a
//! signature they cannot make. The public key proves a log to somebody who has nothing else.

use crate::chain::HeadMark;
use crate::seal::{self, StoreKey};
use ed25519_dalek::{SECRET_KEY_LENGTH, Signature, Signer, SigningKey, VerifyingKey};

pub const PUBLIC_KEY_BYTES: usize = 32;
pub const SIGNATURE_BYTES: usize = 64;

/// The private half leaves memory only sealed under the store key.
pub struct DeviceKey {
    signing: SigningKey,
    store_id: String,
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

impl DeviceKey {
    pub fn generate(store_id: &str) -> DeviceKey {
        let secret = zeroize::Zeroizing::new(seal::random::<SECRET_KEY_LENGTH>());
        DeviceKey {
            signing: SigningKey::from_bytes(&secret),
            store_id: store_id.to_owned(),
        }
    }

    pub fn public(&self) -> [u8; PUBLIC_KEY_BYTES] {
        self.signing.verifying_key().to_bytes()
    }

    pub fn seal(&self, store_key: &StoreKey) -> Vec<u8> {
        store_key.seal_device_key(&self.public(), self.signing.as_bytes())
    }

    /// Nothing where the two halves do not belong together, or not to this store.
    pub fn open(
        store_id: &str,
        public: &[u8],
        sealed: &[u8],
        store_key: &StoreKey,
    ) -> Option<DeviceKey> {
        let secret = store_key.open_device_key(public, sealed)?;
        let secret: &[u8; SECRET_KEY_LENGTH] = secret.as_slice().try_into().ok()?;
        let device = DeviceKey {
            signing: SigningKey::from_bytes(secret),
            store_id: store_id.to_owned(),
        };
        (device.public() == *public).then_some(device)
    }

    pub fn sign(&self, mark: &HeadMark) -> [u8; SIGNATURE_BYTES] {
        self.signing.sign(&message(&self.store_id, mark)).to_bytes()
    }
}

/// What is signed. `crates/auditor` writes it down a second time.
fn message(store_id: &str, mark: &HeadMark) -> Vec<u8> {
    let mut message = b"branchline head 1".to_vec();
    message.extend((store_id.len() as u64).to_be_bytes());
    message.extend(store_id.as_bytes());
    message.extend(mark.epoch.to_be_bytes());
    message.extend(mark.seq.to_be_bytes());
    message.extend(mark.hash);
    message
}

/// Whether the signature is that of the key's owner on this head.
pub fn holds(public: &[u8], store_id: &str, mark: &HeadMark, signature: &[u8]) -> bool {
    let key = public.try_into().ok().map(VerifyingKey::from_bytes);
    let signature = Signature::from_slice(signature);
    match (key, signature) {
        (Some(Ok(key)), Ok(signature)) => key
            .verify_strict(&message(store_id, mark), &signature)
            .is_ok(),
        (None | Some(Err(_)), _) | (_, Err(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_head_counts() {
        let device = DeviceKey::generate("s");
        let mark = HeadMark {
            epoch: 1,
            seq: 7,
            hash: [3; 32],
        };
        let signature = device.sign(&mark);
        assert!(holds(&device.public(), "s", &mark, &signature));
        let others = [
            ("t", mark),
            ("s", HeadMark { epoch: 2, ..mark }),
            ("s", HeadMark { seq: 8, ..mark }),
            (
                "s",
                HeadMark {
                    hash: [4; 32],
                    ..mark
                },
            ),
        ];
        for (store_id, other) in others {
            assert!(!holds(&device.public(), store_id, &other, &signature));
        }
        let stranger = DeviceKey::generate("s");
        assert!(!holds(&stranger.public(), "s", &mark, &signature));
        assert!(!holds(&device.public(), "s", &mark, &signature[1..]));
    }

    #[test]
    fn the_private_half_opens_for_its_store_and_its_public_half_alone() {
        let (key, device) = (StoreKey::generate(), DeviceKey::generate("s"));
        let (public, sealed) = (device.public(), device.seal(&key));
        assert!(DeviceKey::open("s", &public, &sealed, &key).is_some());
        assert!(DeviceKey::open("s", &public, &sealed, &StoreKey::generate()).is_none());
        let stranger = DeviceKey::generate("s").public();
        assert!(DeviceKey::open("s", &stranger, &sealed, &key).is_none());
    }
}
