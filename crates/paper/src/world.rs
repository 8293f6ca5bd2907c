//! All that a template can reach: the other templates, the data of one document, and the fonts in
//! this program.

use domain::date::BusinessDate;
use domain::paper::{Paper, PaperKind};
use serde::Serialize;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "letter.typ",
    "agreement.typ",
    "receipt.typ",
    "statement.typ",
    "payoff.typ",
    "adverse-action.typ",
    "limit-reduction.typ",
    "incompleteness.typ",
];

/// Under this name a template reads its data.
const DATA: &str = "data.json";

/// Text is set in the first; the second stands in for letters that it lacks.
const FAMILIES: [&str; 2] = ["Libertinus Serif", "DejaVu Sans Mono"];

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

static FONTS: LazyLock<(LazyHash<FontBook>, Vec<Font>)> = LazyLock::new(|| {
    let all = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data)));
    let ours = all.filter(|font| FAMILIES.contains(&font.info().family.as_str()));
    let fonts: Vec<Font> = ours.collect();
    (LazyHash::new(FontBook::from_fonts(&fonts)), fonts)
});

static SOURCES: LazyLock<HashMap<FileId, Source>> = LazyLock::new(|| {
    let source = |(name, text): &(&str, &str)| {
        let id = file_id(name);
        (id, Source::new(id, (*text).to_owned()))
    };
    TEMPLATES.iter().map(source).collect()
});

fn file_id(name: &str) -> FileId {
    // Names stand in this file, and are names.
    let path = VirtualPath::new(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    RootedPath::new(VirtualRoot::Project, path).intern()
}

pub fn year_month_day(date: BusinessDate) -> (i32, u8, u8) {
    let date = date.civil();
    // Months and days are small and positive.
    let part = |part: i8| part.unsigned_abs();
    (i32::from(date.year()), part(date.month()), part(date.day()))
}

fn template(kind: PaperKind) -> String {
    format!("{}.typ", kind.slug())
}

/// One document on its way.
pub struct Desk {
    main: FileId,
    data_id: FileId,
    data: Bytes,
    dated: Option<Datetime>,
}

impl Desk {
    pub fn new(paper: &Paper, data: &impl Serialize) -> Result<Desk, serde_json::Error> {
        let (year, month, day) = year_month_day(paper.dated);
        Ok(Desk {
            main: file_id(&template(paper.kind())),
            data_id: file_id(DATA),
            data: Bytes::new(serde_json::to_vec(data)?),
            dated: Datetime::from_ymd(year, month, day),
        })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.0
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        SOURCES.get(&id).cloned().ok_or_else(|| not_here(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id == self.data_id {
            true => Ok(self.data.clone()),
            false => Err(not_here(id)),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.1.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.dated
    }
}

fn not_here(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}
