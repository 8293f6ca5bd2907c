//! Words of documents on paper.

pub const DOCUMENT: &str = "Document";
pub const DATE: &str = "Date";
pub const ACTIONS: &str = "Actions";
pub const SAVE: &str = "Save as PDF";
pub const RECEIPT: &str = "Receipt";
pub const NONE: &str = "No documents yet";
pub const NONE_WORDS: &str =
    "The agreement can be printed once the application is approved, a notice once it is rejected.";
pub const ELSEWHERE: &str = "Statements are printed from the statement itself, receipts from their draw or repayment once the money has moved.";
pub const PRINT_NOTICE: &str = "Print the notice";
pub const PRINT_NOTICE_EXPLAINED: &str =
    "The customer reads the reason on it as it is written here.";
pub const PRINT_NOTICE_LATER: &str = "Fill in a lower limit and the reason first.";

pub fn save(title: &str) -> String {
    format!("{SAVE}: {title}")
}

pub fn saved(pages: u32) -> String {
    match pages {
        1 => "The document is saved: 1 page".to_owned(),
        pages => format!("The document is saved: {pages} pages"),
    }
}
