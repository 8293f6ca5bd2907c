use yew::prelude::*;

/// Drawn as strokes in the colour of the text around them; always beside words or under a label,
/// so they are hidden from screen readers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum IconKind {
    Info,
    Success,
    Warning,
    Danger,
    Search,
    Close,
    Help,
    User,
    Sun,
    Moon,
    Screen,
    Add,
    Empty,
    Keyboard,
    CaretDown,
    Online,
    Offline,
    Waiting,
}

impl IconKind {
    fn path(self) -> &'static str {
        match self {
            IconKind::Info => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 11v6M12 7.5v.5",
            IconKind::Success => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M8 12.5l2.8 2.8L16.5 9",
            IconKind::Warning => "M12 3.5L2.5 20.5h19zM12 10v5M12 17.5v.5",
            IconKind::Danger => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7v6.5M12 16v.5",
            IconKind::Search => "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5L21 21",
            IconKind::Close => "M5 5l14 14M19 5L5 19",
            IconKind::Help => {
                "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M9.3 9.6a2.8 2.8 0 1 1 4 2.6c-.8.4-1.3 1-1.3 1.9M12 16.8v.4"
            }
            IconKind::User => {
                "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8M4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6"
            }
            IconKind::Sun => {
                "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2.5v2.5M12 19v2.5M2.5 12h2.5M19 12h2.5M5.3 5.3l1.8 1.8M16.9 16.9l1.8 1.8M18.7 5.3l-1.8 1.8M7.1 16.9l-1.8 1.8"
            }
            IconKind::Moon => "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
            IconKind::Screen => "M3 4.5h18v12H3zM8 20.5h8M12 16.5v4",
            IconKind::Add => "M12 4v16M4 12h16",
            IconKind::Empty => "M3 13l3-8h12l3 8v6H3zM3 13h5l1.5 3h5l1.5-3h5",
            IconKind::Keyboard => "M2.5 6h19v12h-19zM6 10h.5M10 10h.5M14 10h.5M18 10h.5M7 14.5h10",
            IconKind::CaretDown => "M6 9l6 6 6-6",
            IconKind::Online => "M4 12.5l5 5L20 6.5",
            IconKind::Offline => {
                "M3 3l18 18M7 17.5h10a4 4 0 0 0 1.5-7.7M6.5 10a4 4 0 0 0 .5 7.5M9.5 6.8A6 6 0 0 1 18 10"
            }
            IconKind::Waiting => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7v5.5l3.5 2",
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct IconProps {
    pub kind: IconKind,
}

#[component]
pub fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={props.kind.path()} />
        </svg>
    }
}
