use domain::date::UtcMillis;
use wasm_bindgen::JsValue;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TimestampProps {
    pub at: UtcMillis,
}

/// A moment on the wall clock, in the branch computer's own time zone.
#[component]
pub fn Timestamp(props: &TimestampProps) -> Html {
    html! {
        <time class="nowrap" datetime={iso(props.at)}>{ local(props.at) }</time>
    }
}

fn moment(at: UtcMillis) -> js_sys::Date {
    // Exact: a date's milliseconds stay far below 2^53.
    js_sys::Date::new(&JsValue::from_f64(at.0 as f64))
}

fn iso(at: UtcMillis) -> String {
    moment(at).to_iso_string().into()
}

/// "2026-11-23 14:05", as dates are written everywhere in the program.
pub fn local(at: UtcMillis) -> String {
    let date = moment(at);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes()
    )
}
