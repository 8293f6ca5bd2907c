//! Thin components on PatternFly's classes. Their fields, buttons and dialogs carry the
//! `data-testid`s that the tests in the real window go by.

mod alert;
mod button;
mod choice;
mod clock_label;
mod data_table;
mod dialog;
mod empty_state;
mod field;
mod form;
mod icon;
mod line_table;
mod missing_ticks;
mod money;
mod page_header;
mod password_field;
mod profile_fields;
mod qr_code;
mod skeleton;
mod status_label;
mod tabs;
mod terms_list;
mod text_field;
mod timestamp;
mod toasts;
mod typed_field;

pub use alert::{Alert, AlertKind, ErrorAlert};
pub use button::{Button, ButtonKind};
pub use choice::{CheckField, RadioGroup, RadioOption, SelectField};
pub use clock_label::ClockLabel;
pub use data_table::{Cell, Column, DataTable, Row, SortedBy};
pub use dialog::Dialog;
pub use empty_state::EmptyState;
pub use field::Field;
pub use form::{Form, FormSection};
pub use icon::{Icon, IconKind};
pub use line_table::LineTable;
pub use missing_ticks::MissingTicks;
pub use money::Money;
pub use page_header::PageHeader;
pub use password_field::{PasswordField, has_password, read_password, take_password};
pub use profile_fields::{
    ContactFields, HouseholdFields, IdentityFields, document_words, employment_words, read_change,
};
pub use qr_code::QrCode;
pub use skeleton::Skeleton;
pub use status_label::{Label, LabelColor, MovementLabel, StatusLabel};
pub use tabs::{Tab, Tabs};
pub use terms_list::TermsList;
pub use text_field::TextField;
pub use timestamp::{Timestamp, local};
pub use toasts::{ToastProvider, use_toasts};
pub use typed_field::{DateField, MoneyField};
