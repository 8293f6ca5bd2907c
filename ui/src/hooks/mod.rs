//! One hook per concern.

mod use_change;
mod use_load;
mod use_pages;
mod use_preview;
mod use_printing;
mod use_submission;
mod use_title;
mod use_unique_id;
mod use_wrong;

pub use use_change::use_change;
pub use use_load::use_load;
pub use use_pages::{use_pages, use_pages_of};
pub use use_preview::{Previewed, use_preview};
pub use use_printing::{Printing, use_printing};
pub use use_submission::{Submitting, keeps_its_id, use_submission};
pub use use_title::use_title;
pub use use_unique_id::use_unique_id;
pub use use_wrong::{Wrong, use_wrong};
