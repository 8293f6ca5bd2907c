//! Where the page is: the routes, the address they stand at, and how one goes from one to another.

use domain::ids::{CustomerId, LineId};
use web_sys::MouseEvent;
use web_sys::wasm_bindgen::JsValue;
use yew::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Login,
    Applications,
    Create,
    Details(LineId),
    Admin,
    Customers,
    Customer(CustomerId),
    Counter,
    Sync,
    Attention,
    Products,
    Reports,
    /// "/" and whatever nothing stands at.
    Nowhere,
}

impl Route {
    pub fn path(&self) -> String {
        match self {
            Route::Login => "/login".to_owned(),
            Route::Applications => "/user/application".to_owned(),
            Route::Create => "/user/application/create".to_owned(),
            Route::Details(line_id) => format!("/user/application/{line_id}"),
            Route::Admin => "/admin".to_owned(),
            Route::Customers => "/customers".to_owned(),
            Route::Customer(customer_id) => format!("/customers/{customer_id}"),
            Route::Counter => "/counter".to_owned(),
            Route::Sync => "/sync".to_owned(),
            Route::Attention => "/attention".to_owned(),
            Route::Products => "/products".to_owned(),
            Route::Reports => "/reports".to_owned(),
            Route::Nowhere => "/".to_owned(),
        }
    }

    pub fn read(path: &str) -> Route {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts[..] {
            ["login"] => Route::Login,
            ["user", "application"] => Route::Applications,
            ["user", "application", "create"] => Route::Create,
            ["user", "application", id] => id.parse().map_or(Route::Nowhere, Route::Details),
            ["admin"] => Route::Admin,
            ["customers"] => Route::Customers,
            ["customers", id] => id.parse().map_or(Route::Nowhere, Route::Customer),
            ["counter"] => Route::Counter,
            ["sync"] => Route::Sync,
            ["attention"] => Route::Attention,
            ["products"] => Route::Products,
            ["reports"] => Route::Reports,
            _ => Route::Nowhere,
        }
    }
}

/// The route and the way to another one; a context that [`RouterProvider`] gives.
#[derive(Clone, PartialEq)]
pub struct Router {
    pub route: Route,
    go: Callback<(Route, bool)>,
}

impl Router {
    /// Goes there; "back" returns here.
    pub fn push(&self, route: Route) {
        self.go.emit((route, false));
    }

    /// Goes there as if one had never been here: for redirects.
    pub fn replace(&self, route: Route) {
        self.go.emit((route, true));
    }
}

#[derive(Properties, PartialEq)]
pub struct RouterProviderProps {
    pub children: Html,
}

fn here() -> Route {
    let path = gloo_path();
    Route::read(&path)
}

fn gloo_path() -> String {
    web_sys::window()
        .and_then(|window| window.location().pathname().ok())
        .unwrap_or_default()
}

#[component]
pub fn RouterProvider(props: &RouterProviderProps) -> Html {
    let route = use_state(here);
    {
        let route = route.clone();
        use_effect_with((), move |()| {
            let listener = web_sys::window().map(|window| {
                gloo_events::EventListener::new(&window, "popstate", move |_| route.set(here()))
            });
            move || drop(listener)
        });
    }
    let go = {
        let route = route.clone();
        use_callback((), move |(to, replace): (Route, bool), ()| {
            let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else {
                return;
            };
            let path = to.path();
            // Should the address refuse to change, the page still goes where it was told.
            let _ = if replace {
                history.replace_state_with_url(&JsValue::NULL, "", Some(&path))
            } else {
                history.push_state_with_url(&JsValue::NULL, "", Some(&path))
            };
            route.set(to);
        })
    };
    let router = Router {
        route: (*route).clone(),
        go,
    };
    html! { <ContextProvider<Router> context={router}>{ props.children.clone() }</ContextProvider<Router>> }
}

/// The current route, and `push` / `replace` to leave it.
#[hook]
pub fn use_router() -> Router {
    use_context::<Router>().expect("the page stands inside RouterProvider")
}

#[derive(Properties, PartialEq)]
pub struct LinkProps {
    pub to: Route,
    #[prop_or_default]
    pub class: Classes,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// "page" on the link that leads to where one is.
    #[prop_or_default]
    pub current: bool,
    pub children: Html,
}

/// A link within the page: a real address, followed without loading the page anew.
#[component]
pub fn Link(props: &LinkProps) -> Html {
    let router = use_router();
    let to = props.to.clone();
    let onclick = move |event: MouseEvent| {
        event.prevent_default();
        // A row around the link opens the same; once is enough.
        event.stop_propagation();
        router.push(to.clone());
    };
    html! {
        <a href={props.to.path()} class={props.class.clone()} data-testid={props.testid.clone()}
            aria-current={props.current.then_some("page")} {onclick}>
            { props.children.clone() }
        </a>
    }
}
