//! Keys, and what is sealed under them.
//!
//! The store key opens the store; it stands in the file only wrapped under a passphrase. Each
//! customer has a random key of their own, wrapped under the store key, and every private
//! value is sealed under that one: deleting the key makes the customer unreadable everywhere at
//! once, backups and the append-only log included.
//!
//! A sealed value is bound to its customer, key version, place in the store and place in the
//! document, so a value that is copied elsewhere does not open there.

pub mod text;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::ids::{CommandId, CustomerId, UserId};
use domain::private::{PRIVATE_MARK, SEALED_MARK};
use hmac::{Hmac, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const SALT_BYTES: usize = 16;
/// First byte of everything sealed: the layout that follows.
const LAYOUT: u8 = 1;

type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// Why something could not be sealed or opened. Names the place, never the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("a private value at {pointer:?} has no customer key to be sealed under")]
    NoKey { pointer: String },
    #[error("the value at {pointer:?} is sealed already")]
    AlreadySealed { pointer: String },
    #[error("the private value at {pointer:?} stands in the clear")]
    Clear { pointer: String },
    #[error("what stands at {pointer:?} is neither private nor sealed, but says so")]
    Misshapen { pointer: String },
    #[error(
        "the sealed value at {pointer:?} does not open: it was altered, moved or sealed under another key"
    )]
    DoesNotOpen { pointer: String },
    #[error("the key of customer {customer_id} does not open under this store's key")]
    CustomerKey { customer_id: CustomerId },
}

/// The passphrase does not open this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the passphrase does not open this store")]
pub struct WrongPassphrase;

/// What deriving a key from words costs. OWASP's least for argon2id is 19 MiB and two passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl HashCost {
    pub const USUAL: HashCost = HashCost {
        memory_kib: 64 * 1024,
        passes: 3,
    };
    /// The least that is allowed; tests use it.
    pub const LEAST: HashCost = HashCost {
        // A simulator opens a store thousands of times.
        memory_kib: if cfg!(proving) { 8 } else { 19 * 1024 },
        passes: if cfg!(proving) { 1 } else { 2 },
    };
    /// A store file that asks for more is refused instead of exhausting the machine.
    const MOST: HashCost = HashCost {
        memory_kib: 1024 * 1024,
        passes: 16,
    };

    /// argon2id over `words`.
    pub(crate) fn derive(self, words: &[u8], salt: &[u8]) -> Option<KeyBytes> {
        let params = Params::new(self.memory_kib, self.passes, 1, Some(KEY_BYTES)).ok()?;
        let mut derived = Zeroizing::new([0; KEY_BYTES]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(words, salt, derived.as_mut())
            .ok()?;
        Some(derived)
    }

    /// As PHC strings begin: algorithm, version, parameters, salt.
    pub(crate) fn phc(self, salt: &[u8]) -> String {
        format!(
            "$argon2id$v=19$m={},t={},p=1${}",
            self.memory_kib,
            self.passes,
            STANDARD_NO_PAD.encode(salt)
        )
    }

    /// Reads what [`HashCost::phc`] writes, and what follows the salt.
    pub(crate) fn read_phc(phc: &str) -> Option<(HashCost, Vec<u8>, Option<&str>)> {
        let rest = phc.strip_prefix("$argon2id$v=19$m=")?;
        let (memory_kib, rest) = rest.split_once(",t=")?;
        let (passes, rest) = rest.split_once(",p=1$")?;
        let (salt, hash) = match rest.split_once('$') {
            Some((salt, hash)) => (salt, Some(hash)),
            None => (rest, None),
        };
        let cost = HashCost {
            memory_kib: memory_kib.parse().ok()?,
            passes: passes.parse().ok()?,
        };
        let bearable = cost.memory_kib >= Self::LEAST.memory_kib
            && cost.memory_kib <= Self::MOST.memory_kib
            && cost.passes >= Self::LEAST.passes
            && cost.passes <= Self::MOST.passes;
        if !bearable {
            return None;
        }
        Some((cost, STANDARD_NO_PAD.decode(salt).ok()?, hash))
    }
}

impl Default for HashCost {
    fn default() -> Self {
        HashCost::USUAL
    }
}

/// Bytes nobody can foresee.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    crate::chance::fill(&mut bytes);
    bytes
}

/// Joins parts so that no two lists of parts give the same bytes.
fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::new();
    for part in parts {
        joined.extend((part.len() as u64).to_be_bytes());
        joined.extend(*part);
    }
    joined
}

/// layout, key version, nonce, ciphertext with its tag.
fn seal_bytes(key: &KeyBytes, version: u32, associated: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE_BYTES] = random();
    let payload = Payload {
        msg: plain,
        aad: associated,
    };
    // Fails only above 256 GiB, and nothing of that size fits into memory here.
    let ciphertext = XChaCha20Poly1305::new(&(**key).into())
        .encrypt(&XNonce::from(nonce), payload)
        .expect("a value of this size can be sealed");
    let mut sealed = vec![LAYOUT];
    sealed.extend(version.to_be_bytes());
    sealed.extend(nonce);
    sealed.extend(ciphertext);
    sealed
}

fn open_bytes(
    key: &KeyBytes,
    version: u32,
    associated: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let rest = sealed.strip_prefix(&[LAYOUT])?;
    let rest = rest.strip_prefix(&version.to_be_bytes())?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload {
        msg: ciphertext,
        aad: associated,
    };
    XChaCha20Poly1305::new(&(**key).into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)
}

/// A store key at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// How the wrapping key follows from the passphrase: parameters and salt.
    pub kdf: String,
    pub wrapped: Vec<u8>,
}

/// The one key everything in a store hangs on. Never leaves memory unwrapped.
pub struct StoreKey {
    key: KeyBytes,
    /// Subkeys that every command needs.
    wrapping: KeyBytes,
    receipt: KeyBytes,
    row: KeyBytes,
    /// Whether the rows of its store carry MACs.
    vouches: bool,
}

impl std::fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreKey(…)")
    }
}

const STORE_KEY_PLACE: &[u8] = b"branchline store key";
/// How a store key is wrapped says whether rows and heads of its store must be vouched for. Only who
/// has the passphrase can wrap it, so nobody else can make a store look as if it never was.
const WRAPPED_BEFORE_VOUCHING: u32 = 1;
const WRAPPED_VOUCHING: u32 = 2;

impl StoreKey {
    pub fn generate() -> StoreKey {
        StoreKey::of(Zeroizing::new(random()), true)
    }

    fn of(key: KeyBytes, vouches: bool) -> StoreKey {
        StoreKey {
            wrapping: subkey(&key, "wrapping"),
            receipt: subkey(&key, "receipt"),
            row: subkey(&key, "row"),
            key,
            vouches,
        }
    }

    /// Whether every row and head of this store has to be vouched for; a store of an older program
    /// is brought so far when it is opened for the first time.
    pub fn vouches(&self) -> bool {
        self.vouches
    }

    /// Takes as long as `cost` says: call it off the async threads.
    pub fn wrap(&self, passphrase: &str, cost: HashCost) -> Wrapped {
        let salt: [u8; SALT_BYTES] = random();
        let kdf = cost.phc(&salt);
        let wrapping = cost
            .derive(&normal_words(passphrase), &salt)
            .expect("the parameters of this type are in argon2's range");
        let associated = length_prefixed(&[STORE_KEY_PLACE, kdf.as_bytes()]);
        let wrapped = seal_bytes(&wrapping, WRAPPED_VOUCHING, &associated, &self.key[..]);
        Wrapped { kdf, wrapped }
    }

    /// Takes as long as the wrapping did.
    pub fn unwrap(passphrase: &str, wrapped: &Wrapped) -> Result<StoreKey, WrongPassphrase> {
        let (cost, salt, hash) = HashCost::read_phc(&wrapped.kdf).ok_or(WrongPassphrase)?;
        if hash.is_some() {
            return Err(WrongPassphrase);
        }
        let wrapping = cost
            .derive(&normal_words(passphrase), &salt)
            .ok_or(WrongPassphrase)?;
        let associated = length_prefixed(&[STORE_KEY_PLACE, wrapped.kdf.as_bytes()]);
        let open = |version| open_bytes(&wrapping, version, &associated, &wrapped.wrapped);
        let (plain, vouches) = open(WRAPPED_VOUCHING)
            .map(|plain| (plain, true))
            .or_else(|| open(WRAPPED_BEFORE_VOUCHING).map(|plain| (plain, false)))
            .ok_or(WrongPassphrase)?;
        let key = plain.as_slice().try_into().map_err(|_| WrongPassphrase)?;
        Ok(StoreKey::of(Zeroizing::new(key), vouches))
    }

    /// One key a purpose, so that a print of one kind says nothing about another.
    fn subkey(&self, purpose: &str) -> KeyBytes {
        subkey(&self.key, purpose)
    }

    fn keyed(&self, purpose: &str, parts: &[&[u8]]) -> KeyBytes {
        keyed_hash(&self.subkey(purpose), parts)
    }

    /// Stands for a submission's content in its receipt.
    pub fn receipt_mac(&self, content: &[u8]) -> [u8; 32] {
        *keyed_hash(&self.receipt, &[content])
    }

    /// Begins the MAC of a row; its cells follow in order.
    pub fn row_mac(&self, table: &str) -> RowMac {
        let mut mac = RowMac(
            Hmac::<Sha256>::new_from_slice(&self.row[..]).expect("HMAC takes keys of every length"),
        );
        mac.text(table);
        mac
    }

    /// Stands beside what is kept outside the store.
    pub fn memory_mac(&self, content: &[u8]) -> [u8; 32] {
        *self.keyed("memory", &[content])
    }

    /// A device's private key at rest.
    pub fn seal_device_key(&self, public: &[u8], secret: &[u8]) -> Vec<u8> {
        let associated = length_prefixed(&[b"device key", public]);
        seal_bytes(&self.subkey("device key"), 1, &associated, secret)
    }

    pub fn open_device_key(&self, public: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let associated = length_prefixed(&[b"device key", public]);
        open_bytes(&self.subkey("device key"), 1, &associated, sealed)
    }

    /// Finds an exact value without keeping it.
    pub fn blind(&self, kind: &str, value: &str) -> [u8; 32] {
        *self.keyed("blind index", &[kind.as_bytes(), value.as_bytes()])
    }

    /// Lets the log vouch for a password hash without holding it.
    pub fn credential_print(&self, phc: &str) -> String {
        STANDARD_NO_PAD.encode(&self.keyed("credential", &[phc.as_bytes()])[..])
    }

    /// What is kept of a reset code. It has far more bits than anybody can try, so a keyed hash
    /// is enough; of another account it is another one.
    pub fn reset_code_print(&self, user_id: UserId, code: &str) -> String {
        let keyed = self.keyed("reset code", &[user_id.0.as_bytes(), code.as_bytes()]);
        STANDARD_NO_PAD.encode(&keyed[..])
    }

    /// The secret of a second factor, for the log and the account: it opens for this account alone.
    pub fn seal_second_factor(&self, user_id: UserId, secret: &[u8]) -> String {
        let associated = length_prefixed(&[b"second factor", user_id.0.as_bytes()]);
        let key = self.subkey("second factor");
        STANDARD.encode(seal_bytes(&key, 1, &associated, secret))
    }

    pub fn open_second_factor(&self, user_id: UserId, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let associated = length_prefixed(&[b"second factor", user_id.0.as_bytes()]);
        let bytes = STANDARD.decode(sealed).ok()?;
        open_bytes(&self.subkey("second factor"), 1, &associated, &bytes)
    }

    /// The salt of a sign-up's password hash. It follows from the submission, so that the same
    /// submission sent twice gives the same hash and another password in it shows.
    pub fn password_salt(&self, command_id: CommandId) -> [u8; SALT_BYTES] {
        let keyed = self.keyed("password salt", &[command_id.0.as_bytes()]);
        let mut salt = [0; SALT_BYTES];
        salt.copy_from_slice(&keyed[..SALT_BYTES]);
        salt
    }

    fn draft_place(user_id: UserId, name: &str) -> Vec<u8> {
        length_prefixed(&[b"draft", user_id.0.as_bytes(), name.as_bytes()])
    }

    /// A draft may be about a customer who is not recorded yet, so no customer key fits it.
    pub fn seal_draft(&self, user_id: UserId, name: &str, content: &str) -> String {
        let associated = Self::draft_place(user_id, name);
        let sealed = seal_bytes(&self.subkey("draft"), 1, &associated, content.as_bytes());
        STANDARD.encode(sealed)
    }

    pub fn open_draft(
        &self,
        user_id: UserId,
        name: &str,
        sealed: &str,
    ) -> Result<String, SealError> {
        let open = || {
            let bytes = STANDARD.decode(sealed).ok()?;
            let associated = Self::draft_place(user_id, name);
            let plain = open_bytes(&self.subkey("draft"), 1, &associated, &bytes)?;
            String::from_utf8(plain.to_vec()).ok()
        };
        open().ok_or_else(|| SealError::DoesNotOpen {
            pointer: format!("drafts/{name}"),
        })
    }
}

/// The MAC of one row under way. A null, a number and a text never look alike.
pub struct RowMac(Hmac<Sha256>);

impl RowMac {
    pub fn null(&mut self) {
        self.0.update(&[0]);
    }

    pub fn number(&mut self, number: i64) {
        self.0.update(&[1]);
        self.0.update(&number.to_be_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.0.update(&[2]);
        self.0.update(&(text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
    }

    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }

    /// In constant time.
    pub fn fits(self, mac: &[u8]) -> bool {
        self.0.verify_slice(mac).is_ok()
    }
}

fn subkey(key: &KeyBytes, purpose: &str) -> KeyBytes {
    keyed_hash(key, &[b"branchline subkey", purpose.as_bytes()])
}

fn keyed_hash(key: &KeyBytes, parts: &[&[u8]]) -> KeyBytes {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&key[..]).expect("HMAC takes keys of every length");
    mac.update(&length_prefixed(parts));
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// The same words typed on another keyboard give the same bytes.
pub(crate) fn normal_words(words: &str) -> Zeroizing<Vec<u8>> {
    use unicode_normalization::UnicodeNormalization;
    Zeroizing::new(words.nfkc().collect::<String>().into_bytes())
}

/// What everything that identifies one customer is sealed under.
#[derive(Clone)]
pub struct CustomerKey {
    pub customer_id: CustomerId,
    pub version: u32,
    key: KeyBytes,
}

impl std::fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CustomerKey({}, …)", self.customer_id)
    }
}

impl CustomerKey {
    pub fn generate(customer_id: CustomerId) -> CustomerKey {
        CustomerKey {
            customer_id,
            version: 1,
            key: Zeroizing::new(random()),
        }
    }

    fn place(customer_id: CustomerId) -> Vec<u8> {
        length_prefixed(&[b"customer key", customer_id.0.as_bytes()])
    }

    pub fn wrap(&self, store_key: &StoreKey) -> Vec<u8> {
        seal_bytes(
            &store_key.wrapping,
            self.version,
            &Self::place(self.customer_id),
            &self.key[..],
        )
    }

    pub fn unwrap(
        customer_id: CustomerId,
        version: u32,
        wrapped: &[u8],
        store_key: &StoreKey,
    ) -> Result<CustomerKey, SealError> {
        let place = Self::place(customer_id);
        let key = open_bytes(&store_key.wrapping, version, &place, wrapped)
            .and_then(|plain| plain.as_slice().try_into().ok())
            .ok_or(SealError::CustomerKey { customer_id })?;
        Ok(CustomerKey {
            customer_id,
            version,
            key: Zeroizing::new(key),
        })
    }

    fn associated(&self, what: &str, place: &str, pointer: &str) -> Vec<u8> {
        length_prefixed(&[
            what.as_bytes(),
            self.customer_id.0.as_bytes(),
            place.as_bytes(),
            pointer.as_bytes(),
            &self.version.to_be_bytes(),
        ])
    }

    fn seal(&self, what: &str, place: &str, pointer: &str, plain: &[u8]) -> String {
        let associated = self.associated(what, place, pointer);
        STANDARD.encode(seal_bytes(&self.key, self.version, &associated, plain))
    }

    fn open(
        &self,
        what: &str,
        place: &str,
        pointer: &str,
        sealed: &str,
    ) -> Option<Zeroizing<Vec<u8>>> {
        // Strict: no other spelling of the same bytes is read, so no byte can change unnoticed.
        let bytes = STANDARD.decode(sealed).ok()?;
        let associated = self.associated(what, place, pointer);
        open_bytes(&self.key, self.version, &associated, &bytes)
    }

    /// Seals whole bytes that are not a document: what is sent to the network.
    pub fn seal_text(&self, place: &str, plain: &[u8]) -> String {
        self.seal("text", place, "", plain)
    }

    pub fn open_text(&self, place: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open("text", place, "", sealed)
            .ok_or_else(|| SealError::DoesNotOpen {
                pointer: place.to_owned(),
            })
    }
}

/// Replaces every `{"$private": value}` by `{"$sealed": …}`. What was forgotten stays so.
/// `place` is where the document stands in the store. The program seals documents as they are
/// written down ([`text`]); this is what that has to agree with.
#[cfg(test)]
fn seal_document(
    document: &mut Value,
    key: Option<&CustomerKey>,
    place: &str,
) -> Result<(), SealError> {
    walk(document, &mut String::new(), &|marked, pointer| {
        let pointer = || pointer.to_owned();
        match marked {
            Marked::Sealed(_) => Err(SealError::AlreadySealed { pointer: pointer() }),
            Marked::Private(Value::Null) => Ok(private(Value::Null)),
            Marked::Private(value) => {
                let key = key.ok_or_else(|| SealError::NoKey { pointer: pointer() })?;
                let plain = Zeroizing::new(value.to_string());
                let sealed = key.seal("member", place, &pointer(), plain.as_bytes());
                Ok(member(SEALED_MARK, Value::String(sealed)))
            }
        }
    })
}

/// The reverse. Without a key the customer is forgotten, and so is every sealed value.
pub fn open_document(
    document: &mut Value,
    key: Option<&CustomerKey>,
    place: &str,
) -> Result<(), SealError> {
    walk(document, &mut String::new(), &|marked, pointer| {
        let pointer = || pointer.to_owned();
        match marked {
            Marked::Private(Value::Null) => Ok(private(Value::Null)),
            Marked::Private(_) => Err(SealError::Clear { pointer: pointer() }),
            Marked::Sealed(sealed) => {
                let Some(key) = key else {
                    return Ok(private(Value::Null));
                };
                key.open("member", place, &pointer(), &sealed)
                    .and_then(|plain| serde_json::from_slice(&plain).ok())
                    .map(private)
                    .ok_or_else(|| SealError::DoesNotOpen { pointer: pointer() })
            }
        }
    })
}

enum Marked {
    Private(Value),
    Sealed(String),
}

fn private(value: Value) -> Value {
    member(PRIVATE_MARK, value)
}

fn member(mark: &str, value: Value) -> Value {
    let mut object = Map::new();
    object.insert(mark.to_owned(), value);
    Value::Object(object)
}

/// Visits every marked object and puts what `change` gives in its place. A marked value is
/// not walked into: it is sealed as a whole.
fn walk(
    value: &mut Value,
    pointer: &mut String,
    change: &dyn Fn(Marked, &str) -> Result<Value, SealError>,
) -> Result<(), SealError> {
    match value {
        Value::Object(object) => {
            if object.contains_key(PRIVATE_MARK) || object.contains_key(SEALED_MARK) {
                let marked = marked(object, pointer)?;
                *value = change(marked, pointer)?;
                return Ok(());
            }
            for (name, inner) in object.iter_mut() {
                let name = name.replace('~', "~0").replace('/', "~1");
                step(pointer, &name, |pointer| walk(inner, pointer, change))?;
            }
            Ok(())
        }
        Value::Array(items) => {
            for (place, inner) in items.iter_mut().enumerate() {
                step(pointer, &place.to_string(), |pointer| {
                    walk(inner, pointer, change)
                })?;
            }
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn step(
    pointer: &mut String,
    name: &str,
    go: impl FnOnce(&mut String) -> Result<(), SealError>,
) -> Result<(), SealError> {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(name);
    let outcome = go(pointer);
    pointer.truncate(length);
    outcome
}

fn marked(object: &mut Map<String, Value>, pointer: &str) -> Result<Marked, SealError> {
    let misshapen = || SealError::Misshapen {
        pointer: pointer.to_owned(),
    };
    if object.len() != 1 {
        return Err(misshapen());
    }
    if let Some(value) = object.get_mut(PRIVATE_MARK) {
        return Ok(Marked::Private(value.take()));
    }
    match object.get_mut(SEALED_MARK).map(Value::take) {
        Some(Value::String(sealed)) => Ok(Marked::Sealed(sealed)),
        _ => Err(misshapen()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn customer() -> CustomerKey {
        CustomerKey::generate(CustomerId(uuid::Uuid::from_u128(1)))
    }

    fn document() -> Value {
        json!({
            "number": "C-000001",
            "profile": {"$private": {"given_name": "Zoë", "tax_id": "123456789"}},
            "accounts": [
                {"last4": "6789", "numbers": {"$private": {"number": "000123456789"}}},
                {"last4": "1111", "numbers": {"$private": null}},
            ],
            "a/b~c": {"$private": 7},
        })
    }

    fn sealed_at<'a>(document: &'a Value, pointer: &str) -> &'a str {
        document
            .pointer(pointer)
            .and_then(|value| value.get(SEALED_MARK))
            .and_then(Value::as_str)
            .unwrap()
    }

    #[test]
    fn sealing_hides_every_private_value_and_opening_brings_it_back() {
        let key = customer();
        let mut sealed = document();
        seal_document(&mut sealed, Some(&key), "customers/1").unwrap();
        let text = sealed.to_string();
        for secret in ["Zoë", "123456789", PRIVATE_MARK] {
            // The forgotten account keeps its mark.
            let times = text.matches(secret).count();
            assert_eq!(times, usize::from(secret == PRIVATE_MARK), "{secret}");
        }
        assert_eq!(sealed["number"], "C-000001");
        open_document(&mut sealed, Some(&key), "customers/1").unwrap();
        assert_eq!(sealed, document());
    }

    /// Documents of every shape: what is done on the text equals what is done on the values.
    #[test]
    fn written_documents_are_sealed_and_opened_as_their_values_are() {
        let key = customer();
        let mut awkward = document();
        awkward["texts"] = json!(["{\"$private\":1}", "a\\\"]}[{", "\u{1}", "ä/~", "", [], {}]);
        awkward["deep"] = json!([[{"x": {"$private": [{"$sealed": "\"}"}, null, -1, true]}}]]);
        awkward["$"] = json!({"a~/b": [0, {"$private": "}\\"}]});
        for document in [
            document(),
            awkward,
            json!({"$private": {}}),
            json!([]),
            json!(1),
        ] {
            let written = document.to_string();
            let sealed = text::seal_text(written.clone(), Some(&key), "p").unwrap();
            let mut value: Value = serde_json::from_str(&sealed).unwrap();
            assert_eq!(value.to_string(), sealed, "written as serde_json writes it");
            let opened = text::open_text(&sealed, Some(&key), "p")
                .unwrap()
                .into_owned();
            let forgotten = text::open_text(&sealed, None, "p").unwrap().into_owned();
            // The values' own way opens it and says the same.
            let mut without = value.clone();
            open_document(&mut value, Some(&key), "p").unwrap();
            open_document(&mut without, None, "p").unwrap();
            assert_eq!(opened, written);
            assert_eq!(value.to_string(), written);
            assert_eq!(forgotten, without.to_string());
            assert_eq!(text::seal_text(written, None, "p").unwrap(), forgotten);
            // And the other way round.
            let mut value = document.clone();
            seal_document(&mut value, Some(&key), "p").unwrap();
            let opened = text::open_text(&value.to_string(), Some(&key), "p")
                .unwrap()
                .into_owned();
            assert_eq!(opened, document.to_string());
        }
    }

    /// Text from the disk may be anything: an error at its place, and no panic.
    #[test]
    fn what_is_no_document_or_marked_wrongly_is_refused() {
        let key = customer();
        for (written, pointer) in [
            (r#"{"a":{"$sealed":1}}"#, "/a"),
            (r#"{"a":[0,{"$sealed":"x","more":2}]}"#, "/a/1"),
            (r#"{"a":{"more":2,"$private":null}}"#, "/a"),
            (r#"{"a":{"$private":}}"#, "/a"),
            (r#"{"a":{"$private":[1}"#, "/a"),
            (r#"{"$sealed":"x"#, ""),
            (r#"{"$sealed":"x\"#, ""),
            ("{\"$sealed\":\"x\\ü", ""),
            (r#"{"a":{"\u0024private":1,"b":2}}"#, "/a"),
        ] {
            let misshapen = SealError::Misshapen {
                pointer: pointer.to_owned(),
            };
            assert_eq!(
                text::open_text(written, Some(&key), "p"),
                Err(misshapen),
                "{written}"
            );
        }
        let clear = |pointer: &str| {
            Err(SealError::Clear {
                pointer: pointer.to_owned(),
            })
        };
        assert_eq!(
            text::open_text(r#"{"a":{"$private":1}}"#, Some(&key), "p"),
            clear("/a")
        );
        // Spelled otherwise, a mark is a mark.
        assert_eq!(
            text::open_text(r#"{"a":{"\u0024private":1}}"#, Some(&key), "p"),
            clear("/a")
        );
        let whole = text::seal_text(document().to_string(), Some(&key), "p").unwrap();
        for cut in (0..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
            let half = text::open_text(&whole[..cut], Some(&key), "p");
            let half = half.map(|half| serde_json::from_str::<Value>(&half).is_ok());
            assert_ne!(half, Ok(true), "half a document was taken for one: {cut}");
        }
        let sealed = r#"{"a":{"$sealed":"x"}}"#;
        let already = SealError::AlreadySealed {
            pointer: "/a".to_owned(),
        };
        assert_eq!(
            text::seal_text(sealed.to_owned(), Some(&key), "p"),
            Err(already)
        );
    }

    #[test]
    fn the_same_value_never_seals_to_the_same_bytes() {
        let key = customer();
        let (mut first, mut second) = (document(), document());
        seal_document(&mut first, Some(&key), "p").unwrap();
        seal_document(&mut second, Some(&key), "p").unwrap();
        assert_ne!(
            sealed_at(&first, "/profile"),
            sealed_at(&second, "/profile")
        );
    }

    #[test]
    fn a_private_value_is_never_stored_without_a_key() {
        let mut open = document();
        let refused = seal_document(&mut open, None, "p");
        assert!(matches!(refused, Err(SealError::NoKey { .. })));
        let mut forgotten = json!({"profile": {"$private": null}});
        seal_document(&mut forgotten, None, "p").unwrap();
        assert_eq!(forgotten, json!({"profile": {"$private": null}}));
    }

    #[test]
    fn without_the_key_everything_sealed_is_forgotten() {
        let mut sealed = document();
        seal_document(&mut sealed, Some(&customer()), "p").unwrap();
        open_document(&mut sealed, None, "p").unwrap();
        assert_eq!(sealed["profile"], json!({"$private": null}));
        assert_eq!(sealed["accounts"][0]["numbers"], json!({"$private": null}));
    }

    /// What an attacker with the file may try: each must fail, naming the place.
    #[test]
    fn what_was_altered_or_moved_does_not_open() {
        let key = customer();
        let mut sealed = document();
        seal_document(&mut sealed, Some(&key), "customers/1").unwrap();
        let fails = |document: &Value, key: &CustomerKey, place: &str, pointer: &str| {
            let outcome = open_document(&mut document.clone(), Some(key), place);
            let expected = SealError::DoesNotOpen {
                pointer: pointer.to_owned(),
            };
            assert_eq!(outcome, Err(expected));
        };
        let one = json!({"profile": sealed["profile"]});

        // Copied to another row, another member, another customer, another key version.
        fails(&one, &key, "customers/2", "/profile");
        let moved = json!({"other": sealed["profile"]});
        fails(&moved, &key, "customers/1", "/other");
        let mut other = key.clone();
        other.customer_id = CustomerId(uuid::Uuid::from_u128(2));
        fails(&one, &other, "customers/1", "/profile");
        let mut newer = key.clone();
        newer.version = 2;
        fails(&one, &newer, "customers/1", "/profile");
        fails(&one, &customer(), "customers/1", "/profile");

        // Every bit of it counts.
        let bytes = STANDARD.decode(sealed_at(&sealed, "/profile")).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let altered = json!({"profile": {SEALED_MARK: STANDARD.encode(flipped)}});
            fails(&altered, &key, "customers/1", "/profile");
        }
        for cut in 0..bytes.len() {
            let altered = json!({"profile": {SEALED_MARK: STANDARD.encode(&bytes[..cut])}});
            fails(&altered, &key, "customers/1", "/profile");
        }
    }

    #[test]
    fn one_spelling_of_the_bytes_only() {
        let key = customer();
        // One byte of value makes 46 bytes sealed: the last character has spare bits.
        let sealed = key.seal_text("outbox/1", b"x");
        assert!(sealed.ends_with("=="), "{sealed}");
        assert_eq!(key.open_text("outbox/1", &sealed).unwrap().as_slice(), b"x");
        assert!(key.open_text("outbox/2", &sealed).is_err());
        let place = sealed.len() - 3;
        for c in ('A'..='Z').chain('a'..='z').chain('0'..='9') {
            let mut other = sealed.clone();
            other.replace_range(place..=place, &c.to_string());
            assert_eq!(key.open_text("outbox/1", &other).is_ok(), other == sealed);
        }
        for other in [
            sealed.trim_end_matches('=').to_owned(),
            format!("{sealed}\n"),
            format!(" {sealed}"),
        ] {
            assert!(key.open_text("outbox/1", &other).is_err(), "{other:?}");
        }
    }

    #[test]
    fn marks_in_the_wrong_place_are_not_passed_through() {
        let key = customer();
        let place = "p";
        for (document, expected) in [
            (
                json!({"a": {"$sealed": "x"}}),
                SealError::AlreadySealed {
                    pointer: "/a".into(),
                },
            ),
            (
                json!([{"$private": 1, "more": 2}]),
                SealError::Misshapen {
                    pointer: "/0".into(),
                },
            ),
        ] {
            assert_eq!(
                seal_document(&mut document.clone(), Some(&key), place),
                Err(expected)
            );
        }
        let clear = open_document(&mut json!({"a": {"$private": 1}}), Some(&key), place);
        assert_eq!(
            clear,
            Err(SealError::Clear {
                pointer: "/a".into()
            })
        );
        let misshapen = open_document(&mut json!({"a": {"$sealed": 1}}), None, place);
        assert!(matches!(misshapen, Err(SealError::Misshapen { .. })));
    }

    #[test]
    fn the_store_key_comes_back_with_its_passphrase_only() {
        let key = StoreKey::generate();
        let wrapped = key.wrap("correct horse battery staple", HashCost::LEAST);
        assert!(wrapped.kdf.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let again = StoreKey::unwrap("correct horse battery staple", &wrapped).unwrap();
        assert_eq!(again.receipt_mac(b"x"), key.receipt_mac(b"x"));
        assert!(StoreKey::unwrap("correct horse battery stapler", &wrapped).is_err());
        let mut edited = wrapped.clone();
        edited.kdf = edited.kdf.replace("t=2", "t=3");
        assert!(StoreKey::unwrap("correct horse battery staple", &edited).is_err());
        edited.kdf = wrapped.kdf.replace("m=19456", "m=4000000000");
        assert!(StoreKey::unwrap("correct horse battery staple", &edited).is_err());
        // Composed and decomposed letters are the same passphrase.
        let wrapped = key.wrap("Zoe\u{301} is a person", HashCost::LEAST);
        assert!(StoreKey::unwrap("Zo\u{e9} is a person", &wrapped).is_ok());
    }

    #[test]
    fn a_customer_key_belongs_to_its_customer_and_store() {
        let (store, other_store) = (StoreKey::generate(), StoreKey::generate());
        let key = customer();
        let wrapped = key.wrap(&store);
        let id = key.customer_id;
        let again = CustomerKey::unwrap(id, 1, &wrapped, &store).unwrap();
        let sealed = key.seal_text("p", b"secret");
        assert_eq!(again.open_text("p", &sealed).unwrap().as_slice(), b"secret");
        assert!(CustomerKey::unwrap(id, 2, &wrapped, &store).is_err());
        assert!(CustomerKey::unwrap(id, 1, &wrapped, &other_store).is_err());
        let other = CustomerId(uuid::Uuid::from_u128(9));
        assert!(CustomerKey::unwrap(other, 1, &wrapped, &store).is_err());
    }

    #[test]
    fn prints_of_different_kinds_have_nothing_in_common() {
        let key = StoreKey::generate();
        let id = CommandId(uuid::Uuid::from_u128(3));
        assert_eq!(key.password_salt(id), key.password_salt(id));
        assert_ne!(key.blind("tax_id", "1"), key.blind("document", "1"));
        assert_ne!(key.blind("ab", "c"), key.blind("a", "bc"));
        assert_ne!(
            key.receipt_mac(b"x"),
            StoreKey::generate().receipt_mac(b"x")
        );
        assert_ne!(key.credential_print("a"), key.credential_print("b"));
    }

    #[test]
    fn drafts_belong_to_their_writer() {
        let key = StoreKey::generate();
        let (me, you) = (
            UserId(uuid::Uuid::from_u128(1)),
            UserId(uuid::Uuid::from_u128(2)),
        );
        let sealed = key.seal_draft(me, "application", "{\"given_name\":\"Zoë\"}");
        let opened = key.open_draft(me, "application", &sealed).unwrap();
        assert_eq!(opened, "{\"given_name\":\"Zoë\"}");
        assert!(key.open_draft(you, "application", &sealed).is_err());
        assert!(key.open_draft(me, "customer", &sealed).is_err());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let printed = format!("{:?} {:?}", StoreKey::generate(), customer());
        assert!(printed.contains('…') && !printed.contains('['), "{printed}");
    }
}
