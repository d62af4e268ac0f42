//! The breadcrumbs and the title of the browser tab.

use super::{Sections, screens};
use crate::route;
use leptos::prelude::*;

thread_local! { static NAME: ArcRwSignal<Option<String>> = ArcRwSignal::new(None); }

/// Sets the name of the shown record, for its breadcrumb and the tab's title.
pub fn set_page_name(name: impl Into<String>) {
    NAME.with(Clone::clone).set(Some(name.into()));
}

/// A breadcrumb: its label, its address, and whether the address belongs to a record.
struct Crumb {
    label: String,
    href: Option<String>,
    is_record: bool,
}

/// Clears the name when the address changes, and sets the tab's title.
pub(super) fn follow(sections: Sections, path: Memo<String>) {
    Effect::new(move |_| {
        path.track();
        NAME.with(Clone::clone).set(None);
    });
    let name = NAME.with(Clone::clone);
    Effect::new(move |_| {
        let screen = route::find(screens(sections), &path.get()).map(|(screen, _)| screen);
        let title = match (name.get(), screen) {
            (Some(name), Some(screen)) if !screen.path.ends_with('}') => {
                format!("{} {name}", screen.title)
            }
            (Some(name), _) => name,
            (None, Some(screen)) => screen.title.to_owned(),
            (None, None) => "Not found".to_owned(),
        };
        document().set_title(&format!("{title} · eSIM Admin"));
    });
}

fn trail(sections: Sections, path: &str, name: Option<String>) -> Vec<Crumb> {
    let mut crumbs = Vec::new();
    let section = sections.iter().find(|section| {
        section
            .screens
            .iter()
            .any(|all| all.iter().any(|screen| screen.matches(path).is_some()))
    });
    if let Some(section) = section {
        crumbs.push(Crumb {
            label: section.title.to_owned(),
            href: None,
            is_record: false,
        });
    }
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .filter(|at| *at > 0)
        .chain([path.len()]);
    for end in ends {
        let (prefix, _) = path.split_at(end);
        if let Some((screen, _)) = route::find(screens(sections), prefix) {
            let is_record = screen.path.ends_with('}');
            crumbs.push(Crumb {
                label: screen.title.to_owned(),
                href: Some(prefix.to_owned()),
                is_record,
            });
        }
    }
    if let (Some(name), Some(record)) =
        (name, crumbs.iter_mut().rev().find(|crumb| crumb.is_record))
    {
        record.label = name;
    }
    crumbs
}

/// Draws the breadcrumbs. The name of the record replaces the title of its screen.
pub(super) fn crumbs(sections: Sections, path: Memo<String>) -> AnyView {
    let name = NAME.with(Clone::clone);
    let all = move || {
        let crumbs = trail(sections, &path.get(), name.get());
        let last = crumbs.len().saturating_sub(1);
        let one = move |(index, crumb): (usize, Crumb)| match crumb.href {
            Some(href) if index < last => {
                view! { <li><a href=href>{crumb.label}</a></li> }.into_any()
            }
            _ if index == last => {
                view! { <li aria-current="page"><span>{crumb.label}</span></li> }.into_any()
            }
            _ => view! { <li><span>{crumb.label}</span></li> }.into_any(),
        };
        crumbs.into_iter().enumerate().map(one).collect_view()
    };
    view! { <nav class="crumbs" aria-label="Breadcrumbs"><ol>{all}</ol></nav> }.into_any()
}
