//! What a command would do, live while it is filled in: before and after, side by side.

use crate::hooks::Previewed;
use crate::words::lines as words;
use domain::allocation::Allocation;
use domain::line::Figures;
use domain::money::{Currency, Minor};
use domain::refusal::ApiError;
use domain::view::Preview;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PreviewPanelProps {
    pub previewed: Previewed,
    pub currency: Currency,
}

#[component]
pub fn PreviewPanel(props: &PreviewPanelProps) -> Html {
    let body = match &props.previewed {
        Previewed::Nothing => quiet(words::PREVIEW_EMPTY),
        Previewed::Asking => quiet(words::PREVIEW_ASKING),
        Previewed::Shown(preview) => shown(preview, props.currency),
        Previewed::Refused(error) => refused(error),
    };
    html! {
        <section class="preview" aria-label={words::PREVIEW} data-testid="preview">
            <h3 class="preview__title">{ words::PREVIEW }</h3>
            <div aria-live="polite" aria-atomic="true">{ body }</div>
        </section>
    }
}

fn quiet(text: &'static str) -> Html {
    html! { <p class="quiet">{ text }</p> }
}

/// A rule's "not now" is news, a fault is an alarm.
fn refused(error: &ApiError) -> Html {
    let class = if error.is_refusal() {
        "preview__refused"
    } else {
        "preview__broken"
    };
    html! {
        <p class={class} data-testid="preview-refused">
            <strong>{ words::NOT_POSSIBLE }{ ": " }</strong>{ &error.message }
        </p>
    }
}

fn shown(preview: &Preview, currency: Currency) -> Html {
    let figures = changes(preview, currency);
    html! {
        <>
            if preview.needs_second_person {
                <p class="preview__second" data-testid="preview-second-person">
                    { words::SECOND_PERSON }
                </p>
            }
            if !preview.warnings.is_empty() {
                <ul class="preview__warnings" data-testid="preview-warnings">
                    { for preview.warnings.iter().enumerate().map(|(place, sentence)| html! {
                        <li key={place}>{ sentence }</li>
                    }) }
                </ul>
            }
            <table class="preview__figures">
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{ words::PREVIEW_NOW }</th>
                        <th scope="col">{ words::PREVIEW_AFTER }</th>
                    </tr>
                </thead>
                <tbody>
                    { for figures.into_iter().map(|row| html! {
                        <tr key={row.name} class={classes!(row.changed().then_some("changed"))}
                            data-testid={row.testid}>
                            <th scope="row">{ row.name }</th>
                            <td class="money">{ row.before }</td>
                            <td class="money">{ row.after }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
            if let Some(allocation) = &preview.allocation {
                <p class="preview__pays" data-testid="preview-allocation">
                    <strong>{ words::PAYS }{ ": " }</strong>{ pays(allocation, currency) }
                </p>
            }
            if !preview.consequences.is_empty() {
                <ul class="preview__consequences" data-testid="preview-consequences">
                    { for preview.consequences.iter().enumerate().map(|(place, sentence)| html! {
                        <li key={place}>{ sentence }</li>
                    }) }
                </ul>
            }
        </>
    }
}

struct Change {
    name: &'static str,
    testid: &'static str,
    before: String,
    after: String,
}

impl Change {
    fn changed(&self) -> bool {
        self.before != self.after
    }
}

/// Status, available and owed always; the others where they change.
fn changes(preview: &Preview, currency: Currency) -> Vec<Change> {
    let amount = |name, testid, of: fn(&Figures) -> Minor| Change {
        name,
        testid,
        before: currency.format(of(&preview.before)),
        after: currency.format(of(&preview.after)),
    };
    let always = [
        Change {
            name: words::STATUS,
            testid: "preview-status",
            before: preview.status_before.words().to_owned(),
            after: preview.status_after.words().to_owned(),
        },
        amount(words::AVAILABLE, "preview-available", |f| f.available_minor),
        amount(words::OWED, "preview-owed", |f| f.owed_minor),
    ];
    let sometimes = [
        amount(words::LIMIT, "preview-limit", |f| f.limit_minor),
        amount(words::PRINCIPAL, "preview-principal", |f| f.principal_minor),
        amount(words::INTEREST, "preview-interest", |f| f.interest_minor),
        amount(words::FEES, "preview-fees", |f| f.fees_minor),
        amount(words::ON_THEIR_WAY, "preview-on-their-way", |f| {
            f.on_their_way_minor
        }),
        amount(words::HELD, "preview-held", |f| f.held_minor),
        amount(words::CREDIT, "preview-credit", |f| f.credit_minor),
    ];
    always
        .into_iter()
        .chain(sometimes.into_iter().filter(Change::changed))
        .collect()
}

/// "fees 25.00, interest 38.11, principal 436.89"
fn pays(allocation: &Allocation, currency: Currency) -> String {
    let parts: Vec<String> = [
        ("fees", allocation.fees_minor),
        ("interest", allocation.interest_minor),
        ("principal", allocation.principal_minor),
        ("customer credit", allocation.credit_minor),
    ]
    .into_iter()
    .filter(|(_, amount)| !amount.is_zero())
    .map(|(name, amount)| format!("{name} {}", currency.format(amount)))
    .collect();
    parts.join(", ")
}
