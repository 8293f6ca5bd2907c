//! Sealing and opening a document where it is written down. The writer and the reads do this for
//! every document; taking each apart into values and putting it together again would cost more
//! than everything else they do with it. What comes out is, byte for byte, what
//! [`open_document`](super::open_document) and its counterpart give on the values.

use super::{CustomerKey, SealError};
use domain::private::{PRIVATE_MARK, SEALED_MARK};
use memchr::memchr2;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Seals every private value of a document as serde_json writes it. Without a key its customer was
/// forgotten, and so is what was private in it.
pub fn seal_text(
    document: String,
    key: Option<&CustomerKey>,
    place: &str,
) -> Result<String, SealError> {
    if !mentions_a_mark(&document) {
        return Ok(document);
    }
    let mut walk = Walk::of(&document, |marked, pointer, out| {
        match (marked, key) {
            (Found::Sealed(_), _) => {
                return Err(SealError::AlreadySealed {
                    pointer: pointer.to_owned(),
                });
            }
            (Found::Private("null"), _) | (Found::Private(_), None) => private(out, "null"),
            (Found::Private(value), Some(key)) => {
                let sealed = key.seal("member", place, pointer, value.as_bytes());
                member(out, SEALED_MARK, &["\"", &sealed, "\""]);
            }
        }
        Ok(())
    });
    walk.run()?;
    Ok(walk.finish())
}

/// The reverse. Without a key the customer is forgotten, and so is every sealed value.
pub fn open_text<'a>(
    document: &'a str,
    key: Option<&CustomerKey>,
    place: &str,
) -> Result<Cow<'a, str>, SealError> {
    if !mentions_a_mark(document) {
        return Ok(Cow::Borrowed(document));
    }
    let mut walk = Walk::of(document, |marked, pointer, out| {
        let pointer = || pointer.to_owned();
        match (marked, key) {
            (Found::Private("null"), _) => private(out, "null"),
            (Found::Private(_), _) => return Err(SealError::Clear { pointer: pointer() }),
            (Found::Sealed(_), None) => private(out, "null"),
            (Found::Sealed(sealed), Some(key)) => {
                let plain = key.open("member", place, &pointer(), sealed);
                let text = plain.as_ref().and_then(|plain| str::from_utf8(plain).ok());
                let text = text.ok_or_else(|| SealError::DoesNotOpen { pointer: pointer() })?;
                private(out, text);
            }
        }
        Ok(())
    });
    walk.run()?;
    Ok(Cow::Owned(walk.finish()))
}

/// A mark can hide behind an escape; what has neither a mark nor an escape has nothing to do.
fn mentions_a_mark(document: &str) -> bool {
    static MARKS: LazyLock<[Finder<'static>; 3]> =
        LazyLock::new(|| [PRIVATE_MARK, SEALED_MARK, "\\u"].map(Finder::new));
    MARKS
        .iter()
        .any(|mark| mark.find(document.as_bytes()).is_some())
}

fn private(out: &mut String, value: &str) {
    member(out, PRIVATE_MARK, &[value]);
}

fn member(out: &mut String, mark: &str, value: &[&str]) {
    out.push_str("{\"");
    out.push_str(mark);
    out.push_str("\":");
    out.extend(value.iter().copied());
    out.push('}');
}

/// What stands in a marked object, as written.
enum Found<'a> {
    Private(&'a str),
    /// Without its quotes.
    Sealed(&'a str),
}

/// One pass over a document; what is not marked is taken over as it stands.
struct Walk<'a, F> {
    text: &'a str,
    at: usize,
    /// How far the text is taken over.
    taken: usize,
    out: String,
    pointer: String,
    change: F,
}

impl<'a, F> Walk<'a, F>
where
    F: FnMut(Found<'a>, &str, &mut String) -> Result<(), SealError>,
{
    fn of(text: &'a str, change: F) -> Walk<'a, F> {
        Walk {
            text,
            at: 0,
            taken: 0,
            out: String::with_capacity(text.len() + text.len() / 2),
            pointer: String::new(),
            change,
        }
    }

    fn run(&mut self) -> Result<(), SealError> {
        self.value()?;
        self.blank();
        if self.at != self.text.len() {
            return Err(self.misshapen());
        }
        Ok(())
    }

    fn finish(mut self) -> String {
        self.out.push_str(&self.text[self.taken..]);
        self.out
    }

    fn misshapen(&self) -> SealError {
        SealError::Misshapen {
            pointer: self.pointer.clone(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, sign: u8) -> Result<(), SealError> {
        self.blank();
        if self.peek() != Some(sign) {
            return Err(self.misshapen());
        }
        self.at += 1;
        Ok(())
    }

    /// Whether this sign comes next; it is stepped over if so.
    fn next_is(&mut self, sign: u8) -> bool {
        self.blank();
        let is = self.peek() == Some(sign);
        self.at += usize::from(is);
        is
    }

    fn value(&mut self) -> Result<(), SealError> {
        self.blank();
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => self.string().map(drop),
            Some(_) => {
                let rest = &self.text.as_bytes()[self.at..];
                let length = rest.iter().take_while(|byte| {
                    !matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r')
                });
                self.at += length.count();
                Ok(())
            }
            None => Err(self.misshapen()),
        }
    }

    /// A string as it is written, without its quotes.
    fn string(&mut self) -> Result<&'a str, SealError> {
        self.expect(b'"')?;
        let begin = self.at;
        let bytes = self.text.as_bytes();
        while let Some(further) = memchr2(b'"', b'\\', bytes.get(self.at..).unwrap_or_default()) {
            self.at += further;
            if bytes[self.at] == b'"' {
                self.at += 1;
                return Ok(&self.text[begin..self.at - 1]);
            }
            self.at += 2;
        }
        Err(self.misshapen())
    }

    fn array(&mut self) -> Result<(), SealError> {
        self.expect(b'[')?;
        if self.next_is(b']') {
            return Ok(());
        }
        for place in 0_usize.. {
            let length = self.pointer.len();
            self.pointer.push('/');
            self.pointer.push_str(&place.to_string());
            self.value()?;
            self.pointer.truncate(length);
            if !self.next_is(b',') {
                break;
            }
        }
        self.expect(b']')
    }

    fn object(&mut self) -> Result<(), SealError> {
        let begin = self.at;
        self.expect(b'{')?;
        if self.next_is(b'}') {
            return Ok(());
        }
        let mut first = true;
        loop {
            self.blank();
            let name = self.name()?;
            self.expect(b':')?;
            if name == PRIVATE_MARK || name == SEALED_MARK {
                if !first {
                    return Err(self.misshapen());
                }
                return self.marked(begin, name == SEALED_MARK);
            }
            first = false;
            let length = self.pointer.len();
            self.pointer.push('/');
            if name.contains(['~', '/']) {
                let name = name.replace('~', "~0").replace('/', "~1");
                self.pointer.push_str(&name);
            } else {
                self.pointer.push_str(&name);
            }
            self.value()?;
            self.pointer.truncate(length);
            if !self.next_is(b',') {
                break;
            }
        }
        self.expect(b'}')
    }

    fn name(&mut self) -> Result<Cow<'a, str>, SealError> {
        let begin = self.at;
        let written = self.string()?;
        if !written.contains('\\') {
            return Ok(Cow::Borrowed(written));
        }
        serde_json::from_str(&self.text[begin..self.at])
            .map(Cow::Owned)
            .map_err(|_| self.misshapen())
    }

    /// The one member of a marked object; `begin` is where the object does.
    fn marked(&mut self, begin: usize, sealed: bool) -> Result<(), SealError> {
        self.blank();
        let from = self.at;
        let found = if sealed {
            Found::Sealed(self.string()?)
        } else {
            self.skip()?;
            Found::Private(&self.text[from..self.at])
        };
        self.expect(b'}')?;
        self.out.push_str(&self.text[self.taken..begin]);
        (self.change)(found, &self.pointer, &mut self.out)?;
        self.taken = self.at;
        Ok(())
    }

    /// Past a value that is sealed as a whole: marks within it are part of it.
    fn skip(&mut self) -> Result<(), SealError> {
        let mut depth = 0_usize;
        loop {
            self.blank();
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                }
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                Some(b',' | b':') if depth > 0 => self.at += 1,
                Some(b',' | b':' | b'}' | b']') | None => return Err(self.misshapen()),
                Some(_) => {
                    let rest = &self.text.as_bytes()[self.at..];
                    let length = rest.iter().take_while(|byte| {
                        !matches!(
                            byte,
                            b',' | b'}' | b']' | b':' | b' ' | b'\n' | b'\t' | b'\r'
                        )
                    });
                    self.at += length.count();
                }
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}
