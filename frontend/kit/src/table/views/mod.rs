//! Views of a list: its tabs, and what can be done with the one that is open.

mod acts;
mod dialog;
pub(crate) mod store;

use super::{address::ALL, list::List};
use crate::{
    dom,
    ui::{Icon, Look, button, icon, icon::sized, menu::menu},
};
use acts::Views;
use dialog::Asking;
use leptos::prelude::*;
use wire::system::views::{View, ViewAudience, is_list};

/// Draws the bar above a list; a list at a passing address has none.
pub(crate) fn bar(list: List) -> Option<AnyView> {
    if !is_list(&list.here()) {
        return None;
    }
    store::freshen();
    let views = Views::of(list);
    let tabs = move || {
        let here = list.here();
        let mut shown = store::of(&here);
        if let Some(open) = views.open.get().filter(|open| !shown.contains(open)) {
            shown.push(open);
        }
        shown
            .into_iter()
            .map(|view| tab(views, &view))
            .collect_view()
    };
    let all = move || views.all_address();
    let is_all = move || views.open.with(Option::is_none).then_some("page");
    // Where there is little room the tabs scroll: the open one is in sight.
    Effect::new(move |_| {
        if let Some(view) = views.open.get() {
            request_animation_frame(move || dom::show(&tab_id(&view)));
        }
    });
    let opened = Memo::new(move |_| (views.open.get(), views.differs.get()));
    view! {
        <div class="views">
            <nav class="view-tabs" aria-label="Views">
                <a class="view-tab" href=all aria-current=is_all><span>"All"</span></a>{tabs}
            </nav>
            {move || more(views, opened.get())}
            <div class="spacer"></div>
            {move || changed(views, opened.get())}
        </div>
        {dialog::dialog(views)}
    }
    .into_any()
    .into()
}

fn tab(views: Views, view: &View) -> AnyView {
    let id = view.id;
    let is_open = move || {
        views
            .open
            .with(|open| open.as_ref().is_some_and(|open| open.id == id))
            .then_some("page")
    };
    let star = view.is_default.then(|| {
        view! { {sized(Icon::Star, 12)}<span class="sr-only">", opens first"</span> }
    });
    view! {
        <a class="view-tab" id=tab_id(view) href=store::address(view) title=whom(view) aria-current=is_open>
            <span>{view.name.clone()}</span>{star}</a>
    }
    .into_any()
}

fn tab_id(view: &View) -> String {
    format!("view-{}", view.id)
}

/// For whom a view is, in words.
fn whom(view: &View) -> String {
    match (view.audience, view.role) {
        (ViewAudience::Mine, _) => "Only for you".to_owned(),
        (ViewAudience::Role, Some(role)) => format!("For {}", dialog::role_name(role)),
        _ => "For everyone".to_owned(),
    }
}

/// What can be done with the open view.
fn more(views: Views, (open, differs): (Option<View>, bool)) -> Option<AnyView> {
    let open = open?;
    let name = format!("View “{}”", open.name);
    let entries = views.entries(&open, differs);
    Some(menu(
        name,
        "btn quiet icon-only sm",
        || icon(Icon::Ellipsis),
        entries,
    ))
}

/// What to do with a list that is no longer as its view says.
fn changed(views: Views, (open, differs): (Option<View>, bool)) -> Option<AnyView> {
    if !differs {
        return None;
    }
    let save = move || views.asking.set(Some(Asking::New));
    let Some(open) = open else {
        return Some(button("Save view", Look::Plain, None, save));
    };
    let back = store::address(&open);
    let keep = if store::may_change(&open) {
        button("Update view", Look::Plain, None, move || {
            views.update(open.clone())
        })
    } else {
        button("Save a copy", Look::Plain, None, save)
    };
    Some(
        view! { <a class="btn quiet wide-only" href=back><span>"Discard changes"</span></a>{keep} }
            .into_any(),
    )
}

impl Views {
    /// Where the whole list stands: without a word, unless it would then open with a view.
    fn all_address(self) -> String {
        let here = self.list.here();
        match self.list.opens_with().flatten() {
            Some(_) => format!("{here}?view={ALL}"),
            None => here,
        }
    }
}
