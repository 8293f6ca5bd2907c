//! What a panic may say: where it happened, never what it says. Its words can hold a value (a text cut at
//! a wrong place is quoted in them), and what goes to standard error ends up in files.

/// From here on in this process. The rules' own panics are caught where they are judged and answered
/// "broken"; this is what is told of them, and of any other.
pub fn say_where_only() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let thread = std::thread::current();
        tracing::error!(
            place = place.as_deref().unwrap_or("unknown"),
            thread = thread.name().unwrap_or("unnamed"),
            "a fault of the program's own"
        );
    }));
}
