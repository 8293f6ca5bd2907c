use qrcode::types::Color;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct QrCodeProps {
    pub text: AttrValue,
    pub label: AttrValue,
}

/// Light squares on each side: what a camera needs to find it.
const QUIET: usize = 4;

/// A picture to scan. Dark on light in every theme, because cameras read it so.
#[component]
pub fn QrCode(props: &QrCodeProps) -> Html {
    let Ok(code) = qrcode::QrCode::new(props.text.as_bytes()) else {
        // Longer than any picture holds: what it says stands beside it anyway.
        return html! {};
    };
    let width = code.width();
    let side = width + 2 * QUIET;
    let path: String = code
        .to_colors()
        .iter()
        .enumerate()
        .filter(|(_, color)| **color == Color::Dark)
        .map(|(place, _)| {
            format!(
                "M{} {}h1v1h-1z",
                QUIET + place % width,
                QUIET + place / width
            )
        })
        .collect();
    html! {
        <svg class="qr-code" role="img" aria-label={props.label.clone()} viewBox={format!("0 0 {side} {side}")}
            shape-rendering="crispEdges" data-testid="qr-code">
            <rect width={side.to_string()} height={side.to_string()} fill="#fff" />
            <path d={path} fill="#000" />
        </svg>
    }
}
