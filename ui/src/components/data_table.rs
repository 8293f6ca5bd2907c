use yew::prelude::*;

/// A column's head.
#[derive(Clone, Default, PartialEq)]
pub struct Column {
    pub words: AttrValue,
    /// Right-aligned, in tabular figures.
    pub numeric: bool,
    /// Shown to screen readers only: the column of row actions.
    pub hidden: bool,
    /// How the rows are sorted by it now.
    pub sorted: Option<SortedBy>,
    /// Its head is a button that sorts by it.
    pub on_sort: Option<Callback<()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortedBy {
    LowestFirst,
    HighestFirst,
}

impl Column {
    pub fn text(words: impl Into<AttrValue>) -> Column {
        Column {
            words: words.into(),
            ..Column::default()
        }
    }
    pub fn number(words: impl Into<AttrValue>) -> Column {
        Column {
            numeric: true,
            ..Column::text(words)
        }
    }
    pub fn actions(words: impl Into<AttrValue>) -> Column {
        Column {
            hidden: true,
            ..Column::text(words)
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct DataTableProps {
    /// What the table is of, for screen readers.
    pub caption: AttrValue,
    pub columns: Vec<Column>,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// The rows: keyed [`Row`]s.
    pub children: Html,
}

/// A compact table. It scrolls sideways within itself where the window is too narrow.
#[component]
pub fn DataTable(props: &DataTableProps) -> Html {
    let heads = props.columns.iter().enumerate().map(|(place, column)| {
        let words = if column.hidden {
            html! { <span class="pf-v6-screen-reader">{ &column.words }</span> }
        } else if let Some(sort) = &column.on_sort {
            let mark = match column.sorted {
                Some(SortedBy::LowestFirst) => "▲",
                Some(SortedBy::HighestFirst) => "▼",
                None => "",
            };
            html! {
                <button type="button" class="sort" onclick={sort.reform(|_: MouseEvent| ())}>
                    { &column.words }<span class="sort__mark" aria-hidden="true">{ mark }</span>
                </button>
            }
        } else {
            html! { { &column.words } }
        };
        let sorted = column.sorted.map(|sorted| match sorted {
            SortedBy::LowestFirst => "ascending",
            SortedBy::HighestFirst => "descending",
        });
        html! {
            <th key={place} scope="col" aria-sort={sorted}
                class={classes!("pf-v6-c-table__th", column.numeric.then_some("is-numeric"))}>
                { words }
            </th>
        }
    });
    html! {
        <div class="table-scroll" role="group" aria-label={props.caption.clone()} tabindex="0">
            <table class="pf-v6-c-table pf-m-compact" data-testid={props.testid.clone()}>
                <caption class="pf-v6-screen-reader">{ &props.caption }</caption>
                <thead class="pf-v6-c-table__thead">
                    <tr class="pf-v6-c-table__tr">{ for heads }</tr>
                </thead>
                <tbody class="pf-v6-c-table__tbody">{ props.children.clone() }</tbody>
            </table>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct RowProps {
    /// `row-<number>`.
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// A click anywhere in the row. Put a [`Link`](crate::router::Link) to the same into the
    /// first cell: that is what the keyboard reaches.
    #[prop_or_default]
    pub on_open: Option<Callback<()>>,
    pub children: Html,
}

#[component]
pub fn Row(props: &RowProps) -> Html {
    let onclick = props.on_open.clone().map(|open| {
        Callback::from(move |event: MouseEvent| {
            if !on_control(&event) {
                open.emit(());
            }
        })
    });
    html! {
        <tr class={classes!("pf-v6-c-table__tr", onclick.is_some().then_some("is-clickable"))}
            data-testid={props.testid.clone()} {onclick}>
            { props.children.clone() }
        </tr>
    }
}

/// A click on a button, a link or a field inside the row is that control's.
fn on_control(event: &MouseEvent) -> bool {
    use wasm_bindgen::JsCast;
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|element| {
            element
                .closest("a, button, input, select, textarea, label")
                .ok()
        })
        .flatten()
        .is_some()
}

#[derive(Properties, PartialEq)]
pub struct CellProps {
    #[prop_or_default]
    pub numeric: bool,
    #[prop_or_default]
    pub class: Classes,
    #[prop_or_default]
    pub children: Html,
}

#[component]
pub fn Cell(props: &CellProps) -> Html {
    html! {
        <td class={classes!("pf-v6-c-table__td", props.numeric.then_some("is-numeric"), props.class.clone())}>
            { props.children.clone() }
        </td>
    }
}
