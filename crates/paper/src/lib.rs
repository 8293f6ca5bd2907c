//! Documents as PDF: tagged, with their fonts in them, the same bytes for the same contents.
//!
//! Contents come typed and leave as bytes; nothing comes back. Amounts and dates are written here,
//! by the formatter of the screen ([`sheet`]); templates get texts and place them. No text of a
//! customer is ever part of a template: what looks like markup in a name is printed as it stands.
#![forbid(unsafe_code)]

mod sheet;
mod world;

use domain::money::Overflow;
use domain::paper::Paper;
use sheet::Sheet;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::Desk;

pub struct Printed {
    pub bytes: Vec<u8>,
    pub pages: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error("a sum left the range of the books")]
    Overflow,
    #[error("the contents could not be handed over: {0}")]
    Contents(#[from] serde_json::Error),
    #[error("the document could not be set: {0}")]
    Setting(String),
}

impl From<Overflow> for PaperError {
    fn from(_: Overflow) -> Self {
        PaperError::Overflow
    }
}

/// Sets a document.
pub fn printed(paper: &Paper) -> Result<Printed, PaperError> {
    let printed = set_and_exported(paper);
    // What was set is remembered for a next time that does not come, and it is about people.
    typst::comemo::evict(0);
    printed
}

fn set_and_exported(paper: &Paper) -> Result<Printed, PaperError> {
    let (document, _) = set(paper)?;
    let pages = u32::try_from(document.pages().len()).unwrap_or(u32::MAX);
    // The promise of PDF/UA cannot be kept where no font here knows a letter of somebody's name:
    // that prints as a box, in a document that is tagged all the same and promises nothing.
    let bytes = exported(&document, paper, &[PdfStandard::Ua_1])
        .or_else(|_| exported(&document, paper, &[]))?;
    Ok(Printed { bytes, pages })
}

/// The pages, and what the compiler has to remark.
fn set(paper: &Paper) -> Result<(PagedDocument, String), PaperError> {
    let desk = Desk::new(paper, &Sheet::of(paper)?)?;
    let set = typst::compile::<PagedDocument>(&desk);
    let document = set
        .output
        .map_err(|errors| PaperError::Setting(told(&errors)))?;
    Ok((document, told(&set.warnings)))
}

fn exported(
    document: &PagedDocument,
    paper: &Paper,
    standards: &[PdfStandard],
) -> Result<Vec<u8>, PaperError> {
    let standards = PdfStandards::new(standards)
        .map_err(|error| PaperError::Setting(error.message().to_string()))?;
    let options = PdfOptions {
        // A name of the document, not of its contents.
        ident: Smart::Custom(paper.file_stem()),
        creator: Smart::Custom(Some("Branchline".to_owned())),
        timestamp: midnight(paper).map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|errors| PaperError::Setting(told(&errors)))
}

/// The document's own day: no clock is read.
fn midnight(paper: &Paper) -> Option<Datetime> {
    let (year, month, day) = world::year_month_day(paper.dated);
    Datetime::from_ymd_hms(year, month, day, 0, 0, 0)
}

fn told(diagnostics: &[SourceDiagnostic]) -> String {
    let messages: Vec<&str> = diagnostics
        .iter()
        .map(|told| told.message.as_str())
        .collect();
    messages.join("; ")
}

#[cfg(test)]
#[path = "../tests/main/samples.rs"]
mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_leave_nothing_to_remark() {
        for body in samples::bodies("USD") {
            let paper = samples::paper("USD", body);
            let (document, remarks) = set(&paper).unwrap();
            assert_eq!(remarks, "", "{:?}", paper.kind());
            let promised = exported(&document, &paper, &[PdfStandard::Ua_1]);
            assert!(promised.is_ok(), "{:?}: {:?}", paper.kind(), promised.err());
        }
    }
}
