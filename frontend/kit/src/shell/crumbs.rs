//! Where one is: the breadcrumbs, and the title of the tab.

use super::{Sections, screens};
use crate::route;
use leptos::prelude::*;

thread_local! { static NAME: ArcRwSignal<Option<String>> = ArcRwSignal::new(None); }

/// Names the thing that the page shows, once it is known: the last crumb and the tab's title.
pub fn called(name: impl Into<String>) {
    NAME.with(Clone::clone).set(Some(name.into()));
}

/// One crumb: what it says, and where it leads.
type Crumb = (String, Option<String>);

/// Follows the address: forgets the last name, and writes the tab's title.
pub(super) fn follow(sections: Sections, path: Memo<String>) {
    Effect::new(move |_| {
        path.track();
        NAME.with(Clone::clone).set(None);
    });
    let name = NAME.with(Clone::clone);
    Effect::new(move |_| {
        let screen = route::find(screens(sections), &path.get()).map(|(screen, _)| screen.title.to_owned());
        let title = name.get().or(screen).unwrap_or_else(|| "Not found".to_owned());
        document().set_title(&format!("{title} · eSIM Admin"));
    });
}

fn trail(sections: Sections, path: &str) -> Vec<Crumb> {
    let mut crumbs = Vec::new();
    let section = sections.iter().find(|section| section.screens.iter().any(|all| all.iter().any(|screen| screen.matches(path).is_some())));
    if let Some(section) = section {
        crumbs.push((section.title.to_owned(), None));
    }
    let ends = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).chain([path.len()]);
    for end in ends {
        let (prefix, _) = path.split_at(end);
        if let Some((screen, _)) = route::find(screens(sections), prefix) {
            crumbs.push((screen.title.to_owned(), Some(prefix.to_owned())));
        }
    }
    crumbs
}

/// Draws them. The name of the thing replaces the title of the last one; on a page below it, of the one before.
pub(super) fn crumbs(sections: Sections, path: Memo<String>) -> AnyView {
    let name = NAME.with(Clone::clone);
    let all = move || {
        let mut crumbs = trail(sections, &path.get());
        if let (Some(name), Some(last)) = (name.get(), crumbs.last_mut()) {
            last.0 = name;
        }
        let last = crumbs.len().saturating_sub(1);
        let one = move |(place, (label, href)): (usize, Crumb)| match href {
            Some(href) if place < last => view! { <li><a href=href>{label}</a></li> }.into_any(),
            _ if place == last => view! { <li aria-current="page"><span>{label}</span></li> }.into_any(),
            _ => view! { <li><span>{label}</span></li> }.into_any(),
        };
        crumbs.into_iter().enumerate().map(one).collect_view()
    };
    view! { <nav class="crumbs" aria-label="Breadcrumbs"><ol>{all}</ol></nav> }.into_any()
}
