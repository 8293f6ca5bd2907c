//! The reports: chosen, of the days wanted, as a table that can be sorted and saved.

mod table;

use crate::actions::{PageAction, use_page_actions};
use crate::backend;
use crate::components::{
    Alert, AlertKind, Button, DateField, ErrorAlert, PageHeader, SelectField, Skeleton,
};
use crate::hooks::{use_load, use_title};
use crate::session::use_desk;
use crate::typed;
use crate::words::reports as words;
use domain::date::BusinessDate;
use domain::refusal::ApiError;
use domain::report::{FileFormat, ReportDates, ReportFileQuery, ReportName, ReportQuery};
use std::rc::Rc;
use table::ReportTable;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is typed above the table.
#[derive(Clone, PartialEq)]
struct Asked {
    name: ReportName,
    from: String,
    to: String,
    as_of: String,
}

impl Asked {
    fn on(today: BusinessDate) -> Asked {
        Asked {
            name: ReportName::PendingApproval,
            from: today.first_of_month().to_string(),
            to: today.to_string(),
            as_of: today.to_string(),
        }
    }

    /// The report meant; none while a date cannot be read, which its field says.
    fn query(&self, today: BusinessDate) -> Option<ReportQuery> {
        let dates = self.name.dates();
        let read = |of: ReportDates, typed: &str| match dates == of {
            true => typed::read_date(today, typed).map(Some),
            false => Ok(None),
        };
        let query = ReportQuery {
            name: self.name,
            from: read(ReportDates::Between, &self.from).ok()?,
            to: read(ReportDates::Between, &self.to).ok()?,
            as_of: read(ReportDates::AsOf, &self.as_of).ok()?,
        };
        Some(query)
    }

    /// What the program would say of one of the dates.
    fn error(&self, today: BusinessDate, field: &str) -> Option<AttrValue> {
        let refused = self.query(today)?.days(today).err()?;
        (refused.field.as_deref() == Some(field)).then(|| refused.message.into())
    }
}

#[derive(Clone, PartialEq)]
enum Saving {
    Nothing,
    Busy(FileFormat),
    Saved(String),
    Failed(ApiError),
}

#[component]
pub fn ReportsPage() -> Html {
    use_title(words::TITLE);
    let today = use_desk().business_date;
    let asked = use_state(|| Asked::on(today));
    let saving = use_state(|| Saving::Nothing);
    // What was last asked for well stays shown while somebody types a date.
    let last_good = use_mut_ref(|| None::<ReportQuery>);
    let query = asked
        .query(today)
        .filter(|query| query.days(today).is_ok())
        .or_else(|| last_good.borrow().clone())
        .unwrap_or(ReportQuery {
            name: asked.name,
            from: None,
            to: None,
            as_of: None,
        });
    *last_good.borrow_mut() = Some(query.clone());
    // A report is of a moment: it is made again when somebody wants it.
    let load = use_load(query.clone(), |_, _| false, backend::report);
    let change = {
        let (asked, saving) = (asked.clone(), saving.setter());
        move |edit: fn(&mut Asked, String)| {
            let (asked, saving) = (asked.clone(), saving.clone());
            Callback::from(move |text: String| {
                let mut changed = (*asked).clone();
                edit(&mut changed, text);
                saving.set(Saving::Nothing);
                asked.set(changed);
            })
        }
    };
    let save = {
        let (saving, query) = (saving.clone(), query.clone());
        Callback::from(move |format: FileFormat| {
            if matches!(*saving, Saving::Busy(_)) {
                return;
            }
            saving.set(Saving::Busy(format));
            let (saving, report) = (saving.setter(), query.clone());
            spawn_local(async move {
                let saved = backend::report_file(ReportFileQuery { report, format }).await;
                saving.set(match saved {
                    Ok(file) => Saving::Saved(file.path),
                    Err(error) => Saving::Failed(error),
                });
            });
        })
    };
    let formats = [FileFormat::Csv, FileFormat::Xlsx];
    use_page_actions(
        formats
            .into_iter()
            .map(|format| PageAction {
                id: format!("save-{}", format.ending()).into(),
                words: words::save(format).into(),
                keys: None,
                why_not: None,
                run: save.reform(move |()| format),
            })
            .collect(),
    );
    let buttons = formats.into_iter().map(|format| {
        html! {
            <Button key={format.ending()} testid={format!("save-{}", format.ending())}
                busy={*saving == Saving::Busy(format)}
                on_click={save.reform(move |_: MouseEvent| format)}>
                { words::save(format) }
            </Button>
        }
    });
    let options = ReportName::ALL
        .iter()
        .map(|name| (name.slug().into(), name.title().into()))
        .collect::<Vec<(AttrValue, AttrValue)>>();
    let date = |name: &'static str, label: &'static str, value: &str, edit| {
        html! {
            <DateField {name} {label} value={value.to_owned()} on_input={change(edit)} {today}
                error={asked.error(today, name)} />
        }
    };
    let dates = match asked.name.dates() {
        ReportDates::Now => vec![],
        ReportDates::AsOf => vec![date("as_of", words::AS_OF, &asked.as_of, |asked, text| {
            asked.as_of = text;
        })],
        ReportDates::Between => vec![
            date("from", words::FROM, &asked.from, |asked, text| {
                asked.from = text
            }),
            date("to", words::TO, &asked.to, |asked, text| asked.to = text),
        ],
    };
    let dates = dates.into_iter().enumerate();
    let error = load.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={load.reload.clone()} /> }
    });
    let told = match &*saving {
        Saving::Saved(path) => html! {
            <Alert kind={AlertKind::Success} title={words::SAVED} testid="saved">
                <span class="path">{ path }</span>
            </Alert>
        },
        Saving::Failed(error) => html! { <ErrorAlert error={error.clone()} /> },
        Saving::Nothing | Saving::Busy(_) => html! {},
    };
    let shown = match &load.data {
        // Sorting and paging begin anew with another report.
        Some(report) => html! {
            <ReportTable key={format!("{query:?}")} report={Rc::clone(report)} />
        },
        None if load.waiting => html! { <Skeleton lines={8} /> },
        None => html! {},
    };
    html! {
        <div class="page reports" data-testid="page-reports">
            <div class="stack-lg">
                <PageHeader title={words::TITLE}>
                    <Button testid="make-anew" on_click={load.reload.reform(|_: MouseEvent| ())}>
                        { words::MAKE_ANEW }
                    </Button>
                    { for buttons }
                </PageHeader>
                <div class="toolbar">
                    <div class="toolbar__fields">
                        <SelectField name="report" label={words::REPORT} value={asked.name.slug()}
                            {options} on_change={change(|asked, slug| {
                                let mut names = ReportName::ALL.iter();
                                if let Some(name) = names.find(|name| name.slug() == slug) {
                                    asked.name = *name;
                                }
                            })} />
                        { for dates.map(|(place, field)| html! {
                            <div class="field" key={place}>{ field }</div>
                        }) }
                    </div>
                </div>
                <div>{ error.unwrap_or_default() }</div>
                <div>{ told }</div>
                <div>{ shown }</div>
            </div>
        </div>
    }
}
