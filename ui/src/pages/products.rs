//! The products and their terms; admins define and revise them.

mod form;

use crate::actions::{PageAction, use_page_actions};
use crate::backend;
use crate::components::{
    Button, ButtonKind, Cell, Column, DataTable, EmptyState, ErrorAlert, Money, PageHeader, Row,
    Skeleton,
};
use crate::hooks::{use_load, use_title};
use crate::session::use_desk;
use crate::words::{lines, products as words};
use domain::view::ProductView;
use form::ProductDialog;
use yew::prelude::*;

/// What the form is open for.
#[derive(Clone, PartialEq)]
enum Editing {
    Nothing,
    New,
    Revision(ProductView),
}

#[component]
pub fn ProductsPage() -> Html {
    use_title(words::TITLE);
    let desk = use_desk();
    let load = use_load(
        (),
        |(), change| !change.products.is_empty(),
        |()| backend::products(),
    );
    let editing = use_state(|| Editing::Nothing);
    let edit = {
        let editing = editing.setter();
        Callback::from(move |wanted| editing.set(wanted))
    };
    let is_admin = desk.is_admin();
    use_page_actions(if is_admin {
        vec![PageAction {
            id: "new-product".into(),
            words: words::NEW.into(),
            keys: None,
            why_not: None,
            run: edit.reform(|()| Editing::New),
        }]
    } else {
        Vec::new()
    });
    let error = load.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={load.reload.clone()} /> }
    });
    let new_button = is_admin.then(|| {
        html! {
            <Button kind={ButtonKind::Primary} testid="action-define_product"
                on_click={edit.reform(|_: MouseEvent| Editing::New)}>{ words::NEW }</Button>
        }
    });
    let table = match &load.data {
        None if load.waiting => html! { <Skeleton lines={5} /> },
        None => html! {},
        Some(products) if products.is_empty() => html! {
            <EmptyState title={words::NO_PRODUCTS} words={words::NO_PRODUCTS_WORDS} />
        },
        Some(products) => html! {
            <DataTable caption={words::TITLE} testid="products" columns={vec![
                Column::text(words::NAME),
                Column::number(lines::RATE),
                Column::text(lines::DAY_COUNT),
                Column::number(words::LARGEST_LIMIT),
                Column::number(words::SINGLE_SIGNATURE),
                Column::number(words::OFFLINE_CAP),
                Column::number(words::EXPOSURE_CAP),
                Column::number(lines::HOLD_DAYS),
                Column::actions(words::ACTIONS),
            ]}>
                { for products.iter().map(|product| product_row(product, is_admin, &edit, desk.currency)) }
            </DataTable>
        },
    };
    let on_close = edit.reform(|()| Editing::Nothing);
    let dialog = match &*editing {
        Editing::Nothing => html! {},
        Editing::New => html! { <ProductDialog {on_close} /> },
        Editing::Revision(product) => {
            html! { <ProductDialog product={product.clone()} {on_close} /> }
        }
    };
    html! {
        <div class="page products" data-testid="page-products">
            <div class="stack-lg">
                <PageHeader title={words::TITLE} subtitle={html! { { words::SUBTITLE } }}>
                    { new_button.unwrap_or_default() }
                </PageHeader>
                <div>{ error.unwrap_or_default() }</div>
                <div>{ table }</div>
                <div>{ dialog }</div>
            </div>
        </div>
    }
}

fn product_row(
    product: &ProductView,
    is_admin: bool,
    edit: &Callback<Editing>,
    currency: domain::money::Currency,
) -> Html {
    let terms = &product.terms;
    let money = |minor| html! { <Money {minor} {currency} /> };
    let revise = {
        let product = product.clone();
        edit.reform(move |_: MouseEvent| Editing::Revision(product.clone()))
    };
    html! {
        <Row key={product.id.to_string()} testid={format!("row-{}", product.name)}>
            <Cell>{ &product.name }</Cell>
            <Cell numeric=true>{ format!("{} %", terms.annual_percent) }</Cell>
            <Cell>{ lines::day_count(terms.day_count) }</Cell>
            <Cell numeric=true>{ money(terms.largest_limit_minor) }</Cell>
            <Cell numeric=true>{ money(terms.single_signature_minor) }</Cell>
            <Cell numeric=true>{ money(terms.offline_cap_minor) }</Cell>
            <Cell numeric=true>{ money(terms.exposure_cap_minor) }</Cell>
            <Cell numeric=true>{ lines::banking_days(terms.hold_banking_days) }</Cell>
            <Cell>
                <div class="row-actions" hidden={!is_admin}>
                    <Button small=true testid={format!("revise-{}", product.name)} on_click={revise}>
                        { words::REVISE }
                        <span class="pf-v6-screen-reader">{ format!(" {}", product.name) }</span>
                    </Button>
                </div>
            </Cell>
        </Row>
    }
}
